import { labelSchema } from '../case/case-events.ts';
import { type CaseRules, caseEnded, ownerOf } from '../case/case-rules.ts';
import { correctableCustomer } from '../case/correctable-customer.ts';
import { decideCase } from '../case/decide-case.ts';
import { notBeforeItsReason, RECEIPT_FROM_THE_FIRST } from '../case/decider-changes.ts';
import { accept, type Decision, reject } from '../case/decision.ts';
import { beforePromise, factAt } from '../case/facts.ts';
import { type DecideContext, defineLifecycle } from '../case/lifecycle.ts';
import { otherCaseOf } from '../case/other-case.ts';
import { contactRef } from '../case/references.ts';
import { summaryOf } from '../case/summary.ts';
import { uuidSchema } from '../log/envelope.ts';
import { openClock } from '../sla/clock.ts';
import { meetClock } from '../sla/promises.ts';
import { unreachable } from '../unreachable.ts';
import { correctReceiptOfAnswer, recordResponse, retractAnswer } from './answers.ts';
import { type TechnicalLiaisonCommand, technicalLiaisonCommands } from './commands.ts';
import { answerKindSchema, type TechnicalLiaisonEvent, technicalLiaisonEvents } from './events.ts';
import { closeUnanswered, sendForm } from './form.ts';
import { possible } from './possible.ts';
import { evolve, isAnswered, noLiaison, outcome, RETRACTABLE, type TechnicalLiaisonState } from './state.ts';

const rules: CaseRules<TechnicalLiaisonState> = {
  lifecycle: 'technical-liaison',
  facts: ({ priority, customerGrade, kind }) => ({
    priority,
    ...(customerGrade === undefined ? {} : { customerGrade }),
    ...(kind === undefined ? {} : { kind }),
  }),
  metByReply: ['firstReply'],
  reopens: ['firstReply'],
  correctable: {
    customer: correctableCustomer,
    contactId: { kind: 'value', schema: contactRef, current: s => s.contactId },
    marketingContactId: { kind: 'value', schema: uuidSchema, current: s => s.marketingContactId },
    kind: { kind: 'value', schema: answerKindSchema, current: s => s.kind },
    faxRecord: { kind: 'value', schema: labelSchema, current: s => s.faxRecord },
    text: { kind: 'text' },
  },
  customerFields: ['customer'],
  retractable: RETRACTABLE,
  stillMetAt(state, clock, without) {
    const decisionOf = (revision: number) => state.steps.find(s => s.revision === revision)?.commandId;
    const bounced = (messageId: string) => state.messages.some(m => m.messageId === messageId && m.bounced);
    const standing = state.replies.filter(
      r => r.at >= clock.startedAt && decisionOf(r.revision) !== without && !bounced(r.messageId),
    );
    return standing.length === 0 ? undefined : Math.min(...standing.map(r => r.at));
  },
  waivable: { firstReply: ['firstReply'], assessment: [], outcome: [] },
  mayClose(state, mode) {
    if (mode !== 'closed' || outcome(state) !== undefined || state.waived.includes('outcome'))
      return undefined;
    return reject('noOutcome', { possible: [...possible(state)] });
  },
  waitsWithoutClock: true,
  itemIds: () => [],
  possible,
};

export const technicalLiaison = defineLifecycle({
  name: 'technical-liaison',
  collection: 'technical-liaisons',
  category: 'technicalLiaison',
  numberPrefix: 'TSL',
  deciderVersion: 3,
  deciderChanges: [notBeforeItsReason(technicalLiaisonCommands), RECEIPT_FROM_THE_FIRST],
  opens: ['recordResponse', 'sendForm'],
  continues: ['recordResponse'],
  promises: ['firstReply'],
  commands: technicalLiaisonCommands,
  correctable: rules.correctable,
  events: technicalLiaisonEvents,
  initial: noLiaison,
  decide,
  evolve,
  possible,
  linkedCaseOf: otherCaseOf,
  summarize: state => summaryOf(state),
});

function decide(
  command: TechnicalLiaisonCommand,
  state: TechnicalLiaisonState,
  context: DecideContext,
): Decision<TechnicalLiaisonEvent> {
  switch (command.type) {
    case 'sendForm':
      return sendForm(command.data, state, context);
    case 'recordResponse':
      return recordResponse(command.data, state, context, rules);
    case 'recordSampleResult':
      return recordSampleResult(command.data, state, context);
    case 'replyPreliminarily':
    case 'assess':
    case 'handOverToSales':
    case 'recordSolution':
    case 'startProject':
    case 'decline':
      return decideOwn(command, state, context);
    case 'closeWithoutReply':
      // What a form that nobody answered needs is its own reminder, or the end of its round.
      return isAnswered(state) && context.actor.role !== 'system'
        ? decideCase(command, state, context, rules)
        : closeUnanswered(command.data, state, context, rules);
    case 'recordMessage':
      return withSuccessor(decideCase(command, state, context, rules), state);
    case 'retractStep':
      return retractAnswer(command, state, context, rules);
    case 'correctDetails':
      return command.data.field === 'receivedAt'
        ? correctReceiptOfAnswer(command, state, context, rules)
        : decideCase(command, state, context, rules);
    default:
      return decideCase(command, state, context, rules);
  }
}

type OwnCommand = TechnicalLiaisonCommand & {
  type: 'replyPreliminarily' | 'assess' | 'handOverToSales' | 'recordSolution' | 'startProject' | 'decline';
};

