import { factoryVisitEvents } from '../domain/factory-visit/events.ts';
import { factoryVisit } from '../domain/factory-visit/factory-visit.ts';
import { WAVE_CLOCK } from '../domain/factory-visit/state.ts';
import { categoryOf, uuidOf } from '../domain/log/envelope.ts';
import type { WorkingCalendar } from '../domain/time/calendar.ts';
import { foldBy, type Projection } from './projection.ts';
import { defineTable } from './table.ts';

/** A wave that waits for somebody of marketing to ask the customer. */
export interface FollowUpTaskRow {
  readonly caseId: string;
  /** Name of the wave's clock. */
  readonly wave: string;
  readonly cycle: number;
  readonly taskId: string;
  /** `null` when nobody at the customer's was named; such a task is a call of its own. */
  readonly contactId: string | null;
  readonly teamId: string | null;
  readonly assigneeId: string | null;
  readonly openedAt: number;
  readonly dueAt: number;
  /** Tries so far that reached nobody. */
  readonly attempts: number;
  readonly missed: boolean;
}

const owners = ['contactId', 'teamId', 'assigneeId'] as const;

export const followUpTaskTable = defineTable<FollowUpTaskRow>({
  name: 'followUpTasks',
  columns: {
    caseId: 'text',
    wave: 'text',
    cycle: 'integer',
    taskId: 'text',
    contactId: 'text',
    teamId: 'text',
    assigneeId: 'text',
    openedAt: 'integer',
    dueAt: 'integer',
    attempts: 'integer',
    missed: 'boolean',
  },
  key: ['caseId', 'wave', 'cycle'],
  indexes: [
    { name: 'followUpTasksByDue', columns: ['dueAt', 'caseId', 'wave', 'cycle'] },
    ...owners.map(owner => ({
      name: `followUpTasksOf_${owner}`,
      columns: [owner, 'dueAt', 'caseId', 'wave', 'cycle'] as const,
      whereNotNull: owner,
    })),
  ],
});

/** The waves of one visit that wait for a call. */
interface FollowUpSource {
  readonly caseId: string;
  readonly tasks: readonly FollowUpTaskRow[];
}

/** Which waves wait for a call: from the task's opening until the wave has its result. */
export function followUpCalls(): Projection<FollowUpSource> {
  const done = (before: FollowUpSource, { data }: { readonly data: ClockId }): FollowUpSource => ({
    ...before,
    tasks: before.tasks.filter(task => !isOf(task, data)),
  });
  const { types, fold } = foldBy<typeof factoryVisitEvents, FollowUpSource>(factoryVisitEvents, {
    FactoryVisitFollowUpTaskOpened: (before, { metadata, data }) => {
      const { taskId, wave, cycle, contactId = null, teamId, assigneeId = null, dueAt } = data;
      const task: FollowUpTaskRow = {
        caseId: before.caseId,
        wave: WAVE_CLOCK[wave],
        cycle,
        taskId,
        contactId,
        teamId,
        assigneeId,
        openedAt: metadata.occurredAt,
        dueAt,
        attempts: 0,
        missed: false,
      };
      return { ...before, tasks: [...before.tasks, task] };
    },
    FactoryVisitContactAttempted: (before, { data: { wave, cycle } }) =>
      changed(before, { clock: WAVE_CLOCK[wave], cycle }, task => ({ ...task, attempts: task.attempts + 1 })),
    SlaClockRescheduled: (before, { data }) =>
      changed(before, data, task => ({ ...task, dueAt: data.schedule.dueAt })),
    SlaClockBreached: (before, { data }) => changed(before, data, task => ({ ...task, missed: true })),
    SlaClockMet: done,
    SlaClockFulfilled: done,
    SlaClockCancelled: done,
  });
  return {
    name: 'followUpCalls',
    version: 2,
    tables: [followUpTaskTable],
    types: new Set(types),
    fold(before, event) {
      if (before !== undefined) return fold(before, event);
      if (event.revision !== 0 || categoryOf(event.streamId) !== factoryVisit.category) return undefined;
      return { caseId: uuidOf(event.streamId), tasks: [] };
    },
    derive(before, after, rows) {
      const was = new Set(before?.tasks.map(followUpTaskTable.keyOf));
      for (const task of after?.tasks ?? []) {
        rows.put(followUpTaskTable, task, was.delete(followUpTaskTable.keyOf(task)));
      }
      for (const key of was) rows.delete(followUpTaskTable, key);
    },
  };
}

interface ClockId {
  readonly clock: string;
  readonly cycle: number;
}

function isOf(task: FollowUpTaskRow, { clock, cycle }: ClockId): boolean {
  return task.wave === clock && task.cycle === cycle;
}

/** The same object where the clock is of no task. */
function changed(
  before: FollowUpSource,
  clock: ClockId,
  to: (task: FollowUpTaskRow) => FollowUpTaskRow,
): FollowUpSource {
  if (!before.tasks.some(task => isOf(task, clock))) return before;
  return { ...before, tasks: before.tasks.map(task => (isOf(task, clock) ? to(task) : task)) };
}

/** Tasks that one call can settle, the first due first. */
export interface FollowUpCall {
  readonly contactId: string | null;
  readonly dueAt: number;
  readonly tasks: readonly FollowUpTaskRow[];
}

const ONE_CALL_WORKING_DAYS = 10;

/**
 * The open tasks as calls: those of one contact that fall due within ten working days of the first are one call.
 * Calls come by when they are due.
 */
export function callsOf(
  tasks: readonly FollowUpTaskRow[],
  calendar: WorkingCalendar,
): readonly FollowUpCall[] {
  const calls: { contactId: string | null; dueAt: number; lastDate: string; tasks: FollowUpTaskRow[] }[] = [];
  for (const task of [...tasks].sort((a, b) => a.dueAt - b.dueAt)) {
    const { contactId, dueAt } = task;
    const date = calendar.localDate(dueAt);
    const call =
      contactId === null ? undefined : calls.findLast(c => c.contactId === contactId && date <= c.lastDate);
    if (call !== undefined) call.tasks.push(task);
    else {
      const lastDate = calendar.addWorkingDays(date, ONE_CALL_WORKING_DAYS);
      calls.push({ contactId, dueAt, lastDate, tasks: [task] });
    }
  }
  return calls.map(({ contactId, dueAt, tasks: together }) => ({ contactId, dueAt, tasks: together }));
}
