import type { CaseState } from '../domain/case/case-state.ts';
import type { Folded } from '../domain/case/event-definition.ts';
import type { AnyEvent, AnyLifecycle } from '../domain/case/lifecycle.ts';
import { categoryOf, type StoredEvent, uuidOf } from '../domain/log/envelope.ts';
import { type SlaEvent, slaEvents } from '../domain/sla/events.ts';
import { customerOf, textOrNull } from './case-opening.ts';
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
const filters = [
  'lifecycle',
  'phase',
  'priority',
  'breached',
  'assigneeId',
  'teamId',
  'customerId',
  'customerName',
] as const;

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

/** A promise that is not kept yet: when it is due, and whether it is broken. */
interface OpenPromise {
  readonly clock: string;
  readonly cycle: number;
  readonly dueAt: number;
  readonly breached: boolean;
}

/** What a row is made from. */
interface CaseSource {
  readonly caseId: string;
  /** Of its first event's `recordedAt`: the number is counted by it. */
  readonly year: string;
  readonly lifecycle: string;
  /** Folded without its clocks: how far the case is does not depend on them. */
  readonly state: CaseState;
  readonly open: readonly OpenPromise[];
  readonly openedAt: number;
  readonly lastActivityAt: number;
}

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

/** How many cases there are of a lifecycle. */
export interface CaseCountRow {
  readonly lifecycle: string;
  readonly open: number;
  readonly closed: number;
}

export const caseCountTable = defineTable<CaseCountRow>({
  name: 'caseCounts',
  columns: { lifecycle: 'text', open: 'integer', closed: 'integer' },
  key: ['lifecycle'],
  indexes: [],
});

function count(rows: RowAccess, { lifecycle, closed }: CaseRow, sign: 1 | -1): void {
  rows.change(caseCountTable, lifecycle, before => ({
    lifecycle,
    open: (before?.open ?? 0) + (closed ? 0 : sign),
    closed: (before?.closed ?? 0) + (closed ? sign : 0),
  }));
}

/** Which cases there are, how far they are, and what is due next. */
export function caseList(lifecycles: readonly AnyLifecycle[], timeZone: string): Projection<CaseSource> {
  const byCategory = new Map(lifecycles.map(lifecycle => [lifecycle.category, lifecycle] as const));
  const byName = new Map(lifecycles.map(lifecycle => [lifecycle.name, lifecycle] as const));
  const monthOf = monthsIn(timeZone);

  function nextNumber({ year }: CaseSource, { numberPrefix: prefix }: AnyLifecycle, rows: RowAccess): string {
    const last = (rows.get(numberTable, keyOf(prefix, year))?.last ?? 0) + 1;
    rows.put(numberTable, { prefix, year, last });
    return `${prefix}-${year}-${String(last).padStart(6, '0')}`;
  }

  function rowOf(of: CaseSource, lifecycle: AnyLifecycle, number: string): CaseRow {
    const { state } = of;
    const { phase, priority, receivedAt, teamId, assigneeId, closed } = lifecycle.summarize(state);
    return {
      caseId: of.caseId,
      number,
      lifecycle: of.lifecycle,
      phase,
      priority,
      closed,
      endedHow: state.ended?.how ?? null,
      receivedAt,
      openedAt: of.openedAt,
      lastActivityAt: of.lastActivityAt,
      closedAt: state.ended?.at ?? null,
      registeredLate: state.registeredLate,
      ...shownOf(state),
      teamId,
      assigneeId: assigneeId ?? null,
      ...dueOf(of.open),
    };
  }

  return {
    name: 'caseList',
    version: 3,
    tables: [caseTable, numberTable, caseCountTable],
    types: new Set(
      lifecycles.flatMap(({ events }) => Object.keys(events)).filter(type => !UNSHOWN.has(type)),
    ),
    fold(before, event) {
      const lifecycle =
        before === undefined ? byCategory.get(categoryOf(event.streamId)) : byName.get(before.lifecycle);
      const definition = lifecycle?.events[event.type];
      if (lifecycle === undefined || definition === undefined) return before;
      if (event.schemaVersion > definition.schemaVersion) return before;
      const { decidedAt, actor } = event.metadata;
      if (before === undefined) {
        if (event.revision !== 0) return undefined;
        return {
          caseId: uuidOf(event.streamId),
          year: monthOf(event.metadata.recordedAt).slice(0, 4),
          lifecycle: lifecycle.name,
          state: lifecycle.evolve(lifecycle.initial, folded(event)),
          open: [],
          openedAt: decidedAt,
          lastActivityAt: decidedAt,
        };
      }
      const lastActivityAt = actor.via === 'timer' ? before.lastActivityAt : decidedAt;
      if (event.type in slaEvents) {
        const open = openAfter(before.open, event);
        if (open === before.open && lastActivityAt === before.lastActivityAt) return before;
        return { ...before, open, lastActivityAt };
      }
      return { ...before, state: lifecycle.evolve(before.state, folded(event)), lastActivityAt };
    },
    derive(before, after, rows) {
      const lifecycle = after === undefined ? undefined : byName.get(after.lifecycle);
      if (after === undefined || lifecycle === undefined) return;
      const shown = before === undefined ? undefined : rows.get(caseTable, after.caseId);
      const number = shown?.number ?? nextNumber(after, lifecycle, rows);
      const row = rowOf(after, lifecycle, number);
      rows.put(caseTable, row, before !== undefined);
      if (shown?.closed === row.closed) return;
      if (shown !== undefined) count(rows, shown, -1);
      count(rows, row, 1);
    },
  };
}

