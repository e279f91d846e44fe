import { labelSchema } from '../case/case-events.ts';
import { type CaseRules, caseEnded } from '../case/case-rules.ts';
import { correctableCustomer } from '../case/correctable-customer.ts';
import { decideCase } from '../case/decide-case.ts';
import { notBeforeItsReason, RECEIPT_FROM_THE_FIRST } from '../case/decider-changes.ts';
import { accept, type Decision, reject } from '../case/decision.ts';
import { factAt, receiptAt } from '../case/facts.ts';
import { type DecideContext, defineLifecycle } from '../case/lifecycle.ts';
import { possibleInAnyCase, waitsForCustomer } from '../case/possible-in-any-case.ts';
import { summaryOf } from '../case/summary.ts';
import { unreachable } from '../unreachable.ts';
import { type SampleRequestCommand, sampleRequestCommands } from './commands.ts';
import { type SampleRequestEvent, sampleRequestEvents } from './events.ts';
import { evolve, judgement, noSample, RETRACTABLE, type SampleRequestState } from './state.ts';

type Name = SampleRequestCommand['type'];

/** What the state of a request allows, whoever asks. */
function possible(state: SampleRequestState): readonly Name[] {
  if (state.phase === 'none') return ['open'];
  const commands: Name[] = [...possibleInAnyCase(state, sampleRequestCommands, true)];
  if (state.ended !== undefined) return commands;
  const add = (when: boolean, ...names: Name[]) => {
    if (when) commands.push(...names);
  };
  const { phase } = state;
  const judged = phase === 'accepted' || phase === 'refused';
  const quoted = state.stages.some(s => s.kind === 'quoted') || state.waived.includes('quote');
  const any = state.priority === 'urgent' && !judged;
  add(any || phase === 'opened' || phase === 'quoted' || phase === 'changesWanted', 'quote');
  add(
    any || phase === 'quoted' || phase === 'changesWanted' || (phase === 'opened' && quoted),
    'startMaking',
  );
  // A parcel that is lost is sent again.
  add(any || phase === 'making' || phase === 'sent', 'send');
  add(any || phase === 'sent', 'judge');
  add(judged || state.waived.includes('judgement'), 'close');
  add(waitsForCustomer(state), 'closeWithoutReply');
  add(!judged, 'closeWithoutAgreement');
  return commands;
}

const rules: CaseRules<SampleRequestState> = {
  lifecycle: 'sample-request',
  facts: ({ priority, customerGrade }) => ({
    priority,
    ...(customerGrade === undefined ? {} : { customerGrade }),
  }),
  metByReply: [],
  reopens: [],
  correctable: {
    customer: correctableCustomer,
    productCode: { kind: 'value', schema: labelSchema, current: s => s.productCode },
    description: { kind: 'text' },
  },
  customerFields: ['customer'],
  retractable: RETRACTABLE,
  waivable: { quote: [], judgement: [] },
  mayClose(state, mode) {
    const word = judgement(state);
    if (mode !== 'closed' || word === 'accepted' || word === 'refused' || state.waived.includes('judgement'))
      return undefined;
    return reject('notJudged', { possible: [...possible(state)] });
  },
  waitsWithoutClock: true,
  itemIds: () => [],
  possible,
};

export const sampleRequest = defineLifecycle({
  name: 'sample-request',
  collection: 'sample-requests',
  category: 'sampleRequest',
  numberPrefix: 'SMP',
  deciderVersion: 3,
  deciderChanges: [notBeforeItsReason(sampleRequestCommands), RECEIPT_FROM_THE_FIRST],
  opens: ['open'],
  promises: [],
  commands: sampleRequestCommands,
  correctable: rules.correctable,
  events: sampleRequestEvents,
  initial: noSample,
  decide,
  evolve,
  possible,
  summarize: state => summaryOf(state),
});

function decide(
  command: SampleRequestCommand,
  state: SampleRequestState,
  context: DecideContext,
): Decision<SampleRequestEvent> {
  switch (command.type) {
    case 'open':
      return open(command.data, state, context);
    case 'quote':
    case 'startMaking':
    case 'send':
    case 'judge':
      return decideOwn(command, state, context);
    case 'recordMessage':
      return withSuccessor(decideCase(command, state, context, rules), state);
    default:
      return droppedWith(decideCase(command, state, context, rules), state);
  }
}

