import type { HostOverlap, HostQuery } from '../../../domain/case/lifecycle.ts';
import { hostBookingTable, overlapsOf } from '../../../projections/host-bookings.ts';
import type { ViewReader } from '../view-reader.ts';

/** As many as a decision records. */
const MOST_OVERLAPS = 200;

/** Who of these hosts is expected at another visit on any of the days, the first of them first. @throws ViewsNotReadyError */
export function hostOverlaps(
  reader: ViewReader,
  query: HostQuery,
  exceptCaseId: string,
): readonly HostOverlap[] {
  const { hostIds, from, to } = query;
  if (hostIds.length === 0) return [];
  const hosts = hostIds.map(() => '?').join(', ');
  const bookings = reader.rows(
    hostBookingTable,
    `WHERE hostId IN (${hosts}) AND firstDay <= ? AND lastDay >= ? AND caseId <> ? ORDER BY firstDay, hostId, caseId LIMIT ?`,
    [...hostIds, to, from, exceptCaseId, MOST_OVERLAPS],
  );
  return overlapsOf(bookings, query, exceptCaseId);
}
