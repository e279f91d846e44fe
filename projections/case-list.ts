import { z } from 'zod';
import type { CaseState } from '../domain/case/case-state.ts';
import type { Folded } from '../domain/case/event-definition.ts';
import type { AnyEvent, AnyLifecycle } from '../domain/case/lifecycle.ts';
import { categoryOf, type RecordedEvent, uuidOf } from '../domain/log/envelope.ts';
import { slaEvents } from '../domain/sla/events.ts';
import { customerOf, openingOf } from './case-opening.ts';
import { monthsIn } from './local-month.ts';
import type { Projection, RowAccess } from './projection.ts';
import { asSlaEvent } from './sla-event.ts';
import { defineTable, keyOf } from './table.ts';

/** One case as lists show it. Companies are named, people never. */
export interface CaseRow {
  readonly caseId: string;
  /** For people: `CMP-2026-000123`. */
  readonly number: string;
  readonly lifecycle: string;
  readonly phase: string;
  readonly priority: 'normal' | 'urgent';
  readonly closed: boolean;
  readonly endedHow: string | null;
  readonly receivedAt: number;
  readonly openedAt: number;
  readonly lastActivityAt: number;
  readonly closedAt: number | null;
  readonly registeredLate: boolean;
  readonly kind: string | null;
  readonly customerId: string | null;
  readonly customerName: string | null;
  readonly siteRegion: string | null;
  readonly teamId: string | null;
  readonly assigneeId: string | null;
  /** The earliest deadline of its open promises. */
  readonly nextDueAt: number | null;
  readonly nextClock: string | null;
  /** An open promise is broken. */
  readonly breached: boolean;
}

const byTime = ['receivedAt', 'lastActivityAt'] as const;
const filters = ['lifecycle', 'phase', 'assigneeId', 'teamId', 'customerId', 'customerName'] as const;

export const caseTable = defineTable<CaseRow>({
  name: 'cases',
  columns: {
    caseId: 'text',
    number: 'text',
    lifecycle: 'text',
    phase: 'text',
    priority: 'text',
    closed: 'boolean',
    endedHow: 'text',
    receivedAt: 'integer',
    openedAt: 'integer',
    lastActivityAt: 'integer',
    closedAt: 'integer',
    registeredLate: 'boolean',
    kind: 'text',
    customerId: 'text',
    customerName: 'text',
    siteRegion: 'text',
    teamId: 'text',
    assigneeId: 'text',
    nextDueAt: 'integer',
    nextClock: 'text',
    breached: 'boolean',
  },
  key: ['caseId'],
  indexes: [
    { name: 'casesByNumber', columns: ['number'], unique: true },
    ...byTime.map(time => ({ name: `casesBy_${time}`, columns: [time, 'caseId'] as const })),
    ...filters.map(filter => ({
      name: `casesOf_${filter}`,
      columns: [filter, 'closed', 'receivedAt', 'caseId'] as const,
      whereNotNull: filter,
    })),
    { name: 'casesOpen', columns: ['closed', 'receivedAt', 'caseId'] },
    { name: 'casesByDue', columns: ['nextDueAt', 'caseId'], whereNotNull: 'nextDueAt' },
  ],
});

/** What a row is made from; no list goes by it. */
interface CaseSourceRow {
  readonly caseId: string;
  /** Folded without its clocks: how far the case is does not depend on them. */
  readonly state: CaseState;
  /** Open promises: due instant and whether broken, by clock and cycle. */
  readonly open: Readonly<Record<string, readonly [dueAt: number, breached: boolean]>>;
}

const sourceTable = defineTable<CaseSourceRow>({
  name: 'caseSources',
  columns: { caseId: 'text', state: 'json', open: 'json' },
  key: ['caseId'],
  indexes: [],
});

interface NumberRow {
  readonly prefix: string;
  readonly year: string;
  readonly last: number;
}

/** Cases counted by their first events, by the year of `recordedAt` in the house's zone; never counted otherwise. */
const numberTable = defineTable<NumberRow>({
  name: 'caseNumbers',
  columns: { prefix: 'text', year: 'text', last: 'integer' },
  key: ['prefix', 'year'],
  indexes: [],
});

