import type { Folded } from '../domain/case/event-definition.ts';
import { type AnyEvent, type HostOverlap, type HostQuery, registered } from '../domain/case/lifecycle.ts';
import { factoryVisit } from '../domain/factory-visit/factory-visit.ts';
import {
  type FactoryVisitState,
  heldDaysOf,
  hostIdsOf,
  hostsOf,
  plannedDaysOf,
} from '../domain/factory-visit/state.ts';
import { categoryOf, type RecordedEvent, uuidOf } from '../domain/log/envelope.ts';
import { slaEvents } from '../domain/sla/events.ts';
import type { Projection } from './projection.ts';
import { defineTable, keyOf } from './table.ts';

/** A host of a visit, on its days. */
export interface HostBookingRow {
  readonly hostId: string;
  readonly caseId: string;
  /** First and last day, local dates. */
  readonly firstDay: string;
  readonly lastDay: string;
}

export const hostBookingTable = defineTable<HostBookingRow>({
  name: 'hostBookings',
  columns: { hostId: 'text', caseId: 'text', firstDay: 'text', lastDay: 'text' },
  key: ['hostId', 'caseId'],
  indexes: [{ name: 'hostBookingsByDay', columns: ['hostId', 'firstDay'] }],
});

/** The visit that bookings are made of; no list goes by it. */
interface HostedVisitRow {
  readonly caseId: string;
  readonly state: FactoryVisitState;
}

const hostedVisitTable = defineTable<HostedVisitRow>({
  name: 'hostedVisits',
  columns: { caseId: 'text', state: 'json' },
  key: ['caseId'],
  indexes: [],
});

const visit = registered(factoryVisit);

/** Who is expected where, and when: a second visit on the same days is warned of. */
export function hostBookings(): Projection {
  return {
    name: 'hostBookings',
    version: 1,
    tables: [hostBookingTable, hostedVisitTable],
    project(event, rows) {
      const { streamId, type, schemaVersion } = event;
      if (categoryOf(streamId) !== visit.category || type in slaEvents) return;
      const definition = visit.events[type];
      if (definition === undefined || schemaVersion > definition.schemaVersion) return;
      const caseId = uuidOf(streamId);
      const before = rows.get(hostedVisitTable, caseId)?.state;
      // The lifecycle's own fold gives its own state.
      const after = visit.evolve(before ?? visit.initial, folded(event)) as FactoryVisitState;
      rows.put(hostedVisitTable, { caseId, state: after });
      const hostIds = before === undefined ? [] : bookingsOf(before, caseId).map(row => row.hostId);
      for (const hostId of hostIds) rows.delete(hostBookingTable, keyOf(hostId, caseId));
      for (const row of bookingsOf(after, caseId)) rows.put(hostBookingTable, row);
    },
  };
}

/** Of a visit that is still to be. */
function bookingsOf(state: FactoryVisitState, caseId: string): readonly HostBookingRow[] {
  const days = plannedDaysOf(state);
  if (days === undefined || state.ended !== undefined || heldDaysOf(state) !== undefined) return [];
  return hostIdsOf(hostsOf(state)).map(hostId => ({
    hostId,
    caseId,
    firstDay: days.from,
    lastDay: days.to,
  }));
}

/** Of bookings of the hosts asked about, those on any of the days; what a decision is told as `hostOverlaps`. */
export function overlapsOf(
  bookings: readonly HostBookingRow[],
  { hostIds, from, to }: HostQuery,
  exceptCaseId: string,
): readonly HostOverlap[] {
  return bookings
    .filter(
      b => hostIds.includes(b.hostId) && b.caseId !== exceptCaseId && b.firstDay <= to && from <= b.lastDay,
    )
    .map(b => ({ hostId: b.hostId, caseId: b.caseId, from: b.firstDay, to: b.lastDay }));
}

/** Of the stored event a fold knows what the engine's does. */
function folded(event: RecordedEvent): Folded<AnyEvent> {
  const { occurredAt, commandId, decidedAt, actor } = event.metadata;
  const { type, data, revision } = event;
  return { type, data, occurredAt, revision, commandId, actorId: actor.id, decidedAt };
}
