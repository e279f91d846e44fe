import type { AnyCommand, AnyEvent, AnyLifecycle, DecideContext } from '../../domain/case/lifecycle.ts';
import { hoursChangedBetween } from '../../domain/house/calendar-changes.ts';
import type { RunKind } from '../../domain/house/deadline-runs.ts';
import type { Clock } from '../../domain/sla/clock.ts';
import { slaEvents } from '../../domain/sla/events.ts';
import type { Policy } from '../../domain/sla/policy.ts';
import type { WorkingCalendar } from '../../domain/time/calendar.ts';
import type { Target } from '../../domain/time/target.ts';
import type { LoadedCase } from '../engine/command-handler.ts';
import type { PolicyBook } from '../engine/policy-book.ts';
import { systemActor } from '../engine/system-actor.ts';

/** What a run lays on, and by which versions. */
export interface LaidOn {
  readonly what: RunKind;
  readonly policy: Policy;
  readonly calendar: WorkingCalendar;
}

/** One deadline that would move, or whose warnings would. Instants in epoch milliseconds. */
export interface PlannedMove {
  readonly caseId: string;
  readonly lifecycle: string;
  readonly clock: string;
  readonly cycle: number;
  readonly fromAt: number;
  /** The same as `fromAt` where only warnings, an opening or the provisional mark change. */
  readonly toAt: number;
  readonly wasProvisional: boolean;
  readonly provisional: boolean;
  readonly why: readonly string[];
}

/** Days named for one deadline. */
const DAYS_NAMED = 5;

export function reapplyCommand({ what, policy, calendar }: LaidOn): AnyCommand {
  return {
    type: 'reapplyDeadlines',
    data: {
      because: what === 'policy' ? 'policyApplied' : 'calendar',
      calendar: { id: calendar.id, version: calendar.version },
      policyVersion: policy.version,
      provisionalOnly: what === 'provisional',
    },
  };
}

/** What the command would do to a case now: decided as it will be, and not given. */
export function plannedMoves(
  lifecycle: AnyLifecycle,
  caseId: string,
  { state }: LoadedCase,
  laidOn: LaidOn,
  now: number,
  book: Pick<PolicyBook, 'calendarOf'>,
): readonly PlannedMove[] {
  const context: DecideContext = {
    now,
    caseId,
    actor: systemActor('workflow'),
    policy: laidOn.policy,
    calendar: laidOn.calendar,
    calendarOf: ref => book.calendarOf(ref),
    newId: () => caseId,
    organisation: { onDuty: [], heads: [] },
  };
  const decision = lifecycle.decide(reapplyCommand(laidOn), state, context);
  if (decision.outcome === 'rejected') return [];
  return decision.events.flatMap(event => {
    const moved = rescheduled(event);
    const clock = moved && state.clocks.find(c => c.clock === moved.clock && c.cycle === moved.cycle);
    if (moved === undefined || clock === undefined) return [];
    return [
      {
        caseId,
        lifecycle: lifecycle.name,
        clock: moved.clock,
        cycle: moved.cycle,
        fromAt: moved.previousDueAt,
        toAt: moved.schedule.dueAt,
        wasProvisional: clock.schedule.provisional,
        provisional: moved.schedule.provisional,
        why: reasons(clock, moved, laidOn, book),
      },
    ];
  });
}

type Rescheduled = ReturnType<typeof slaEvents.SlaClockRescheduled.schema.parse>;

function rescheduled({ type, data }: AnyEvent): Rescheduled | undefined {
  return type === 'SlaClockRescheduled' ? slaEvents.SlaClockRescheduled.schema.parse(data) : undefined;
}

function reasons(
  clock: Clock,
  { schedule, target }: Rescheduled,
  { policy, calendar }: LaidOn,
  book: Pick<PolicyBook, 'calendarOf'>,
): readonly string[] {
  const before = book.calendarOf(clock.schedule.calendar);
  const [from, to] = [clock.startedAt, Math.max(clock.schedule.dueAt, schedule.dueAt)];
  const days = hoursChangedBetween(
    before.source,
    calendar.source,
    calendar.localDate(Math.min(from, schedule.dueAt)),
    calendar.localDate(to),
    DAYS_NAMED,
  );
  const words = [
    ...(target === undefined
      ? []
      : [
          `the target is ${targetText(target)} by policy ${policy.version}, not ${targetText(clock.ordinaryTarget)} by ${clock.schedule.policyVersion}`,
        ]),
    ...days,
    ...(clock.schedule.provisional && !schedule.provisional
      ? [`calendar ${calendar.id} is known through ${calendar.source.knownThrough} now`]
      : []),
  ];
  if (words.length > 0) return words;
  return schedule.dueAt === clock.schedule.dueAt
    ? ['the deadline stays; its warnings are given at other instants']
    : [`counted by calendar ${calendar.id} version ${calendar.version}, not ${before.version}`];
}

function targetText(target: Target): string {
  switch (target.kind) {
    case 'elapsed':
      return `${target.duration} around the clock${target.except === undefined ? '' : ' without public holidays'}`;
    case 'workingTime':
      return `${target.duration} of working time`;
    case 'workingDays':
      return `${target.count} working days from ${target.countFrom === 'receipt' ? 'receipt' : 'the next day'}`;
    case 'before':
      return 'the last close before its date';
    case 'calendarMonths':
      return `${target.count} months (${target.roll}), within ${target.windowWorkingDays} working days`;
  }
}
