import { z } from 'zod';
import { accept, type Decision, reject } from '../case/decision.ts';
import type { CommandOf, EventOf } from '../case/event-definition.ts';
import type { Aggregate } from '../log/aggregate.ts';
import { unreachable } from '../unreachable.ts';
import {
  changed,
  changesNothing,
  given,
  type MasterRecord,
  mayNot,
  named,
  nameSchema,
  renamed,
} from './record.ts';

const details = {
  ...named,
  /** What it delivers. */
  supplies: nameSchema.optional(),
};
/** What changes, each with its new value; `null` takes a value away. The code is for ever. */
const changes = {
  ...renamed,
  supplies: nameSchema.nullable().optional(),
};

export const supplierEvents = {
  SupplierRegistered: { schemaVersion: 1, schema: z.object(details) },
  SupplierChanged: { schemaVersion: 1, schema: z.object(changes) },
  SupplierRetired: { schemaVersion: 1, schema: z.object({}) },
  SupplierReinstated: { schemaVersion: 1, schema: z.object({}) },
} as const;
type SupplierEvent = EventOf<typeof supplierEvents>;

const KEEPERS = ['lead', 'qa', 'integration', 'admin', 'system'] as const;
const command = <T extends z.ZodRawShape>(summary: string, shape: T) => ({
  summary,
  roles: KEEPERS,
  schema: z.strictObject(shape),
});
export const supplierCommands = {
  registerSupplier: command('Take a supplier up', details),
  changeSupplier: command("Change a supplier's details", changes),
  retireSupplier: command('Retire a supplier: it stays in every record, and is offered for nothing new', {}),
  reinstateSupplier: command('Take a retired supplier up again', {}),
} as const;
type SupplierCommand = CommandOf<typeof supplierCommands>;

export interface Supplier extends MasterRecord {
  readonly supplies?: string;
}
type SupplierState = { readonly registered: false } | Supplier;

const ACTS = {
  registerSupplier: 'register',
  changeSupplier: 'change',
  retireSupplier: 'retire',
  reinstateSupplier: 'reinstate',
} as const;

/** Rejects with `alreadyRegistered`, `notRegistered`, `nothingToChange`, `retired`, `notRetired`. */
function decide(command: SupplierCommand, state: SupplierState, now: number): Decision<SupplierEvent> {
  const refused = mayNot(ACTS[command.type], state);
  if (refused) return refused;
  switch (command.type) {
    case 'registerSupplier':
      return accept({ type: 'SupplierRegistered', data: command.data, occurredAt: now });
    case 'changeSupplier':
      if (changesNothing(command.data)) return reject('nothingToChange');
      return accept({ type: 'SupplierChanged', data: command.data, occurredAt: now });
    case 'retireSupplier':
      return accept({ type: 'SupplierRetired', data: {}, occurredAt: now });
    case 'reinstateSupplier':
      return accept({ type: 'SupplierReinstated', data: {}, occurredAt: now });
    default:
      return unreachable(command);
  }
}

function evolve(state: SupplierState, event: SupplierEvent): SupplierState {
  if (event.type === 'SupplierRegistered') {
    const { otherNames = [], ...rest } = event.data;
    return { registered: true, retired: false, otherNames, ...given(rest) };
  }
  if (!state.registered) return state;
  switch (event.type) {
    case 'SupplierChanged':
      return changed(state, event.data);
    case 'SupplierRetired':
      return { ...state, retired: true };
    case 'SupplierReinstated':
      return { ...state, retired: false };
    default:
      return unreachable(event);
  }
}

export const supplier: Aggregate<SupplierState, typeof supplierCommands, typeof supplierEvents> = {
  category: 'supplier',
  deciderVersion: 1,
  commands: supplierCommands,
  events: supplierEvents,
  initial: { registered: false },
  maxEvents: 1_000,
  endings: ['retireSupplier'],
  decide,
  evolve,
};
