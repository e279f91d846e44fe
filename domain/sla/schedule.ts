import type { DecideContext } from '../case/lifecycle.ts';
import type { WorkingCalendar } from '../time/calendar.ts';
import {
  closedTimeWarning,
  layOn,
  type StoodStill,
  type Target,
  timeLeft,
  warningAt,
} from '../time/target.ts';
import { anchoredDue } from './anchored-due.ts';
import type { ClockMove } from './clock.ts';
import type { ClockAnchor, ClockName, Schedule, Threshold } from './events.ts';
import { policyLine, type SlaFacts } from './policy.ts';

/** What a deadline is computed from. */
export type SlaContext = Pick<DecideContext, 'now' | 'policy' | 'calendar' | 'calendarOf' | 'organisation'>;

/** Whose promise it is: what the policy's conditions and the escalation chain ask of the case. */
export interface PromiseOwner {
  readonly lifecycle: string;
  readonly facts: SlaFacts;
  readonly assigneeId?: string;
  /** Whom its open questions were put to, by the cycle of the clock `input`. */
  readonly asked?: readonly AskedOf[];
}

export interface AskedOf {
  readonly cycle: number;
  readonly department: string;
  readonly askedUserId?: string;
}

export interface Promised {
  readonly target: Target;
  readonly ordinaryTarget?: Target;
  readonly anchor?: ClockAnchor;
  readonly schedule: Schedule;
}

/** The target, deadline and warnings of a clock that starts; `undefined` when the policy promises nothing. */
export function promise(
  context: SlaContext,
  owner: PromiseOwner,
  clock: ClockName,
  startedAt: number,
  options: {
    readonly anchor?: ClockAnchor;
    readonly notLaterThan?: number;
    /** A deadline that was asked for: the target gives no other. */
    readonly dueAt?: number;
  } = {},
): Promised | undefined {
  const line = policyLine(context.policy, owner.lifecycle, clock, owner.facts);
  if (line === undefined) return undefined;
  const { target } = line;
  const due = anchoredDue(target, startedAt, context.calendar, options.anchor);
  const wanted = options.dueAt ?? due.dueAt;
  const dueAt = Math.min(wanted, options.notLaterThan ?? wanted);
  const schedule: Schedule = {
    dueAt,
    ...(due.opensAt === undefined ? {} : { opensAt: due.opensAt }),
    warnings: warningsOf(context.calendar, target, due.opensAt ?? startedAt, dueAt, line.warnAt),
    policyVersion: context.policy.version,
    calendar: { id: context.calendar.id, version: context.calendar.version },
    // What was asked for is no date that a holiday still to be published could move.
    provisional: options.dueAt === undefined && due.provisional,
  };
  const promised =
    options.anchor === undefined ? { target, schedule } : { target, anchor: options.anchor, schedule };
  // Back to normal changes nothing for a promise that urgency did not hurry.
  if (line.when.priority !== 'urgent') return promised;
  const ordinary = policyLine(context.policy, owner.lifecycle, clock, { ...owner.facts, priority: 'normal' });
  return ordinary === undefined ? promised : { ...promised, ordinaryTarget: ordinary.target };
}

/** The warnings of a deadline: at each fraction of the allowance, and before closed time. Those at or past the due instant tell nobody anything. */
export function warningsOf(
  calendar: WorkingCalendar,
  target: Target,
  from: number,
  dueAt: number,
  fractions: readonly number[],
  pauses: readonly StoodStill[] = [],
): Schedule['warnings'] {
  const warnings: { threshold: Threshold; at: number }[] = fractions.map(threshold => ({
    threshold,
    at: warningAt(target, from, dueAt, threshold, calendar, pauses),
  }));
  const closed = closedTimeWarning(from, dueAt, calendar);
  if (closed !== undefined) warnings.push({ threshold: 'closedTime', at: closed });
  return warnings.filter(w => w.at < dueAt).sort((a, b) => a.at - b.at);
}

/** A deadline computed anew from its start, with every pause, appointment and bound since: as if nothing else had happened. */
export function replayDeadline(
  target: Target,
  startedAt: number,
  moves: readonly ClockMove[],
  calendar: WorkingCalendar,
  anchor?: ClockAnchor,
): { readonly dueAt: number; readonly opensAt?: number; readonly provisional: boolean } {
  const first = anchoredDue(target, startedAt, calendar, anchor);
  let { dueAt } = first;
  for (const move of moves) {
    if (move.kind === 'agreed') dueAt = move.dueAt;
    else if (move.kind === 'bound') dueAt = Math.min(dueAt, move.dueAt);
    else if (move.from < dueAt) {
      dueAt = Math.max(dueAt, layOn(target, move.to, timeLeft(target, move.from, dueAt, calendar), calendar));
    }
  }
  return { ...first, dueAt, provisional: first.provisional || !knownUntil(target, dueAt, calendar) };
}

/** False when a deadline that uses the calendar reaches past the days it knows. One at midnight is still on the day that it ends. */
export function knownUntil(target: Target, dueAt: number, calendar: WorkingCalendar): boolean {
  return (target.kind === 'elapsed' && target.except === undefined) || calendar.isKnown(dueAt - 1);
}
