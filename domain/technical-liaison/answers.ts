import type { CaseCommand } from '../case/case-commands.ts';
import { type CaseRules, ownerOf } from '../case/case-rules.ts';
import { decideCase } from '../case/decide-case.ts';
import { endTimers, reopenCase } from '../case/decide-ending.ts';
import { accept, type Decision, reject } from '../case/decision.ts';
import { receiptAt } from '../case/facts.ts';
import type { DecideContext } from '../case/lifecycle.ts';
import { isOpen } from '../sla/clock.ts';
import { startClock } from '../sla/promises.ts';
import type { TechnicalLiaisonCommand } from './commands.ts';
import type { TechnicalLiaisonEvent } from './events.ts';
import { formReminder } from './form.ts';
import { isAnswered, type TechnicalLiaisonState } from './state.ts';

type Rules = CaseRules<TechnicalLiaisonState>;
type Response = (TechnicalLiaisonCommand & { type: 'recordResponse' })['data'];

/**
 * A customer's answer: continues the liaison whose form it answers, opens one where there was no form, and opens a
 * closed one again. The first reply is promised from when the first answer reached the house; a further answer
 * changes nothing in that.
 */
export function recordResponse(
  data: Response,
  state: TechnicalLiaisonState,
  context: DecideContext,
  rules: Rules,
): Decision<TechnicalLiaisonEvent> {
  const receipt = receiptAt(context, data.receivedAt);
  if ('outcome' in receipt) return receipt;
  const { receivedAt } = receipt;
  const { formSentAt } = state;
  if (formSentAt !== undefined && receivedAt < formSentAt) {
    return reject('beforeForm', { receivedAt, formSentAt });
  }
  const answered = answer(data, receipt, state, context);
  if (state.phase === 'none') return open(data, receipt, answered, context, rules);
  if (data.customer !== undefined || data.teamId !== undefined || data.continues !== undefined) {
    const fields = (['customer', 'teamId', 'continues'] as const).filter(f => data[f] !== undefined);
    return reject('onlyWhenOpening', { fields });
  }
  const known = { ...state, kind: data.kind };
  if (state.ended !== undefined) {
    const again = reopenCase({ by: 'message' }, receivedAt, known, context, rules);
    if (again.outcome === 'rejected') return again;
    // The first answer is owed a reply from its receipt, also where that lies before a closing that did not know of it.
    const repliedFrom = isAnswered(state) ? Math.max(receivedAt, state.ended.at) : receivedAt;
    return accept<TechnicalLiaisonEvent>(
      ...again.events.filter(e => e.type !== 'SlaClockStarted'),
      answered,
      ...startClock(context, ownerOf(known, rules), state.clocks, 'firstReply', repliedFrom),
    );
  }
  const promised = state.clocks.some(
    c => c.clock === 'firstReply' && c.cancelledBecause !== 'startRetracted',
  );
  return accept<TechnicalLiaisonEvent>(
    answered,
    ...endTimers(state, 'formReminder', 'answered', receivedAt),
    ...endTimers(state, 'customerSilence', 'message', receivedAt),
    ...(promised ? [] : startClock(context, ownerOf(known, rules), state.clocks, 'firstReply', receivedAt)),
  );
}

function answer(
  data: Response,
  { receivedAt, registeredLate }: { readonly receivedAt: number; readonly registeredLate: boolean },
  state: TechnicalLiaisonState,
  context: DecideContext,
): TechnicalLiaisonEvent {
  const { customer: _c, teamId: _t, continues: _o, marketingContactId, ...told } = data;
  const userId = marketingContactId ?? state.marketingContactId;
  const { round } = state;
  return {
    type: 'TechnicalLiaisonAnswered',
    data: {
      messageId: context.newId(),
      ...told,
      receivedAt,
      registeredLate,
      copiedTo: { role: 'marketingTechnicalContact', ...(userId === undefined ? {} : { userId }) },
      ...(round === undefined ? {} : { round }),
    },
    occurredAt: receivedAt,
  };
}