/** Which cases there are, how far they are, and what is due next. */
export function caseList(lifecycles: readonly AnyLifecycle[], timeZone: string): Projection {
  const byCategory = new Map(lifecycles.map(lifecycle => [lifecycle.category, lifecycle] as const));
  const monthOf = monthsIn(timeZone);

  function open(event: RecordedEvent, lifecycle: AnyLifecycle, rows: RowAccess): void {
    const caseId = uuidOf(event.streamId);
    const opening = openingOf(event);
    const state = lifecycle.evolve(lifecycle.initial, folded(event));
    rows.add(sourceTable, { caseId, state, open: {} });
    const { phase, priority, teamId } = lifecycle.summarize(state);
    rows.add(caseTable, {
      caseId,
      number: nextNumber(event, lifecycle, rows),
      lifecycle: lifecycle.name,
      phase,
      priority,
      closed: false,
      endedHow: null,
      receivedAt: opening.receivedAt,
      openedAt: event.metadata.decidedAt,
      lastActivityAt: event.metadata.decidedAt,
      closedAt: null,
      registeredLate: opening.registeredLate,
      kind: opening.kind,
      customerId: opening.customerId,
      customerName: opening.customerName,
      siteRegion: opening.siteRegion,
      teamId,
      assigneeId: null,
      nextDueAt: null,
      nextClock: null,
      breached: false,
    });
  }

  function nextNumber(event: RecordedEvent, { numberPrefix: prefix }: AnyLifecycle, rows: RowAccess): string {
    const year = monthOf(event.metadata.recordedAt).slice(0, 4);
    const last = (rows.get(numberTable, keyOf(prefix, year))?.last ?? 0) + 1;
    rows.put(numberTable, { prefix, year, last });
    return `${prefix}-${year}-${String(last).padStart(6, '0')}`;
  }

  return {
    name: 'caseList',
    version: 1,
    tables: [caseTable, sourceTable, numberTable],
    project(event, rows) {
      const lifecycle = byCategory.get(categoryOf(event.streamId));
      if (lifecycle === undefined) return;
      const definition = lifecycle.events[event.type];
      if (definition === undefined || event.schemaVersion > definition.schemaVersion) return;
      if (event.revision === 0) return open(event, lifecycle, rows);
      const caseId = uuidOf(event.streamId);
      const source = rows.get(sourceTable, caseId);
      const row = rows.get(caseTable, caseId);
      if (source === undefined || row === undefined) return;
      const active = event.metadata.actor.via === 'timer' ? row.lastActivityAt : event.metadata.decidedAt;
      if (event.type in slaEvents) {
        const open = openAfter(source.open, event);
        if (open !== source.open) rows.put(sourceTable, { ...source, open });
        if (open !== source.open || active !== row.lastActivityAt) {
          rows.put(caseTable, { ...row, lastActivityAt: active, ...dueOf(open) });
        }
        return;
      }
      const state = lifecycle.evolve(source.state, folded(event));
      const { ended } = state;
      // Ending a case ends its promises by events of their own; they come before it in the same decision.
      rows.put(sourceTable, { ...source, state });
      const { phase, priority, receivedAt, teamId, assigneeId, closed } = lifecycle.summarize(state);
      rows.put(caseTable, {
        ...row,
        phase,
        priority,
        receivedAt,
        teamId,
        assigneeId: assigneeId ?? null,
        closed,
        endedHow: ended?.how ?? null,
        closedAt: ended?.at ?? null,
        lastActivityAt: active,
        ...(event.type === 'DetailsCorrected' ? correctedOf(state) : {}),
      });
    },
  };
}

/** Of the stored event a fold knows what the engine's does. */
function folded(event: RecordedEvent): Folded<AnyEvent> {
  const { occurredAt, commandId, decidedAt, actor } = event.metadata;
  return {
    type: event.type,
    data: event.data,
    occurredAt,
    revision: event.revision,
    commandId,
    actorId: actor.id,
    decidedAt,
  };
}

type Open = CaseSourceRow['open'];

function openAfter(open: Open, event: RecordedEvent): Open {
  const sla = asSlaEvent(event);
  if (sla === undefined || 'timer' in sla.data) return open;
  const key = `${sla.data.clock}#${sla.data.cycle}`;
  const [dueAt = 0, breached = false] = open[key] ?? [];
  switch (sla.type) {
    case 'SlaClockStarted':
    case 'SlaClockResumed':
    case 'SlaMetRescinded':
    case 'SlaClockRescheduled':
      // A finished clock that is judged anew stays finished.
      if (sla.type === 'SlaClockRescheduled' && open[key] === undefined) return open;
      return { ...open, [key]: [sla.data.schedule.dueAt, breached] };
    case 'SlaClockBreached':
      return { ...open, [key]: [sla.data.dueAt, true] };
    case 'SlaBreachRescinded':
      return open[key] === undefined ? open : { ...open, [key]: [dueAt, false] };
    case 'SlaClockMet':
    case 'SlaClockFulfilled':
    case 'SlaClockCancelled': {
      const { [key]: _ended, ...rest } = open;
      return rest;
    }
    default:
      return open;
  }
}

function dueOf(open: Open): Pick<CaseRow, 'nextDueAt' | 'nextClock' | 'breached'> {
  let nextDueAt: number | null = null;
  let nextClock: string | null = null;
  let breached = false;
  for (const [key, [dueAt, isBreached]] of Object.entries(open)) {
    breached ||= isBreached;
    if (nextDueAt !== null && nextDueAt <= dueAt) continue;
    nextDueAt = dueAt;
    nextClock = key.slice(0, key.indexOf('#'));
  }
  return { nextDueAt, nextClock, breached };
}

const correctable = z.object({
  kind: z.string().optional(),
  siteRegion: z.string().optional(),
  complainant: z.unknown().optional(),
  customer: z.unknown().optional(),
});

/** What a correction may have changed of what the list shows. */
function correctedOf(state: CaseState): Partial<CaseRow> {
  const { kind, siteRegion, complainant, customer } = correctable.parse(state);
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(siteRegion === undefined ? {} : { siteRegion }),
    ...customerOf(complainant ?? customer),
  };
}
