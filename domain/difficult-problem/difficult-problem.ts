import { labelSchema } from '../case/case-events.ts';
import { type CaseRules, caseEnded, ownerOf } from '../case/case-rules.ts';
import { decideCase } from '../case/decide-case.ts';
import { notBeforeItsReason, RECEIPT_FROM_THE_FIRST } from '../case/decider-changes.ts';
import { accept, type Decision, reject } from '../case/decision.ts';
import { beforePromise, factAt, receiptAt } from '../case/facts.ts';
import { type DecideContext, defineLifecycle } from '../case/lifecycle.ts';
import { otherCaseOf } from '../case/other-case.ts';
import { possibleInAnyCase } from '../case/possible-in-any-case.ts';
import { codeRef } from '../case/references.ts';
import { summaryOf } from '../case/summary.ts';
import { openClock } from '../sla/clock.ts';
import { meetClock, startClock } from '../sla/promises.ts';
import { unreachable } from '../unreachable.ts';
import { type DifficultProblemCommand, difficultProblemCommands } from './commands.ts';
import { type DifficultProblemEvent, difficultProblemEvents } from './events.ts';
import { type DifficultProblemState, evolve, isSolved, noProblem, RETRACTABLE } from './state.ts';

type Name = DifficultProblemCommand['type'];

/** What the state of a problem allows, whoever asks. */
function possible(state: DifficultProblemState): readonly Name[] {
  if (state.phase === 'none') return ['raise'];
  const commands: Name[] = [...possibleInAnyCase(state, difficultProblemCommands)];
  if (state.ended !== undefined) return commands;
  const add = (when: boolean, ...names: Name[]) => {
    if (when) commands.push(...names);
  };
  const solved = isSolved(state);
  const responded = state.responses.length > 0 || state.waived.includes('firstResponse');
  const goesOn = !solved && (responded || state.priority === 'urgent');
  add(state.responses.length === 0 || openClock(state.clocks, 'firstResponse') !== undefined, 'respond');
  add(goesOn, 'recordProgress', 'recordSolution');
  add(solved || state.waived.includes('solution'), 'close');
  return commands;
}

const rules: CaseRules<DifficultProblemState> = {
  lifecycle: 'difficult-problem',
  facts: ({ priority, foundIn }) => ({ priority, kind: foundIn }),
  metByReply: [],
  // A problem that comes back is worked on again, and its progress told.
  reopens: ['progress'],
  correctable: {
    productCode: { kind: 'value', schema: labelSchema, current: s => s.productCode },
    defectCategory: {
      kind: 'value',
      schema: codeRef('defectCategory', labelSchema),
      current: s => s.defectCategory,
    },
    description: { kind: 'text' },
  },
  customerFields: [],
  retractable: RETRACTABLE,
  waivable: { firstResponse: ['firstResponse'], progress: ['progress'], solution: ['progress'] },
  mayClose(state, mode) {
    if (mode !== 'closed' || isSolved(state) || state.waived.includes('solution')) return undefined;
    return reject('notSolved', { possible: [...possible(state)] });
  },
  itemIds: () => [],
  possible,
};

export const difficultProblem = defineLifecycle({
  name: 'difficult-problem',
  collection: 'difficult-problems',
  category: 'difficultProblem',
  numberPrefix: 'DPR',
  deciderVersion: 3,
  deciderChanges: [notBeforeItsReason(difficultProblemCommands), RECEIPT_FROM_THE_FIRST],
  opens: ['raise'],
  promises: ['firstResponse', 'progress'],
  commands: difficultProblemCommands,
  correctable: rules.correctable,
  events: difficultProblemEvents,
  initial: noProblem,
  decide,
  evolve,
  possible,
  linkedCaseOf: otherCaseOf,
  summarize: state => summaryOf(state),
});

function decide(
  command: DifficultProblemCommand,
  state: DifficultProblemState,
  context: DecideContext,
): Decision<DifficultProblemEvent> {
  switch (command.type) {
    case 'raise':
      return raise(command.data, state, context);
    case 'respond':
    case 'recordProgress':
    case 'recordSolution':
      return decideOwn(command, state, context);
    case 'retractStep':
      return laterProgress(command.data.stepRevision, state) ?? decideCase(command, state, context, rules);
    default:
      return decideCase(command, state, context, rules);
  }
}