function open(
  data: Response,
  { receivedAt, registeredLate }: { readonly receivedAt: number; readonly registeredLate: boolean },
  answered: TechnicalLiaisonEvent,
  context: DecideContext,
  rules: Rules,
): Decision<TechnicalLiaisonEvent> {
  const { customer, kind, marketingContactId, continues } = data;
  if (customer === undefined) return reject('customerNeeded', { field: 'customer' });
  const teamId = data.teamId ?? context.actor.teamId;
  if (teamId === undefined) return reject('teamNeeded', { field: 'teamId' });
  const { customerGrade } = context;
  const graded = customerGrade === undefined ? {} : { customerGrade };
  const opened: TechnicalLiaisonEvent = {
    type: 'TechnicalLiaisonOpened',
    data: {
      customer,
      kind,
      receivedAt,
      registeredLate,
      teamId,
      ...graded,
      ...(marketingContactId === undefined ? {} : { marketingContactId }),
      ...(continues === undefined ? {} : { continues }),
    },
    occurredAt: receivedAt,
  };
  const owner = {
    lifecycle: rules.lifecycle,
    facts: { priority: 'normal', kind, ...graded } as const,
  };
  return accept<TechnicalLiaisonEvent>(
    opened,
    answered,
    ...startClock(context, owner, [], 'firstReply', receivedAt),
  );
}

/**
 * Takes a step back. With an answer, the promise that it began ends; it begins again from the earliest answer that
 * stands, and where none does the form waits again.
 */
export function retractAnswer(
  command: CaseCommand & { type: 'retractStep' },
  state: TechnicalLiaisonState,
  context: DecideContext,
  rules: Rules,
): Decision<TechnicalLiaisonEvent> {
  const decision: Decision<TechnicalLiaisonEvent> = decideCase(command, state, context, rules);
  const taken = state.answers.find(a => a.revision === command.data.stepRevision);
  if (decision.outcome === 'rejected' || taken === undefined) return decision;
  const standing = state.answers.filter(a => a !== taken);
  if (standing.length > 0) {
    const began = state.clocks.some(
      c => c.clock === 'firstReply' && c.startedBy === taken.commandId && isOpen(c),
    );
    if (!began) return decision;
    const earliest = Math.min(...standing.map(a => a.at));
    const again = startClock(context, ownerOf(state, rules), state.clocks, 'firstReply', earliest);
    return accept<TechnicalLiaisonEvent>(...decision.events, ...again);
  }
  if (state.formSentAt === undefined) return reject('onlyAnswer', { possible: ['voidEntry'] });
  const { round } = state;
  const takenBack: TechnicalLiaisonEvent[] =
    round === undefined
      ? []
      : [{ type: 'TechnicalLiaisonAnswerTakenBack', data: { round }, occurredAt: context.now }];
  return accept<TechnicalLiaisonEvent>(...decision.events, ...takenBack, ...remindAgain(state, context));
}

/** The reminder that the answer spared is due again, unless it was given: a form is reminded once. */
function remindAgain(state: TechnicalLiaisonState, { now }: DecideContext): readonly TechnicalLiaisonEvent[] {
  const reminders = state.timers.filter(t => t.timer === 'formReminder');
  const at = reminders.at(-1)?.remindAt[0];
  if (state.ended !== undefined || at === undefined || reminders.some(t => t.active || t.reminded > 0)) {
    return [];
  }
  return [formReminder(reminders.length + 1, Math.max(at, now), now)];
}

/** What was received is the answer: before one there is no receipt to correct, and none lies before its form. */
export function correctReceiptOfAnswer(
  command: CaseCommand & { type: 'correctDetails' },
  state: TechnicalLiaisonState,
  context: DecideContext,
  rules: Rules,
): Decision<TechnicalLiaisonEvent> {
  const { formSentAt } = state;
  const { to } = command.data;
  if (formSentAt !== undefined) {
    if (!isAnswered(state)) return reject('notAnsweredYet', { possible: [...rules.possible(state)] });
    if (typeof to === 'number' && to < formSentAt) {
      return reject('beforeForm', { receivedAt: to, formSentAt });
    }
  }
  return decideCase(command, state, context, rules);
}
