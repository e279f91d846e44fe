import { z } from 'zod';
import type { CaseRow } from '../../projections/case-list.ts';
import type { DeadlineRow } from '../../projections/deadlines.ts';
import type { SlaResultRow } from '../../projections/sla-results.ts';
import type { InstantWriter } from './instants.ts';

const instant = z.string().meta({ format: 'date-time' });
const caseRowSchema = z.object({
  id: z.uuid(),
  number: z.string(),
  lifecycle: z.string(),
  phase: z.string(),
  priority: z.enum(['normal', 'urgent']),
  closed: z.boolean(),
  endedHow: z.string().nullable(),
  receivedAt: instant,
  openedAt: instant,
  lastActivityAt: instant,
  closedAt: instant.nullable(),
  registeredLate: z.boolean(),
  kind: z.string().nullable(),
  customerId: z.string().nullable(),
  customerName: z.string().nullable(),
  siteRegion: z.string().nullable(),
  teamId: z.string().nullable(),
  assigneeId: z.string().nullable(),
  nextDueAt: instant.nullable(),
  nextClock: z.string().nullable(),
  breached: z.boolean(),
});
export const caseListSchema = z.object({ cases: z.array(caseRowSchema), next: z.string().optional() });
export const deadlineSchema = z.object({
  caseId: z.uuid(),
  number: z.string().optional(),
  lifecycle: z.string(),
  clock: z.string(),
  cycle: z.int(),
  status: z.string(),
  startedAt: instant.nullable(),
  dueAt: instant.nullable(),
  provisional: z.boolean(),
  warned: z.boolean(),
  breached: z.boolean(),
  pausedMs: z.int(),
  assigneeId: z.string().nullable(),
  teamId: z.string().nullable(),
});
const resultNames = [
  'met',
  'metAfterRescinding',
  'late',
  'breachedOpen',
  'disputed',
  'cancelled',
  'running',
] as const;
export const slaLineSchema = z.object({
  group: z.string(),
  lifecycle: z.string(),
  clock: z.string(),
  results: z.record(z.enum(resultNames), z.int()),
  met: z.int(),
  breached: z.int(),
  metPercent: z.number().optional(),
  lateMs: z.int(),
  pausedMs: z.int(),
});
export const exceptionSchema = z.object({
  caseId: z.uuid(),
  number: z.string().optional(),
  clock: z.string(),
  cycle: z.int(),
  lifecycle: z.string(),
  result: z.enum(resultNames),
  startedAt: instant,
  dueAt: instant,
  endedAt: instant.nullable(),
  lateMs: z.int().nullable(),
  pausedMs: z.int(),
  responsibleParty: z.string(),
  teamId: z.string().nullable(),
  assigneeId: z.string().nullable(),
});
export const frequencySchema = z.object({
  value: z.string(),
  label: z.string().optional(),
  items: z.number(),
  percent: z.number(),
  cumulativePercent: z.number(),
});

export function orNull(at: number | null, write: InstantWriter): string | null {
  return at === null ? null : write(at);
}

/** Written out: a rest and a spread of so many fields took more than half of the time of a list. */
export function caseRowDocument(row: CaseRow, write: InstantWriter): z.infer<typeof caseRowSchema> {
  return {
    id: row.caseId,
    number: row.number,
    lifecycle: row.lifecycle,
    phase: row.phase,
    priority: row.priority,
    closed: row.closed,
    endedHow: row.endedHow,
    receivedAt: write(row.receivedAt),
    openedAt: write(row.openedAt),
    lastActivityAt: write(row.lastActivityAt),
    closedAt: orNull(row.closedAt, write),
    registeredLate: row.registeredLate,
    kind: row.kind,
    customerId: row.customerId,
    customerName: row.customerName,
    siteRegion: row.siteRegion,
    teamId: row.teamId,
    assigneeId: row.assigneeId,
    nextDueAt: orNull(row.nextDueAt, write),
    nextClock: row.nextClock,
    breached: row.breached,
  };
}

export function deadlineDocument(row: DeadlineRow, write: InstantWriter): z.infer<typeof deadlineSchema> {
  const { caseId, lifecycle, name, cycle, status, provisional, warned, breached, pausedMs } = row;
  return {
    caseId,
    lifecycle,
    clock: name,
    cycle,
    status,
    startedAt: orNull(row.startedAt, write),
    dueAt: orNull(row.dueAt, write),
    provisional,
    warned,
    breached,
    pausedMs,
    assigneeId: row.assigneeId,
    teamId: row.teamId,
  };
}

export function exceptionDocument(row: SlaResultRow, write: InstantWriter): z.infer<typeof exceptionSchema> {
  const { exception: _same, month: _counted, ...rest } = row;
  return {
    ...rest,
    startedAt: write(row.startedAt),
    dueAt: write(row.dueAt),
    endedAt: orNull(row.endedAt, write),
  };
}