/** Of the stored event a fold knows what the engine's does. */
function folded(event: StoredEvent): Folded<AnyEvent> {
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

/** What time alone brings and no list shows. */
const UNSHOWN: ReadonlySet<string> = new Set<SlaEvent['type']>(['SlaClockWarned', 'SlaClockEscalated']);

type Open = CaseSource['open'];

function openAfter(open: Open, event: StoredEvent): Open {
  const sla = asSlaEvent(event);
  if (sla === undefined || 'timer' in sla.data) return open;
  const { clock, cycle } = sla.data;
  const at = open.findIndex(promise => promise.clock === clock && promise.cycle === cycle);
  const known = open[at];
  switch (sla.type) {
    case 'SlaClockStarted':
    case 'SlaClockResumed':
    case 'SlaMetRescinded':
    case 'SlaClockRescheduled': {
      // A finished clock that is judged anew stays finished.
      if (sla.type === 'SlaClockRescheduled' && known === undefined) return open;
      const promise = { clock, cycle, dueAt: sla.data.schedule.dueAt, breached: known?.breached ?? false };
      return known === undefined ? [...open, promise] : open.with(at, promise);
    }
    case 'SlaClockBreached': {
      const promise = { clock, cycle, dueAt: sla.data.dueAt, breached: true };
      return known === undefined ? [...open, promise] : open.with(at, promise);
    }
    case 'SlaBreachRescinded':
      return known === undefined ? open : open.with(at, { ...known, breached: false });
    case 'SlaClockMet':
    case 'SlaClockFulfilled':
    case 'SlaClockCancelled':
      return known === undefined ? open : open.toSpliced(at, 1);
    default:
      return open;
  }
}

function dueOf(open: Open): Pick<CaseRow, 'nextDueAt' | 'nextClock' | 'breached'> {
  let next: OpenPromise | undefined;
  let breached = false;
  for (const promise of open) {
    breached ||= promise.breached;
    if (next === undefined || promise.dueAt < next.dueAt) next = promise;
  }
  return { nextDueAt: next?.dueAt ?? null, nextClock: next?.clock ?? null, breached };
}

/** What lists show of any lifecycle's state, by the names that all of them use. */
function shownOf(state: CaseState): Pick<CaseRow, 'kind' | 'siteRegion' | 'customerId' | 'customerName'> {
  const { kind, siteRegion, complainant, customer }: ShownState = state;
  return {
    kind: textOrNull(kind),
    siteRegion: textOrNull(siteRegion),
    ...customerOf(complainant ?? customer),
  };
}

type ShownState = CaseState & {
  readonly kind?: unknown;
  readonly siteRegion?: unknown;
  readonly complainant?: unknown;
  readonly customer?: unknown;
};