function raise(
  data: (DifficultProblemCommand & { type: 'raise' })['data'],
  state: DifficultProblemState,
  context: DecideContext,
): Decision<DifficultProblemEvent> {
  if (state.phase !== 'none') return reject('alreadyRaised', { receivedAt: state.receivedAt });
  const receipt = receiptAt(context, data.receivedAt);
  if ('outcome' in receipt) return receipt;
  const teamId = data.teamId ?? context.actor.teamId;
  if (teamId === undefined) return reject('teamNeeded', { field: 'teamId' });
  const { foundIn, origin } = data;
  if ((foundIn === 'case') !== (origin !== undefined)) {
    return reject('originOfACaseOnly', { foundIn, origin: origin === undefined ? 'missing' : 'given' });
  }
  // A lead's word makes it urgent at once; anyone else may ask for it.
  const priority = data.priority === 'urgent' && context.actor.roles.includes('lead') ? 'urgent' : 'normal';
  const { receivedAt } = receipt;
  const owner = { lifecycle: rules.lifecycle, facts: { priority, kind: foundIn } as const };
  return accept<DifficultProblemEvent>(
    {
      type: 'DifficultProblemRaised',
      data: { ...data, ...receipt, teamId, priority },
      occurredAt: receivedAt,
    },
    ...startClock(context, owner, [], 'firstResponse', receivedAt),
    ...startClock(context, owner, [], 'progress', receivedAt),
  );
}

function decideOwn(
  command: DifficultProblemCommand & { type: 'respond' | 'recordProgress' | 'recordSolution' },
  state: DifficultProblemState,
  context: DecideContext,
): Decision<DifficultProblemEvent> {
  if (state.phase === 'none') return reject('noSuchCase', { caseId: context.caseId });
  const now = possible(state);
  if (state.ended !== undefined) return caseEnded(state.ended, now);
  if (!now.includes(command.type)) {
    return reject('notPossibleNow', { command: command.type, phase: state.phase, possible: [...now] });
  }
  const at = factAt(context, state, command.data);
  if (typeof at !== 'number') return at;
  const owner = ownerOf(state, rules);
  const progress = openClock(state.clocks, 'progress');
  const kept = command.type === 'respond' ? openClock(state.clocks, 'firstResponse') : progress;
  const lastProgressAt = state.progresses.at(-1)?.at;
  if (command.type === 'recordProgress' && lastProgressAt !== undefined && at < lastProgressAt) {
    return reject('beforeLastProgress', { occurredAt: at, lastProgressAt });
  }
  const early = beforePromise(at, kept);
  if (early !== undefined) return early;

  switch (command.type) {
    case 'respond': {
      const { response } = command.data;
      return accept<DifficultProblemEvent>(
        { type: 'DifficultProblemResponded', data: { response }, occurredAt: at },
        ...meetClock(context, owner, kept, at),
      );
    }
    case 'recordProgress': {
      const waived = state.waived.includes('progress') || state.waived.includes('solution');
      return accept<DifficultProblemEvent>(
        { type: 'DifficultProblemProgressed', data: { progress: command.data.progress }, occurredAt: at },
        ...meetClock(context, owner, progress, at),
        ...(waived ? [] : startClock(context, owner, state.clocks, 'progress', at)),
      );
    }
    case 'recordSolution': {
      const { solution, lesson } = command.data;
      // The last progress there is to tell: the promise is met by it, and not made again.
      return accept<DifficultProblemEvent>(
        { type: 'DifficultProblemSolved', data: { solution, lesson }, occurredAt: at },
        ...meetClock(context, owner, progress, at, 'solution'),
      );
    }
    default:
      return unreachable(command);
  }
}

/** Each progress ends one promise and begins the next: the chain is taken back from its end. */
function laterProgress(stepRevision: number, state: DifficultProblemState) {
  const isProgress = state.progresses.some(p => p.revision === stepRevision);
  const later = [...state.progresses, ...state.solutions].filter(f => f.revision > stepRevision);
  if (!isProgress || later.length === 0) return undefined;
  return reject('laterStepsFirst', { stepRevision, possible: later.map(f => f.revision) });
}
