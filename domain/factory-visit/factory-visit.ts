import { caseEnded } from '../case/case-rules.ts';
import { decideCase } from '../case/decide-case.ts';
import { notBeforeItsReason, RECEIPT_FROM_THE_FIRST } from '../case/decider-changes.ts';
import { accept, type Decision, reject } from '../case/decision.ts';
import { factAt, receiptAt } from '../case/facts.ts';
import { type DecideContext, defineLifecycle } from '../case/lifecycle.ts';
import { otherCaseOf } from '../case/other-case.ts';
import { summaryOf } from '../case/summary.ts';
import { unreachable } from '../unreachable.ts';
import { type FactoryVisitCommand, factoryVisitCommands } from './commands.ts';
import { judge, propose } from './decide-approval.ts';
import { complete, correctHeldDates, recordFeedback, recordVisitLog } from './decide-held.ts';
import { assignHosts, cancel, hostQueryOf, recordNoShow, reschedule } from './decide-plan.ts';
import { followUp, openFollowUpTask } from './decide-waves.ts';
import { type FactoryVisitEvent, factoryVisitEvents } from './events.ts';
import { evolve } from './evolve.ts';
import { possible } from './possible.ts';
import { builtOn } from './retraction.ts';
import { rules } from './rules.ts';
import { type FactoryVisitState, noFactoryVisit, plannedAt } from './state.ts';

/** 验厂: from the application over the director's approval and the days at the factory to the third follow-up. */
export const factoryVisit = defineLifecycle({
  name: 'factory-visit',
  collection: 'factory-visits',
  category: 'factoryVisit',
  numberPrefix: 'VST',
  deciderVersion: 3,
  deciderChanges: [notBeforeItsReason(factoryVisitCommands), RECEIPT_FROM_THE_FIRST],
  opens: ['apply'],
  promises: ['approval', 'hostsAssigned', 'visitCompleted', 'wave1', 'wave3', 'wave6'],
  commands: factoryVisitCommands,
  correctable: rules.correctable,
  events: factoryVisitEvents,
  initial: noFactoryVisit,
  decide,
  evolve,
  possible,
  linkedCaseOf: otherCaseOf,
  hostQueryOf,
  summarize: (state: FactoryVisitState) => summaryOf(state),
});

function decide(
  command: FactoryVisitCommand,
  state: FactoryVisitState,
  context: DecideContext,
): Decision<FactoryVisitEvent> {
  switch (command.type) {
    case 'apply':
      return apply(command.data, state, context);
    case 'openFollowUpTask':
      if (state.phase === 'none') return reject('noSuchCase', { caseId: context.caseId });
      return openFollowUpTask(command, state, context);
    case 'assess':
    case 'approve':
    case 'returnForChanges':
    case 'reject':
    case 'resubmit':
    case 'assignHosts':
    case 'reschedule':
    case 'cancel':
    case 'recordNoShow':
    case 'recordVisitLog':
    case 'complete':
    case 'correctHeldDates':
    case 'recordFeedback':
    case 'recordContactAttempt':
    case 'recordFollowUp':
    case 'declineFollowUp':
      return decideOwn(command, state, context);
    case 'retractStep':
      return builtOn(state, command.data.stepRevision) ?? decideCase(command, state, context, rules);
    default:
      return decideCase(command, state, context, rules);
  }
}

function apply(
  data: (FactoryVisitCommand & { type: 'apply' })['data'],
  state: FactoryVisitState,
  context: DecideContext,
): Decision<FactoryVisitEvent> {
  if (state.phase !== 'none') return reject('alreadyApplied', { receivedAt: state.receivedAt });
  const receipt = receiptAt(context, data.receivedAt);
  if ('outcome' in receipt) return receipt;
  const { receivedAt, registeredLate } = receipt;
  const teamId = data.teamId ?? context.actor.teamId;
  if (teamId === undefined) return reject('teamNeeded', { field: 'teamId' });
  const { wishedFrom, wishedTo } = data;
  if (wishedFrom !== undefined && wishedTo !== undefined && wishedTo < wishedFrom) {
    return reject('endsBeforeItBegins', { from: wishedFrom, to: wishedTo });
  }
  const { customerGrade } = context;
  return accept<FactoryVisitEvent>({
    type: 'FactoryVisitApplied',
    data: {
      ...data,
      receivedAt,
      registeredLate,
      teamId,
      ...(customerGrade === undefined ? {} : { customerGrade }),
    },
    occurredAt: receivedAt,
  });
}

/** Facts that can't lie before the proposal, the director's word or the move that they follow. */
const BUILDS_ON_PLAN: ReadonlySet<FactoryVisitCommand['type']> = new Set([
  'assess',
  'approve',
  'returnForChanges',
  'reject',
  'resubmit',
  'assignHosts',
  'reschedule',
  'recordNoShow',
  'complete',
]);

function decideOwn(
  command: FactoryVisitCommand & {
    type:
      | 'assess'
      | 'approve'
      | 'returnForChanges'
      | 'reject'
      | 'resubmit'
      | 'assignHosts'
      | 'reschedule'
      | 'cancel'
      | 'recordNoShow'
      | 'recordVisitLog'
      | 'complete'
      | 'correctHeldDates'
      | 'recordFeedback'
      | 'recordContactAttempt'
      | 'recordFollowUp'
      | 'declineFollowUp';
  },
  state: FactoryVisitState,
  context: DecideContext,
): Decision<FactoryVisitEvent> {
  if (state.phase === 'none') return reject('noSuchCase', { caseId: context.caseId });
  if (state.ended !== undefined) return caseEnded(state.ended, possible(state));
  const at = factAt(context, state, command.data);
  if (typeof at !== 'number') return at;
  switch (command.type) {
    case 'recordContactAttempt':
    case 'recordFollowUp':
    case 'declineFollowUp':
      // Whether a wave is open is a matter of the instant, not of the state alone.
      return followUp(command, at, state, context);
  }
  const now = possible(state);
  if (!now.includes(command.type)) {
    return reject('notPossibleNow', { command: command.type, phase: state.phase, possible: [...now] });
  }
  if (BUILDS_ON_PLAN.has(command.type) && at < plannedAt(state)) {
    return reject('outOfOrder', { occurredAt: at, notBefore: plannedAt(state) });
  }
  switch (command.type) {
    case 'assess':
    case 'resubmit':
      return propose(command, at, state, context);
    case 'approve':
    case 'returnForChanges':
    case 'reject':
      return judge(command, at, state, context);
    case 'assignHosts':
      return assignHosts(command, at, state, context);
    case 'reschedule':
      return reschedule(command, at, state, context);
    case 'cancel':
      return cancel(command, at, state, context);
    case 'recordNoShow':
      return recordNoShow(command, at, state, context);
    case 'recordVisitLog':
      return recordVisitLog(command, at, state, context);
    case 'complete':
      return complete(command, at, state, context);
    case 'correctHeldDates':
      return correctHeldDates(command, at, state, context);
    case 'recordFeedback':
      return recordFeedback(command, at, state, context);
    default:
      return unreachable(command);
  }
}