function decideOwn(
  command: OwnCommand,
  state: TechnicalLiaisonState,
  context: DecideContext,
): Decision<TechnicalLiaisonEvent> {
  if (state.phase === 'none') return reject('noSuchCase', { caseId: context.caseId });
  const now = possible(state);
  if (state.ended !== undefined) return caseEnded(state.ended, now);
  if (!now.includes(command.type)) {
    return reject('notPossibleNow', { command: command.type, phase: state.phase, possible: [...now] });
  }
  const at = factAt(context, state, command.data);
  if (typeof at !== 'number') return at;

  switch (command.type) {
    case 'replyPreliminarily': {
      const { occurredAt: _at, backdatingReason: _why, ...told } = command.data;
      const data = { messageId: context.newId(), ...told };
      const firstReply = openClock(state.clocks, 'firstReply');
      const early = beforePromise(at, firstReply);
      if (early !== undefined) return early;
      return accept<TechnicalLiaisonEvent>(
        { type: 'TechnicalLiaisonReplied', data, occurredAt: at },
        ...meetClock(context, ownerOf(state, rules), firstReply, at),
      );
    }
    case 'assess': {
      const { result, note, hardProblem } = command.data;
      if (hardProblem !== undefined && state.hardProblemRaised) {
        return reject('hardProblemAlreadyRaised', { linkedTo: [...state.linkedTo] });
      }
      const teamId = hardProblem?.teamId ?? state.teamId;
      const data = {
        result,
        ...(note === undefined ? {} : { note }),
        ...(hardProblem === undefined ? {} : { hardProblem: { ...hardProblem, teamId } }),
      };
      return accept<TechnicalLiaisonEvent>({ type: 'TechnicalLiaisonAssessed', data, occurredAt: at });
    }
    case 'handOverToSales':
      return handOverToSales(command.data, at, state, context);
    case 'recordSolution': {
      const { solution } = command.data;
      return accept<TechnicalLiaisonEvent>({
        type: 'TechnicalLiaisonSolved',
        data: { solution },
        occurredAt: at,
      });
    }
    case 'startProject': {
      const { occurredAt: _at, backdatingReason: _why, ...data } = command.data;
      return accept<TechnicalLiaisonEvent>({ type: 'TechnicalLiaisonProjectStarted', data, occurredAt: at });
    }
    case 'decline': {
      const { reason } = command.data;
      return accept<TechnicalLiaisonEvent>({
        type: 'TechnicalLiaisonDeclined',
        data: { reason },
        occurredAt: at,
      });
    }
    default:
      return unreachable(command);
  }
}

/** The liaison stays open, and a first reply is still owed: sales works on the sample meanwhile. */
function handOverToSales(
  data: (TechnicalLiaisonCommand & { type: 'handOverToSales' })['data'],
  at: number,
  state: TechnicalLiaisonState,
  context: DecideContext,
): Decision<TechnicalLiaisonEvent> {
  const { occurredAt: _at, backdatingReason: _why, ...asked } = data;
  const marketingContactId = data.marketingContactId ?? state.marketingContactId;
  if (marketingContactId === undefined) {
    return reject('marketingContactNeeded', { field: 'marketingContactId' });
  }
  const contactId = data.contactId ?? state.contactId;
  return accept<TechnicalLiaisonEvent>({
    type: 'TechnicalLiaisonHandedOver',
    data: {
      ...asked,
      handOverId: context.newId(),
      customer: state.customer,
      marketingContactId,
      teamId: data.teamId ?? state.teamId,
      ...(contactId === undefined ? {} : { contactId }),
    },
    occurredAt: at,
  });
}

/** What another liaison begins with, where a message comes too late to open this one again. */
function withSuccessor(
  decision: Decision<TechnicalLiaisonEvent>,
  state: TechnicalLiaisonState,
): Decision<TechnicalLiaisonEvent> {
  const late =
    decision.outcome === 'accepted' ? decision.events.find(e => e.type === 'CaseToBeContinued') : undefined;
  if (decision.outcome === 'rejected' || late === undefined) return decision;
  const { messageId: _in, ...received } = late.data;
  const { customer, kind = 'requirement', contactId, marketingContactId, teamId } = state;
  return accept<TechnicalLiaisonEvent>(...decision.events, {
    type: 'TechnicalLiaisonSuccessorPrepared',
    data: {
      ...received,
      customer,
      kind,
      teamId,
      ...(contactId === undefined ? {} : { contactId }),
      ...(marketingContactId === undefined ? {} : { marketingContactId }),
    },
    occurredAt: late.occurredAt,
  });
}

/** Told by the sample request's own workflow; a liaison that was closed meanwhile still learns of it. */
function recordSampleResult(
  data: (TechnicalLiaisonCommand & { type: 'recordSampleResult' })['data'],
  state: TechnicalLiaisonState,
  context: DecideContext,
): Decision<TechnicalLiaisonEvent> {
  if (state.phase === 'none') return reject('noSuchCase', { caseId: context.caseId });
  const handOver = state.handOvers.find(h => h.handOverId === data.handOverId);
  if (handOver === undefined) return reject('noSuchHandOver', { handOverId: data.handOverId });
  // A request that ends after its judgement has nothing to add to it.
  if (data.result === 'dropped' && handOver.result !== undefined && handOver.result !== 'changesWanted') {
    return accept<TechnicalLiaisonEvent>();
  }
  return accept<TechnicalLiaisonEvent>({
    type: 'TechnicalLiaisonSampleConcluded',
    data,
    occurredAt: context.now,
  });
}
