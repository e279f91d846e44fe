import { z } from 'zod';
import { STAFF } from '../case/actor.ts';
import { accept, type Decision, reject } from '../case/decision.ts';
import type { CommandOf, EventOf } from '../case/event-definition.ts';
import { contactPositionSchema } from '../complaint/company.ts';
import type { Aggregate } from '../log/aggregate.ts';
import { uuidSchema } from '../log/envelope.ts';
import { personal } from '../log/personal.ts';
import { changed, changesNothing, given, mayNot } from '../master-data/record.ts';
import { unreachable } from '../unreachable.ts';

/** A person that the house deals with: who they are is here and nowhere else, cases name them by id. */
const partyKindSchema = z.enum(['contact', 'visitor', 'staff']);

export const personNameSchema = personal(z.string().trim().min(1).max(120));
const phone = personal(z.string().trim().min(3).max(40));
const email = personal(z.email().max(254));

const details = {
  kind: partyKindSchema,
  name: personNameSchema,
  phone: phone.optional(),
  email: email.optional(),
  position: contactPositionSchema.optional(),
  customerId: uuidSchema.optional(),
};
/** What changes, each with its new value; `null` takes a value away. */
const corrections = {
  name: personNameSchema.optional(),
  phone: phone.nullable().optional(),
  email: email.nullable().optional(),
  position: contactPositionSchema.nullable().optional(),
  customerId: uuidSchema.nullable().optional(),
};

export const partyEvents = {
  PartyRegistered: { schemaVersion: 1, schema: z.object(details) },
  PartyCorrected: { schemaVersion: 1, schema: z.object(corrections) },
  PartyRetired: { schemaVersion: 1, schema: z.object({}) },
  PartyReinstated: { schemaVersion: 1, schema: z.object({}) },
} as const;
type PartyEvent = EventOf<typeof partyEvents>;

const registrars = [...STAFF, 'customer', 'integration', 'admin', 'system'] as const;
export const partyCommands = {
  registerParty: {
    summary: 'Take down who a contact, visitor or colleague is',
    roles: registrars,
    schema: z.strictObject(details),
  },
  correctParty: {
    summary: 'Correct what is known of a person',
    roles: [...STAFF, 'integration', 'admin'],
    schema: z.strictObject(corrections),
  },
  retireParty: {
    summary: 'Retire a person who is dealt with no more: they stay in every record',
    roles: [...STAFF, 'integration', 'admin'],
    schema: z.strictObject({}),
  },
  reinstateParty: {
    summary: 'Take a retired person up again',
    roles: [...STAFF, 'integration', 'admin'],
    schema: z.strictObject({}),
  },
} as const;
type PartyCommand = CommandOf<typeof partyCommands>;

/** What may be decided on: nothing personal. */
export type PartyState =
  | { readonly registered: false }
  | {
      readonly registered: true;
      readonly kind: z.infer<typeof partyKindSchema>;
      readonly customerId?: string;
      readonly position?: z.infer<typeof contactPositionSchema>;
      readonly retired: boolean;
    };

export type RegisteredParty = Extract<PartyState, { registered: true }>;

const ACTS = {
  registerParty: 'register',
  correctParty: 'change',
  retireParty: 'retire',
  reinstateParty: 'reinstate',
} as const;

/** Rejects with `alreadyRegistered`, `notRegistered`, `nothingToCorrect`, `retired`, `notRetired`. */
function decide(command: PartyCommand, party: PartyState, now: number): Decision<PartyEvent> {
  const refused = mayNot(ACTS[command.type], party);
  if (refused) return refused;
  switch (command.type) {
    case 'registerParty':
      return accept({ type: 'PartyRegistered', data: command.data, occurredAt: now });
    case 'correctParty':
      // Whether a sealed value is the same as before cannot be known here: naming it is enough.
      if (changesNothing(command.data)) return reject('nothingToCorrect');
      return accept({ type: 'PartyCorrected', data: command.data, occurredAt: now });
    case 'retireParty':
      return accept({ type: 'PartyRetired', data: {}, occurredAt: now });
    case 'reinstateParty':
      return accept({ type: 'PartyReinstated', data: {}, occurredAt: now });
    default:
      return unreachable(command);
  }
}

function evolve(party: PartyState, event: PartyEvent): PartyState {
  if (event.type === 'PartyRegistered') {
    const { kind, customerId, position } = event.data;
    return { registered: true, kind, retired: false, ...given({ customerId, position }) };
  }
  if (!party.registered) return party;
  switch (event.type) {
    case 'PartyCorrected': {
      const { customerId, position } = event.data;
      return changed(party, { customerId, position });
    }
    case 'PartyRetired':
      return { ...party, retired: true };
    case 'PartyReinstated':
      return { ...party, retired: false };
    default:
      return unreachable(event);
  }
}

export const party: Aggregate<PartyState, typeof partyCommands, typeof partyEvents> = {
  category: 'party',
  deciderVersion: 1,
  commands: partyCommands,
  events: partyEvents,
  initial: { registered: false },
  maxEvents: 1_000,
  endings: [],
  decide,
  evolve,
};
