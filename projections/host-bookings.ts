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
import { categoryOf, type StoredEvent, uuidOf } from '../domain/log/envelope.ts';
import { slaEvents } from '../domain/sla/events.ts';
import type { Projection } from './projection.ts';
import { defineTable } from './table.ts';

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

/** The visit that bookings are made of, folded but for its clocks. */
interface HostedVisit {
  readonly caseId: string;
  readonly state: FactoryVisitState;
}

const visit = registered(factoryVisit);

/** Who is expected where, and when: a second visit on the same days is warned of. */
export function hostBookings(): Projection<HostedVisit> {
  return {
    name: 'hostBookings',
    version: 1,
    tables: [hostBookingTable],
    types: new Set(Object.keys(visit.events).filter(type => !(type in slaEvents))),
    fold(before, event) {
      const definition = visit.events[event.type];
      if (categoryOf(event.streamId) !== visit.category || definition === undefined) return before;
      if (event.schemaVersion > definition.schemaVersion || event.type in slaEvents) return before;
      if (before === undefined && event.revision !== 0) return undefined;
      // The lifecycle's own fold gives its own state.
      const state = visit.evolve(before?.state ?? visit.initial, folded(event)) as FactoryVisitState;
      return { caseId: uuidOf(event.streamId), state };
    },
    derive(before, after, rows) {
      const was = new Set(bookingsOf(before).map(hostBookingTable.keyOf));
      for (const row of bookingsOf(after))
        rows.put(hostBookingTable, row, was.delete(hostBookingTable.keyOf(row)));
      for (const key of was) rows.delete(hostBookingTable, key);
    },
  };
}

/** Of a visit that is still to be. */
function bookingsOf(visited: HostedVisit | undefined): readonly HostBookingRow[] {
  if (visited === undefined) return [];
  const { caseId, state } = visited;
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
function folded(event: StoredEvent): Folded<AnyEvent> {
  const { occurredAt, commandId, decidedAt, actor } = event.metadata;
  const { type, data, revision } = event;
  return { type, data, occurredAt, revision, commandId, actorId: actor.id, decidedAt };
}
