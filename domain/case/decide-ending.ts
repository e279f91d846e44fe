import { cancelClock } from '../sla/cancelling.ts';
import { isOpen, openClock } from '../sla/clock.ts';
import { meetClock, startClock } from '../sla/promises.ts';
import type { CaseCommand } from './case-commands.ts';
import type { CaseEvent } from './case-events.ts';
import { type CaseRules, type ClosingMode, mergedElsewhere, ownerOf } from './case-rules.ts';
import type { CaseState } from './case-state.ts';
import { accept, type Decision, type Rejected, reject } from './decision.ts';
import { beforeFact, beforePromise } from './facts.ts';
import type { DecideContext } from './lifecycle.ts';

const DAY_MS = 86_400_000;

/**
 * What an end takes with it: every clock that is open, every timer that is active.
 * @param held whose promises they are: those that were broken before the end stay broken
 */
export function endOfCase(
  state: CaseState,
  because: 'voided' | 'withdrawn' | 'merged' | 'caseClosed',
  at: number,
  held?: Parameters<typeof cancelClock>[3],
): readonly CaseEvent[] {
  return [
    ...state.clocks.flatMap(clock => cancelClock(clock, because, at, held)),
    ...endTimers(state, undefined, because, at),
  ];
}

/** Ends the active timers of a name (of every name, if none is given). */
export function endTimers(
  state: CaseState,
  timer: string | undefined,
  because: string,
  at: number,
): readonly CaseEvent[] {
  return state.timers
    .filter(t => t.active && (timer === undefined || t.timer === timer))
    .map(t => ({
      type: 'CaseTimerEnded',
      data: { timer: t.timer, cycle: t.cycle, because },
      occurredAt: at,
    }));
}

const MODE: Record<'close' | 'closeWithoutReply' | 'closeWithoutAgreement', ClosingMode> = {
  close: 'closed',
  closeWithoutReply: 'withoutReply',
  closeWithoutAgreement: 'withoutAgreement',
};

/** Closes: the promise to close is met, with the mode, and what else is open ends with the case. */
export function closeCase<S extends CaseState>(
  command: CaseCommand & { type: keyof typeof MODE },
  at: number,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): Decision<CaseEvent> {
  const mode = MODE[command.type];
  if (
    command.type === 'close' &&
    command.data.satisfaction !== undefined &&
    command.data.satisfaction !== 'notGiven'
  ) {
    const heard = state.messages.some(m => m.direction === 'inbound' && m.byPerson);
    if (!heard && context.actor.role !== 'customer')
      return reject('satisfactionIsTheCustomers', { possible: ['notGiven'] });
  }
  if (mode === 'withoutReply') {
    const early = tooEarlyForSilence(state, at);
    if (early) return early;
  }
  const refused = rules.mayClose(state, mode, context) ?? beforeTheEnd(state, at, rules);
  if (refused) return refused;
  return accept<CaseEvent>(...closing(state, at, mode, context, rules, command.data));
}

/** A case is closed on the steps that were taken, and on the promise to close it: not before any of them. */
function beforeTheEnd<S extends CaseState>(
  state: S,
  at: number,
  { alsoAfterClosing = [] }: CaseRules<S>,
): Rejected | undefined {
  const early = beforePromise(at, openClock(state.clocks, 'closing'));
  if (early !== undefined) return early;
  return state.steps
    .filter(s => !s.retracted && s.type !== 'MessageRecorded' && !alsoAfterClosing.includes(s.type))
    .map(s => beforeFact(at, s.type, s.at))
    .find(refused => refused !== undefined);
}

/** Closing for silence comes after the reminders. */
function tooEarlyForSilence(state: CaseState, at: number): Rejected | undefined {
  const silence = state.timers.findLast(t => t.timer === 'customerSilence' && t.active);
  if (silence === undefined) return reject('notWaitingForCustomer', { possible: ['pauseClock'] });
  if (silence.reminded >= silence.remindAt.length && silence.remindAt.every(remindAt => remindAt <= at))
    return undefined;
  return reject('remindersFirst', { reminded: silence.reminded, remindAt: [...silence.remindAt] });
}

export function closing<S extends CaseState>(
  state: S,
  at: number,
  mode: ClosingMode,
  context: DecideContext,
  rules: CaseRules<S>,
  data: { readonly satisfaction?: number | 'notGiven' | undefined; readonly note?: string | undefined } = {},
): readonly CaseEvent[] {
  const promise = state.clocks.findLast(c => c.clock === 'closing' && isOpen(c));
  const others = { ...state, clocks: state.clocks.filter(c => c !== promise) };
  const closed: CaseEvent = {
    type: 'CaseClosed',
    data: {
      mode,
      ...(data.satisfaction === undefined ? {} : { satisfaction: data.satisfaction }),
      ...(data.note === undefined ? {} : { note: data.note }),
    },
    occurredAt: at,
  };
  const owner = ownerOf(state, rules);
  return [
    ...meetClock(context, owner, promise, at, mode),
    ...endOfCase(others, 'caseClosed', at, { context, owner }),
    closed,
  ];
}

/** Reopens within the policy's period; the promises that matter begin again from that instant. */
export function reopenCase<S extends CaseState>(
  how: { readonly by: 'command' | 'message'; readonly reason?: string },
  at: number,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): Decision<CaseEvent> {
  const { ended } = state;
  if (ended === undefined) return reject('notEnded', { possible: [...rules.possible(state)] });
  if (ended.how === 'voided') return reject('voidedForGood', { endedAt: ended.at });
  if (ended.how === 'merged') return mergedElsewhere(ended);
  const early = how.by === 'command' ? beforeFact(at, 'ending', ended.at) : undefined;
  if (early !== undefined) return early;
  const until = ended.at + context.policy.reopeningDays * DAY_MS;
  if (at > until)
    return reject('reopeningPeriodOver', { endedAt: ended.at, until, hint: 'open a new case, linked' });
  const data = how.reason === undefined ? { by: how.by } : { by: how.by, reason: how.reason };
  const owner = ownerOf(state, rules);
  // A message from before the end that was not known then opens it again from its end.
  const reopenedAt = Math.max(at, ended.at);
  const clocks = rules.reopens.flatMap(name => startClock(context, owner, state.clocks, name, reopenedAt));
  return accept<CaseEvent>({ type: 'CaseReopened', data, occurredAt: reopenedAt }, ...clocks);
}
