import type { z } from 'zod';
import { complaint } from '../../domain/complaint/complaint.ts';
import { agent, at, given, idOf, type Setting } from '../given-when-then.ts';

/** The complaints that these tests tell of: zippers that came apart at a bag maker's. */

type Receive = z.input<typeof complaint.commands.receive.schema>;

/**
 * A Tuesday afternoon before National Day. What is worked around it: 28–30 September, then 8 and 9 October, Saturday
 * the 10th in exchange, and on from Monday the 12th. The 25th to the 27th of September (Mid-Autumn) and the first
 * week of October are off.
 */
export const RECEIVED = '2026-09-29 16:00';

export const zippersCameApart: Receive = {
  kind: 'product',
  complainant: { name: 'Bao Bags' },
  channel: 'email',
  siteRegion: 'province',
  description: 'Zippers come apart at the end stop',
  items: [{ batch: 'B-1' }],
};

/** Received by an agent, at once. */
export function received(data: Partial<Receive> = {}, when = RECEIVED, setting: Setting = {}, by = agent) {
  return given(complaint, setting).did('receive', { ...zippersCameApart, ...data }, by, when);
}

export const firstItem = idOf(0x1_0000);
export const secondItem = idOf(0x1_0001);

export const reply = {
  channel: 'email',
  understood: 'The end stop fails on batch B-1',
  nextStep: 'We look at your photos',
  nextNewsAt: at('2026-11-30 12:00'),
} as const;

export const accepted = { outcome: 'accepted', cause: 'The end stop was crimped cold' } as const;

export const decision: z.input<typeof complaint.commands.communicateDecision.schema> = {
  channel: 'email',
  items: [accepted],
  appeal: 'Write to us within 30 days',
};
