import { type Rejected, reject } from '../case/decision.ts';
import type { DecideContext } from '../case/lifecycle.ts';
import { dayOf, formatDay } from '../time/local-date.ts';
import type { Days, FactoryVisitState } from './state.ts';

/** Nobody plans a visit that far ahead: a later date is a slip of the pen. */
const AHEAD_DAYS = 2 * 366;

/** Why these days can't be planned. Paperwork may come late, but not from before the application. */
export function refusedPlan(
  days: Days,
  state: FactoryVisitState,
  context: DecideContext,
): Rejected | undefined {
  const refused = refusedOrder(days, state, context);
  if (refused) return refused;
  const latest = formatDay(dayOf(context.calendar.localDate(context.now)) + AHEAD_DAYS);
  return days.to > latest ? reject('tooFarAhead', { plannedTo: days.to, latest }) : undefined;
}

/** Why a visit can't have been held on these days. `at` is the instant by which it is said to be over. */
export function refusedHeld(
  days: Days,
  at: number,
  state: FactoryVisitState,
  context: DecideContext,
): Rejected | undefined {
  const refused = refusedOrder(days, state, context);
  if (refused) return refused;
  const today = context.calendar.localDate(at);
  return days.to > today ? reject('inTheFuture', { heldTo: days.to, today }) : undefined;
}

function refusedOrder(
  { from, to }: Days,
  state: FactoryVisitState,
  { calendar }: DecideContext,
): Rejected | undefined {
  if (to < from) return reject('endsBeforeItBegins', { from, to });
  const received = calendar.localDate(state.receivedAt);
  return from < received ? reject('beforeReceipt', { from, received }) : undefined;
}
