import { endTimers } from '../case/decide-ending.ts';
import { accept, type Decision } from '../case/decision.ts';
import type { DecideContext } from '../case/lifecycle.ts';
import { dueOf } from '../time/target.ts';
import type { AfterSalesEvent } from './events.ts';
import { type AfterSalesState, resolution } from './state.ts';

/** The customer is asked whether it is well, reminded, and taken at its silence in the end. */
export function awaitWord(
  state: AfterSalesState,
  context: DecideContext,
  at: number,
): readonly AfterSalesEvent[] {
  const { remindAfterWorkingDays, confirmAfterWorkingDays } = context.policy.confirmation;
  const after = (count: number) =>
    dueOf({ kind: 'workingDays', count, countFrom: 'receipt' }, at, context.calendar).dueAt;
  const cycle = state.timers.filter(t => t.timer === 'confirmation').length + 1;
  return [
    ...endTimers(state, 'confirmation', 'resolvedAgain', at),
    {
      type: 'CaseTimerStarted',
      data: {
        timer: 'confirmation',
        cycle,
        remindAt: [after(remindAfterWorkingDays)],
        endsAt: after(confirmAfterWorkingDays),
        endsWith: 'confirmBySilence',
      },
      occurredAt: at,
    },
  ];
}

/** A resolution that is taken back waits for nobody's word any more. */
export function withoutConfirmation(
  decision: Decision<AfterSalesEvent>,
  state: AfterSalesState,
  context: DecideContext,
  revision: number,
): Decision<AfterSalesEvent> {
  if (decision.outcome === 'rejected' || resolution(state)?.revision !== revision) return decision;
  return accept<AfterSalesEvent>(
    ...decision.events,
    ...endTimers(state, 'confirmation', 'resolutionTakenBack', context.now),
  );
}
