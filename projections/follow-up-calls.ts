import { factoryVisitEvents } from '../domain/factory-visit/events.ts';
import { factoryVisit } from '../domain/factory-visit/factory-visit.ts';
import { WAVE_CLOCK } from '../domain/factory-visit/state.ts';
import { categoryOf, uuidOf } from '../domain/log/envelope.ts';
import type { WorkingCalendar } from '../domain/time/calendar.ts';
import { type Projection, projectBy, type RowAccess } from './projection.ts';
import { defineTable, keyOf } from './table.ts';

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
    { name: 'followUpTasksOfContact', columns: ['contactId', 'dueAt'], whereNotNull: 'contactId' },
    { name: 'followUpTasksOfTeam', columns: ['teamId', 'dueAt'] },
    { name: 'followUpTasksOfAssignee', columns: ['assigneeId', 'dueAt'] },
  ],
});

interface ClockId {
  readonly clock: string;
  readonly cycle: number;
}

/** Which waves wait for a call: from the task's opening until the wave has its result. */
export function followUpCalls(): Projection {
  const project = projectBy(factoryVisitEvents, {
    FactoryVisitFollowUpTaskOpened: ({ streamId, metadata, data }, rows) =>
      rows.put(followUpTaskTable, {
        caseId: uuidOf(streamId),
        wave: WAVE_CLOCK[data.wave],
        cycle: data.cycle,
        taskId: data.taskId,
        contactId: data.contactId ?? null,
        teamId: data.teamId,
        assigneeId: data.assigneeId ?? null,
        openedAt: metadata.occurredAt,
        dueAt: data.dueAt,
        attempts: 0,
        missed: false,
      }),
    FactoryVisitContactAttempted: ({ streamId, data: { wave, cycle } }, rows) =>
      change(rows, streamId, { clock: WAVE_CLOCK[wave], cycle }, row => ({
        ...row,
        attempts: row.attempts + 1,
      })),
    SlaClockRescheduled: ({ streamId, data }, rows) =>
      change(rows, streamId, data, row => ({ ...row, dueAt: data.schedule.dueAt })),
    SlaClockBreached: ({ streamId, data }, rows) =>
      change(rows, streamId, data, row => ({ ...row, missed: true })),
    SlaClockMet: done,
    SlaClockFulfilled: done,
    SlaClockCancelled: done,
  });
  return {
    name: 'followUpCalls',
    version: 1,
    tables: [followUpTaskTable],
    project: (event, rows) => {
      if (categoryOf(event.streamId) === factoryVisit.category) project(event, rows);
    },
  };
}

function change(
  rows: RowAccess,
  streamId: string,
  { clock, cycle }: ClockId,
  to: (row: FollowUpTaskRow) => FollowUpTaskRow,
): void {
  const row = rows.get(followUpTaskTable, keyOf(uuidOf(streamId), clock, cycle));
  if (row !== undefined) rows.put(followUpTaskTable, to(row));
}

function done(
  { streamId, data }: { readonly streamId: string; readonly data: ClockId },
  rows: RowAccess,
): void {
  rows.delete(followUpTaskTable, keyOf(uuidOf(streamId), data.clock, data.cycle));
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