function open(
  data: (SampleRequestCommand & { type: 'open' })['data'],
  state: SampleRequestState,
  context: DecideContext,
): Decision<SampleRequestEvent> {
  if (state.phase !== 'none') return reject('alreadyOpen', { receivedAt: state.receivedAt });
  const receipt = receiptAt(context, data.receivedAt);
  if ('outcome' in receipt) return receipt;
  const { actor, customerGrade } = context;
  const { marketingContactId, ...asked } = data;
  const teamId = asked.teamId ?? actor.teamId;
  if (teamId === undefined) return reject('teamNeeded', { field: 'teamId' });
  if (asked.liaison !== undefined && actor.role !== 'system') {
    return reject('byHandOverOnly', { field: 'liaison', possible: ['link'] });
  }
  const priority = asked.priority === 'urgent' && actor.roles.includes('lead') ? 'urgent' : 'normal';
  const opened: SampleRequestEvent = {
    type: 'SampleRequestOpened',
    data: {
      ...asked,
      ...receipt,
      teamId,
      priority,
      ...(customerGrade === undefined ? {} : { customerGrade }),
    },
    occurredAt: receipt.receivedAt,
  };
  if (marketingContactId === undefined) return accept<SampleRequestEvent>(opened);
  const assigned = { assigneeId: marketingContactId, teamId };
  return accept<SampleRequestEvent>(opened, {
    type: 'CaseAssigned',
    data: assigned,
    occurredAt: receipt.receivedAt,
  });
}

function decideOwn(
  command: SampleRequestCommand & { type: 'quote' | 'startMaking' | 'send' | 'judge' },
  state: SampleRequestState,
  context: DecideContext,
): Decision<SampleRequestEvent> {
  if (state.phase === 'none') return reject('noSuchCase', { caseId: context.caseId });
  const now = possible(state);
  if (state.ended !== undefined) return caseEnded(state.ended, now);
  if (!now.includes(command.type)) {
    return reject('notPossibleNow', { command: command.type, phase: state.phase, possible: [...now] });
  }
  const at = factAt(context, state, command.data);
  if (typeof at !== 'number') return at;
  switch (command.type) {
    case 'quote': {
      const { occurredAt: _at, backdatingReason: _why, ...data } = command.data;
      return accept<SampleRequestEvent>({ type: 'SampleRequestQuoted', data, occurredAt: at });
    }
    case 'startMaking': {
      const { occurredAt: _at, backdatingReason: _why, ...data } = command.data;
      return accept<SampleRequestEvent>({ type: 'SampleRequestMakingStarted', data, occurredAt: at });
    }
    case 'send': {
      const { occurredAt: _at, backdatingReason: _why, ...data } = command.data;
      return accept<SampleRequestEvent>({ type: 'SampleRequestSent', data, occurredAt: at });
    }
    case 'judge': {
      const { occurredAt: _at, backdatingReason: _why, ...word } = command.data;
      const by = context.actor.role === 'customer' ? ('customer' as const) : ('marketing' as const);
      if (by === 'marketing' && word.evidence === undefined) {
        return reject('evidenceNeeded', { field: 'evidence', hint: "the judgement is the customer's" });
      }
      const { liaison } = state;
      const data = { ...word, by, ...(liaison === undefined ? {} : { liaison }) };
      return accept<SampleRequestEvent>({ type: 'SampleRequestJudged', data, occurredAt: at });
    }
    default:
      return unreachable(command);
  }
}

/** Adds to an ending without a last judgement what the liaison that asked is told by. */
function droppedWith(
  decision: Decision<SampleRequestEvent>,
  state: SampleRequestState,
): Decision<SampleRequestEvent> {
  const { liaison } = state;
  const word = judgement(state);
  if (decision.outcome === 'rejected' || liaison === undefined || state.ended !== undefined) return decision;
  if (word === 'accepted' || word === 'refused') return decision;
  const ending = decision.events.find(
    e => e.type === 'CaseClosed' || e.type === 'CaseWithdrawn' || e.type === 'CaseVoided',
  );
  if (ending === undefined) return decision;
  const how =
    ending.type === 'CaseClosed' ? ending.data.mode : ending.type === 'CaseVoided' ? 'voided' : 'withdrawn';
  return accept<SampleRequestEvent>(...decision.events, {
    type: 'SampleRequestDropped',
    data: { how, liaison },
    occurredAt: ending.occurredAt,
  });
}

/** What another request begins with, where a message comes too late to open this one again. */
function withSuccessor(
  decision: Decision<SampleRequestEvent>,
  state: SampleRequestState,
): Decision<SampleRequestEvent> {
  const late =
    decision.outcome === 'accepted' ? decision.events.find(e => e.type === 'CaseToBeContinued') : undefined;
  if (decision.outcome === 'rejected' || late === undefined) return decision;
  const { receivedAt, text } = late.data;
  const { need, customer, contactId, assigneeId, teamId } = state;
  return accept<SampleRequestEvent>(...decision.events, {
    type: 'SampleRequestSuccessorPrepared',
    data: {
      need,
      customer,
      receivedAt,
      teamId,
      ...(text === undefined ? {} : { description: text }),
      ...(contactId === undefined ? {} : { contactId }),
      ...(assigneeId === undefined ? {} : { marketingContactId: assigneeId }),
    },
    occurredAt: late.occurredAt,
  });
}
