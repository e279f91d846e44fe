import { describe, expect, test } from 'vitest';
import { hostBookings, hostBookingTable, overlapsOf } from '../../projections/host-bookings.ts';
import { escort, host, proposer } from '../factory-visit/visit.ts';
import { Visits } from '../factory-visit/visits-in-a-log.ts';
import { agent, idOf, lead } from '../given-when-then.ts';

const bookingsOf = (visits: Visits) => visits.rowsOf(hostBookings(), hostBookingTable);

function booked() {
  const visits = new Visits();
  const caseId = visits.hostedOn('2026-08-27', '2026-08-10 10:00');
  return { visits, caseId };
}

describe('bookings of hosts', () => {
  test('hold counterparts and escorts for the days of the visit', () => {
    const { visits, caseId } = booked();
    const day = { caseId, firstDay: '2026-08-27', lastDay: '2026-08-27' };
    expect(bookingsOf(visits)).toEqual([
      { hostId: host.id, ...day },
      { hostId: escort.id, ...day },
    ]);
  });

  test('move with the visit, and follow a change of hosts', () => {
    const { visits, caseId } = booked();
    const move = { plannedFrom: '2026-09-07', plannedTo: '2026-09-08', reason: 'x' };
    visits.give('reschedule', move, proposer, '2026-08-12 10:00', caseId);
    visits.give('assignHosts', { counterparts: [escort.id] }, proposer, '2026-08-12 11:00', caseId);
    expect(bookingsOf(visits)).toEqual([
      { hostId: escort.id, caseId, firstDay: '2026-09-07', lastDay: '2026-09-08' },
    ]);
  });

  test('are the same however many events are taken in at once', () => {
    const { visits, caseId } = booked();
    visits.give('assignHosts', { counterparts: [escort.id] }, proposer, '2026-08-12 11:00', caseId);
    for (const every of [2, 3, 7, 1_000]) {
      expect(visits.rowsOf(hostBookings(), hostBookingTable, every)).toEqual(bookingsOf(visits));
    }
  });

  test.each([
    ['cancelled', 'cancel', { by: 'house', reason: 'x' }, proposer],
    ['withdrawn', 'withdraw', {}, agent],
    ['voided', 'voidEntry', { reason: 'x' }, lead],
    ['held', 'complete', { heldFrom: '2026-08-12', heldTo: '2026-08-12' }, host],
  ])('end when the visit is %s', (_how, type, data, by) => {
    const { visits, caseId } = booked();
    visits.give(type, data, by, '2026-08-12 10:00', caseId);
    expect(bookingsOf(visits)).toEqual([]);
  });

  test('answer who is expected elsewhere on any of some days', () => {
    const { visits, caseId } = booked();
    const asked = (from: string, to: string, exceptCaseId = idOf(0x99)) =>
      overlapsOf(bookingsOf(visits), { hostIds: [host.id], from, to }, exceptCaseId);
    expect(asked('2026-08-25', '2026-08-27')).toEqual([
      { hostId: host.id, caseId, from: '2026-08-27', to: '2026-08-27' },
    ]);
    expect(asked('2026-08-25', '2026-08-26')).toEqual([]);
    expect(asked('2026-08-28', '2026-08-30')).toEqual([]);
    expect(asked('2026-08-27', '2026-08-27', caseId)).toEqual([]);
  });
});
