import { type StoredEvent, uuidOf } from '../domain/log/envelope.ts';
import { type Clock, isOpen } from '../domain/sla/clock.ts';
import { type CaseTimer, caseTimers, clockTimers, type PendingTimer } from '../domain/sla/timers.ts';
import type { RowAccess } from './projection.ts';
import type { PromiseSource } from './promises.ts';
import { asSlaEvent } from './sla-event.ts';
import { defineTable, keyOf } from './table.ts';

/** One promise that is open, or one timer of a case, and what time brings to it next. */
export interface DeadlineRow {
  readonly caseId: string;
  /** Name of the clock or of the timer. */
  readonly name: string;
  readonly cycle: number;
  readonly lifecycle: string;
  readonly streamId: string;
  readonly isClock: boolean;
  readonly status: 'running' | 'paused' | 'breached' | 'timer';
  /** Of a paused clock, as it was at the pause. `null` for a timer without end. */
  readonly dueAt: number | null;
  readonly startedAt: number | null;
  readonly provisional: boolean;
  /** `dueAt` of an open promise that is provisional and not breached; else `null`. */
  readonly provisionalAt: number | null;
  readonly warned: boolean;
  readonly breached: boolean;
  readonly pausedMs: number;
  readonly assigneeId: string | null;
  readonly teamId: string | null;
  /** The earliest pending timer. `null` when time alone brings nothing more. */
  readonly nextAt: number | null;
  readonly nextKind: PendingTimer['kind'] | null;
  readonly nextKey: string | null;
  /** Revision of the event that armed it. */
  readonly armedRevision: number | null;
  /** All pending timers, where there are several: kind, key, instant. Of one clock or timer one event armed them all. */
  readonly pending: readonly (readonly [PendingTimer['kind'], string, number])[] | null;
}

export const deadlineTable = defineTable<DeadlineRow>({
  name: 'deadlines',
  columns: {
    caseId: 'text',
    name: 'text',
    cycle: 'integer',
    lifecycle: 'text',
    streamId: 'text',
    isClock: 'boolean',
    status: 'text',
    dueAt: 'integer',
    startedAt: 'integer',
    provisional: 'boolean',
    provisionalAt: 'integer',
    warned: 'boolean',
    breached: 'boolean',
    pausedMs: 'integer',
    assigneeId: 'text',
    teamId: 'text',
    nextAt: 'integer',
    nextKind: 'text',
    nextKey: 'text',
    armedRevision: 'integer',
    pending: 'json',
  },
  key: ['caseId', 'name', 'cycle'],
  indexes: [
    { name: 'deadlinesByNext', columns: ['nextAt', 'caseId', 'name', 'cycle'], whereNotNull: 'nextAt' },
    { name: 'deadlinesByDue', columns: ['isClock', 'dueAt', 'caseId', 'name', 'cycle'] },
    {
      name: 'deadlinesProvisional',
      columns: ['caseId', 'provisionalAt'],
      whereNotNull: 'provisionalAt',
    },
    {
      name: 'deadlinesOfAssignee',
      columns: ['assigneeId', 'isClock', 'dueAt', 'caseId', 'name', 'cycle'],
      whereNotNull: 'assigneeId',
    },
    { name: 'deadlinesOfTeam', columns: ['teamId', 'isClock', 'dueAt', 'caseId', 'name', 'cycle'] },
  ],
});

