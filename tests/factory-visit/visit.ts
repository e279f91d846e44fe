import type { z } from 'zod';
import type { Actor } from '../../domain/case/actor.ts';
import type { HostOverlap } from '../../domain/case/lifecycle.ts';
import type { factoryVisitCommands } from '../../domain/factory-visit/commands.ts';
import { factoryVisit } from '../../domain/factory-visit/factory-visit.ts';
import { agent, at, given, idOf, marketing, person, type Setting } from '../given-when-then.ts';

/** Stories of one visit, told as far as a test needs them. August 2026: the 10th is a Monday, the 31st too. */

export const director = person(0x30, 'marketingDirector');
export const host = person(0x31, 'technicalService');
export const escort = person(0x32, 'marketing');
export const contactId = idOf(0x40);
export const proposer = agent;

export function delegate(more: Partial<Actor> = {}): Actor {
  return person(0x33, 'marketing', {
    onBehalfOf: director.id,
    delegations: [
      {
        from: director.id,
        command: 'approve',
        validFrom: at('2026-08-10 00:00'),
        validUntil: at('2026-08-14 17:30'),
      },
    ],
    ...more,
  });
}

/** What the view of bookings would have answered. */
export function taken(...hostOverlaps: readonly HostOverlap[]): Setting {
  const setting: Setting & { readonly hostOverlaps: readonly HostOverlap[] } = { hostOverlaps };
  return setting;
}

type Sent<K extends keyof typeof factoryVisitCommands> = z.input<(typeof factoryVisitCommands)[K]['schema']>;

export const application: Sent<'apply'> = {
  purpose: 'audit',
  customer: { name: 'Anta Outdoor' },
  visitingOrganisation: { name: 'SGS' },
  contactId,
  channel: 'email',
  visitors: { contactIds: [contactId, idOf(0x41)], headcount: 4 },
  itinerary: 'Plating, then moulding.',
  wishedFrom: '2026-08-27',
  wishedTo: '2026-08-31',
};

export const days = { plannedFrom: '2026-08-27', plannedTo: '2026-08-31' } as const;
export const proposal: Sent<'assess'> = { grade: 'A', services: ['reception', 'plantTour'], ...days };
export const hosts = { counterparts: [host.id], escorts: [escort.id] };

export const applied = given(factoryVisit).did('apply', application, marketing, '2026-08-10 09:00');
export const assessed = applied.did('assess', proposal, proposer, '2026-08-10 10:00');
export const approved = assessed.did('approve', {}, director, '2026-08-10 14:00');
export const hosted = approved.did('assignHosts', hosts, proposer, '2026-08-11 09:00');
export const held = hosted.did(
  'complete',
  { heldFrom: '2026-08-27', heldTo: '2026-08-31' },
  host,
  '2026-08-31 17:00',
);

/** A visit of one day, held on it. */
export function heldOn(date: string, planned: { readonly assessedAt: string }) {
  const oneDay = { plannedFrom: date, plannedTo: date };
  return given(factoryVisit)
    .did('apply', { ...application, wishedFrom: date, wishedTo: date }, marketing, planned.assessedAt)
    .did('assess', { ...proposal, ...oneDay }, proposer, planned.assessedAt)
    .did('approve', {}, director, planned.assessedAt)
    .did('assignHosts', hosts, proposer, planned.assessedAt)
    .did('complete', { heldFrom: date, heldTo: date }, host, `${date} 17:00`);
}
