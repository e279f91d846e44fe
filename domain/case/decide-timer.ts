import { breachClock, escalateClock, warnClock } from '../sla/breaching.ts';
import { openWave } from '../sla/open-wave.ts';
import { resumeClock } from '../sla/pausing.ts';
import { type PendingTimer, pendingTimers } from '../sla/timers.ts';
import { unreachable } from '../unreachable.ts';
import type { CaseCommand } from './case-commands.ts';
import type { CaseEvent } from './case-events.ts';
import { type CaseRules, ownerOf } from './case-rules.ts';
import type { CaseState } from './case-state.ts';
import { closing } from './decide-ending.ts';
import { accept, type Decision, reject } from './decision.ts';
import type { DecideContext } from './lifecycle.ts';

/** Records what time brought, at its set instant. A timer that finds its work done adds nothing. */
export function fireTimer<S extends CaseState>(
  data: (CaseCommand & { type: 'fireTimer' })['data'],
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): Decision<CaseEvent> {
  const timer = pendingTimers(state).find(
    t =>
      t.name === data.name &&
      t.cycle === data.cycle &&
      t.kind === data.kind &&
      t.key === data.key &&
      t.armedRevision === data.armedRevision,
  );
  if (timer === undefined) return accept<CaseEvent>();
  if (timer.at > context.now) return reject('timerNotDue', { at: timer.at, now: context.now });
  return accept<CaseEvent>(...happened(timer, state, context, rules));
}

function happened<S extends CaseState>(
  timer: PendingTimer,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): readonly CaseEvent[] {
  const owner = ownerOf(state, rules);
  const clock = state.clocks.find(c => c.clock === timer.name && c.cycle === timer.cycle);
  switch (timer.kind) {
    case 'warn':
      return clock === undefined
        ? []
        : warnClock(context, owner, clock, timer.key === 'closedTime' ? 'closedTime' : Number(timer.key));
    case 'breach':
      return clock === undefined ? [] : breachClock(context, owner, clock);
    case 'escalate':
      return clock === undefined ? [] : escalateClock(context, owner, clock);
    case 'endPause':
      return clock === undefined ? [] : resumeClock(context, clock, timer.at, 'maximumPause');
    case 'remind': {
      const reminded = { timer: timer.name, cycle: timer.cycle, number: Number(timer.key) };
      return [{ type: 'CustomerReminded', data: reminded, occurredAt: timer.at }];
    }
    case 'closeWithoutReply':
      return closing(state, timer.at, 'withoutReply', context, rules);
    case 'confirmBySilence':
      // What is confirmed is the lifecycle's own: it adds its event to this one.
      return [
        {
          type: 'CaseTimerEnded',
          data: { timer: timer.name, cycle: timer.cycle, because: 'confirmedBySilence' },
          occurredAt: timer.at,
        },
      ];
    case 'openWave':
      return clock === undefined ? [] : openWave(context, owner, clock);
    default:
      return unreachable(timer.kind);
  }
}