/** What is due, warned and breached, and whose it is; what the timekeeper fires next. */
export function deriveDeadlines(
  before: PromiseSource | undefined,
  after: PromiseSource | undefined,
  rows: RowAccess,
): void {
  const source = after ?? before;
  if (source === undefined) return;
  const same =
    before?.assigneeId === after?.assigneeId &&
    before?.teamId === after?.teamId &&
    before?.ended === after?.ended;
  // Clocks and timers are only ever added: what stands at one place is the same one, and unchanged the same object.
  for (const [at, clock] of source.clocks.entries()) {
    const was = before?.clocks[at];
    const is = after?.clocks[at];
    if (same && was === is) continue;
    const wasThere = was !== undefined && before !== undefined && !before.ended && isOpen(was);
    if (is !== undefined && after !== undefined && !after.ended && isOpen(is)) {
      rows.put(deadlineTable, clockRow(after, is), wasThere);
    } else if (wasThere) {
      rows.delete(deadlineTable, keyOf(source.caseId, clock.clock, clock.cycle));
    }
  }
  for (const [at, timer] of source.timers.entries()) {
    const was = before?.timers[at];
    const is = after?.timers[at];
    if (same && was === is) continue;
    const wasThere = was !== undefined && before !== undefined && !before.ended && was.active;
    if (is !== undefined && after !== undefined && !after.ended && is.active) {
      rows.put(deadlineTable, timerRow(after, is), wasThere);
    } else if (wasThere) {
      rows.delete(deadlineTable, keyOf(source.caseId, timer.timer, timer.cycle));
    }
  }
}

function clockRow(
  { caseId, streamId, lifecycle, assigneeId, teamId }: PromiseSource,
  clock: Clock,
): DeadlineRow {
  const breached = clock.status === 'breached';
  return {
    caseId,
    name: clock.clock,
    cycle: clock.cycle,
    lifecycle,
    streamId,
    isClock: true,
    status: breached ? 'breached' : clock.status === 'paused' ? 'paused' : 'running',
    dueAt: clock.schedule.dueAt,
    startedAt: clock.startedAt,
    provisional: clock.schedule.provisional,
    provisionalAt: clock.schedule.provisional && !breached ? clock.schedule.dueAt : null,
    warned: clock.warned.length > 0,
    breached,
    pausedMs: clock.pausedMs,
    assigneeId,
    teamId,
    ...nextOf(clockTimers(clock)),
  };
}

function timerRow(
  { caseId, streamId, lifecycle, assigneeId, teamId }: PromiseSource,
  timer: CaseTimer,
): DeadlineRow {
  return {
    caseId,
    name: timer.timer,
    cycle: timer.cycle,
    lifecycle,
    streamId,
    isClock: false,
    status: 'timer',
    dueAt: timer.endsAt ?? null,
    startedAt: null,
    provisional: false,
    provisionalAt: null,
    warned: timer.reminded > 0,
    breached: false,
    pausedMs: 0,
    assigneeId,
    teamId,
    ...nextOf(caseTimers(timer)),
  };
}

/** What a warning changes: it is given once, and what time brings next is the earliest of the rest. */
export function warned(event: StoredEvent, rows: RowAccess): void {
  const sla = asSlaEvent(event);
  if (sla?.type !== 'SlaClockWarned') return;
  const { clock, cycle, threshold } = sla.data;
  rows.change(deadlineTable, keyOf(uuidOf(event.streamId), clock, cycle), row => {
    if (row?.isClock !== true) return row;
    const left = pendingOf(row).filter(({ kind, key }) => kind !== 'warn' || key !== String(threshold));
    return { ...row, warned: true, ...nextOf(left) };
  });
}

function pendingOf(row: DeadlineRow): readonly PendingTimer[] {
  const { name, cycle, nextKind, nextKey, nextAt, armedRevision } = row;
  if (nextKind === null || nextKey === null || nextAt === null || armedRevision === null) return [];
  const pending = row.pending ?? [[nextKind, nextKey, nextAt] as const];
  return pending.map(([kind, key, at]) => ({ name, cycle, kind, key, at, armedRevision }));
}

/** The earliest; of several at one instant the first, as `clockTimers` orders them: a warning before its breach. */
function nextOf(
  pending: readonly PendingTimer[],
): Pick<DeadlineRow, 'nextAt' | 'nextKind' | 'nextKey' | 'armedRevision' | 'pending'> {
  let next: PendingTimer | undefined;
  for (const timer of pending) if (next === undefined || timer.at < next.at) next = timer;
  return next === undefined
    ? { nextAt: null, nextKind: null, nextKey: null, armedRevision: null, pending: null }
    : {
        nextAt: next.at,
        nextKind: next.kind,
        nextKey: next.key,
        armedRevision: next.armedRevision,
        pending: pending.length === 1 ? null : pending.map(({ kind, key, at }) => [kind, key, at] as const),
      };
}
