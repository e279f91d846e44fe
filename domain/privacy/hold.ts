import { z } from 'zod';
import { labelSchema } from '../case/case-events.ts';
import { accept, type Decision, reject } from '../case/decision.ts';
import type { CommandOf, EventOf } from '../case/event-definition.ts';
import type { Aggregate } from '../log/aggregate.ts';
import { personal } from '../log/personal.ts';
import { unreachable } from '../unreachable.ts';
import { type Subject, subjectsSchema } from './subjects.ts';

/** Why something has to be kept. */
export const HOLD_GROUNDS = ['dispute', 'claim', 'authority', 'statute'] as const;

const details = {
  subjects: subjectsSchema,
  ground: z.enum(HOLD_GROUNDS),
  /** The file number of the dispute or order, the paragraph of the law. */
  reference: labelSchema,
  note: personal(z.string().trim().min(1).max(1000)).optional(),
};
export const holdEvents = {
  LegalHoldPlaced: { schemaVersion: 1, schema: z.object(details) },
  LegalHoldLifted: { schemaVersion: 1, schema: z.object({}) },
} as const;
type HoldEvent = EventOf<typeof holdEvents>;

const roles = ['privacyOfficer', 'lead', 'admin'] as const;
export const holdCommands = {
  placeHold: {
    summary: 'Keep what the law or a dispute needs: it is not erased while this holds',
    roles,
    schema: z.strictObject(details),
  },
  liftHold: { summary: 'End a legal hold', roles, schema: z.strictObject({}) },
} as const;
type HoldCommand = CommandOf<typeof holdCommands>;

export interface HoldState {
  readonly status: 'none' | 'inForce' | 'lifted';
  readonly subjects: readonly Subject[];
  readonly ground: (typeof HOLD_GROUNDS)[number];
  readonly reference: string;
  readonly placedAt: number;
}

/** Rejects with `holdExists`, `noSuchHold`, `holdLifted`. */
function decide(command: HoldCommand, hold: HoldState, now: number): Decision<HoldEvent> {
  switch (command.type) {
    case 'placeHold':
      if (hold.status !== 'none') return reject('holdExists');
      return accept({ type: 'LegalHoldPlaced', data: command.data, occurredAt: now });
    case 'liftHold':
      if (hold.status === 'none') return reject('noSuchHold');
      if (hold.status === 'lifted') return reject('holdLifted');
      return accept({ type: 'LegalHoldLifted', data: {}, occurredAt: now });
    default:
      return unreachable(command);
  }
}

function evolve(hold: HoldState, event: HoldEvent): HoldState {
  switch (event.type) {
    case 'LegalHoldPlaced': {
      const { subjects, ground, reference } = event.data;
      return { status: 'inForce', subjects, ground, reference, placedAt: event.occurredAt };
    }
    case 'LegalHoldLifted':
      return { ...hold, status: 'lifted' };
    default:
      return unreachable(event);
  }
}

/** One duty to keep: by name, so that a refusal to erase can say which. */
export const hold: Aggregate<HoldState, typeof holdCommands, typeof holdEvents> = {
  category: 'hold',
  deciderVersion: 1,
  commands: holdCommands,
  events: holdEvents,
  initial: { status: 'none', subjects: [], ground: 'dispute', reference: '', placedAt: 0 },
  maxEvents: 2,
  endings: [],
  decide,
  evolve,
};
