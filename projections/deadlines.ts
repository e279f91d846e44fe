import { caseEvents } from '../domain/case/case-events.ts';
import { uuidOf } from '../domain/log/envelope.ts';
import { type Clock, evolveClocks, isOpen } from '../domain/sla/clock.ts';
import {
  type CaseTimer,
  caseTimers,
  clockTimers,
  evolveTimers,
  type PendingTimer,
} from '../domain/sla/timers.ts';
import { lifecycleFinder, openingOf, type ProjectedLifecycle } from './case-opening.ts';
import { type Projection, projectBy, type RowAccess } from './projection.ts';
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
    warned: 'boolean',
    breached: 'boolean',
    pausedMs: 'integer',
    assigneeId: 'text',
    teamId: 'text',
    nextAt: 'integer',
    nextKind: 'text',
    nextKey: 'text',
    armedRevision: 'integer',
  },
  key: ['caseId', 'name', 'cycle'],
  indexes: [
    { name: 'deadlinesByNext', columns: ['nextAt', 'caseId', 'name', 'cycle'], whereNotNull: 'nextAt' },
    { name: 'deadlinesByDue', columns: ['isClock', 'dueAt', 'caseId', 'name', 'cycle'] },
    { name: 'deadlinesOfAssignee', columns: ['assigneeId', 'isClock', 'dueAt', 'caseId', 'name', 'cycle'] },
    { name: 'deadlinesOfTeam', columns: ['teamId', 'isClock', 'dueAt', 'caseId', 'name', 'cycle'] },
  ],
});

/** What deadlines of a case are folded from; no list goes by it. */
export interface DeadlineCaseRow {
  readonly caseId: string;
  readonly clocks: readonly Clock[];
  readonly timers: readonly CaseTimer[];
  readonly assigneeId: string | null;
  readonly teamId: string | null;
  /** Closed, withdrawn, merged or voided: nothing of it is due. */
  readonly ended: boolean;
}

export const deadlineCaseTable = defineTable<DeadlineCaseRow>({
  name: 'deadlineCases',
  columns: {
    caseId: 'text',
    clocks: 'json',
    timers: 'json',
    assigneeId: 'text',
    teamId: 'text',
    ended: 'boolean',
  },
  key: ['caseId'],
  indexes: [],
});

interface Place {
  readonly lifecycle: string;
  readonly streamId: string;
}

/** What is due, warned and breached, and whose it is; what the timekeeper fires next. */
export function deadlines(lifecycles: readonly ProjectedLifecycle[]): Projection {
  const lifecycleOf = lifecycleFinder(lifecycles);
  const projectOther = projectBy(caseEvents, {
    CaseAssigned: ({ streamId, data: { assigneeId, teamId } }, rows) =>
      change(rows, streamId, before => ({ ...before, assigneeId, teamId })),
    CaseClosed: ending,
    CaseVoided: ending,
    CaseWithdrawn: ending,
    CaseMergedInto: ending,
    CaseReopened: ({ streamId }, rows) => change(rows, streamId, before => ({ ...before, ended: false })),
    CaseUnmerged: ({ streamId }, rows) => change(rows, streamId, before => ({ ...before, ended: false })),
  });

  function ending({ streamId }: { readonly streamId: string }, rows: RowAccess): void {
    change(rows, streamId, before => ({ ...before, ended: true }));
  }

  /** Changes what concerns every deadline of a case. */
  function change(rows: RowAccess, streamId: string, to: (before: DeadlineCaseRow) => DeadlineCaseRow): void {
    const before = rows.get(deadlineCaseTable, uuidOf(streamId));
    if (before === undefined) return;
    const after = to(before);
    rows.put(deadlineCaseTable, after);
    const place = { lifecycle: placeName(streamId), streamId };
    for (const clock of after.clocks) if (isOpen(clock)) showClock(rows, after, clock, place);
    for (const timer of after.timers) if (timer.active) showTimer(rows, after, timer, place);
  }

  const nameOfCategory = new Map(lifecycles.map(({ category, name }) => [category, name] as const));
  function placeName(streamId: string): string {
    return nameOfCategory.get(streamId.slice(0, streamId.indexOf('-'))) ?? '';
  }

  return {
    name: 'deadlines',
    version: 1,
    tables: [deadlineTable, deadlineCaseTable],
    project(event, rows) {
      const lifecycle = lifecycleOf(event);
      if (lifecycle === undefined) return;
      const { streamId } = event;
      const caseId = uuidOf(streamId);
      if (event.revision === 0) {
        const { teamId } = openingOf(event);
        rows.add(deadlineCaseTable, {
          caseId,
          clocks: [],
          timers: [],
          assigneeId: null,
          teamId,
          ended: false,
        });
        return;
      }
      const sla = asSlaEvent(event);
      if (sla === undefined) return projectOther(event, rows);
      const before = rows.get(deadlineCaseTable, caseId);
      if (before === undefined) return;
      const place = { lifecycle: lifecycle.name, streamId };
      if ('timer' in sla.data) {
        const { timer: name, cycle } = sla.data;
        const after = { ...before, timers: evolveTimers(before.timers, sla) };
        rows.put(deadlineCaseTable, after);
        const timer = after.timers.find(t => t.timer === name && t.cycle === cycle);
        if (timer !== undefined) showTimer(rows, after, timer, place);
        return;
      }
      const { clock: name, cycle } = sla.data;
      const after = { ...before, clocks: evolveClocks(before.clocks, sla) };
      rows.put(deadlineCaseTable, after);
      const clock = after.clocks.find(c => c.clock === name && c.cycle === cycle);
      if (clock !== undefined) showClock(rows, after, clock, place, sla.type === 'SlaClockStarted');
    },
  };
}

function showClock(rows: RowAccess, of: DeadlineCaseRow, clock: Clock, place: Place, isNew = false): void {
  const { clock: name, cycle, status } = clock;
  if (of.ended || (status !== 'running' && status !== 'paused' && status !== 'breached')) {
    rows.delete(deadlineTable, keyOf(of.caseId, name, cycle));
    return;
  }
  const row: DeadlineRow = {
    caseId: of.caseId,
    name,
    cycle,
    ...place,
    isClock: true,
    status,
    dueAt: clock.schedule.dueAt,
    startedAt: clock.startedAt,
    provisional: clock.schedule.provisional,
    warned: clock.warned.length > 0,
    breached: status === 'breached',
    pausedMs: clock.pausedMs,
    assigneeId: of.assigneeId,
    teamId: of.teamId,
    ...nextOf(clockTimers(clock)),
  };
  if (isNew) rows.add(deadlineTable, row);
  else rows.put(deadlineTable, row);
}

function showTimer(rows: RowAccess, of: DeadlineCaseRow, timer: CaseTimer, place: Place): void {
  const { timer: name, cycle } = timer;
  if (of.ended || !timer.active) {
    rows.delete(deadlineTable, keyOf(of.caseId, name, cycle));
    return;
  }
  rows.put(deadlineTable, {
    caseId: of.caseId,
    name,
    cycle,
    ...place,
    isClock: false,
    status: 'timer',
    dueAt: timer.endsAt ?? null,
    startedAt: null,
    provisional: false,
    warned: timer.reminded > 0,
    breached: false,
    pausedMs: 0,
    assigneeId: of.assigneeId,
    teamId: of.teamId,
    ...nextOf(caseTimers(timer)),
  });
}

/** The earliest; of several at one instant the first, as `clockTimers` orders them: a warning before its breach. */
function nextOf(
  pending: readonly PendingTimer[],
): Pick<DeadlineRow, 'nextAt' | 'nextKind' | 'nextKey' | 'armedRevision'> {
  let next: PendingTimer | undefined;
  for (const timer of pending) if (next === undefined || timer.at < next.at) next = timer;
  return next === undefined
    ? { nextAt: null, nextKind: null, nextKey: null, armedRevision: null }
    : { nextAt: next.at, nextKind: next.kind, nextKey: next.key, armedRevision: next.armedRevision };
}
