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
  /** Product line, series or type, as the house writes it. */
  line: nameSchema.optional(),
};
/** What changes, each with its new value; `null` takes a value away. The code is for ever. */
const changes = {
  ...renamed,
  line: nameSchema.nullable().optional(),
};

export const productEvents = {
  ProductRegistered: { schemaVersion: 1, schema: z.object(details) },
  ProductChanged: { schemaVersion: 1, schema: z.object(changes) },
  ProductRetired: { schemaVersion: 1, schema: z.object({}) },
  ProductReinstated: { schemaVersion: 1, schema: z.object({}) },
} as const;
type ProductEvent = EventOf<typeof productEvents>;

const KEEPERS = ['lead', 'qa', 'technicalCentre', 'integration', 'admin', 'system'] as const;
const command = <T extends z.ZodRawShape>(summary: string, shape: T) => ({
  summary,
  roles: KEEPERS,
  schema: z.strictObject(shape),
});
export const productCommands = {
  registerProduct: command('Take a product up', details),
  changeProduct: command("Change a product's details", changes),
  retireProduct: command('Retire a product: it stays in every record, and is offered for nothing new', {}),
  reinstateProduct: command('Take a retired product up again', {}),
} as const;
type ProductCommand = CommandOf<typeof productCommands>;

export interface Product extends MasterRecord {
  readonly line?: string;
}
type ProductState = { readonly registered: false } | Product;

const ACTS = {
  registerProduct: 'register',
  changeProduct: 'change',
  retireProduct: 'retire',
  reinstateProduct: 'reinstate',
} as const;

/** Rejects with `alreadyRegistered`, `notRegistered`, `nothingToChange`, `retired`, `notRetired`. */
function decide(command: ProductCommand, state: ProductState, now: number): Decision<ProductEvent> {
  const refused = mayNot(ACTS[command.type], state);
  if (refused) return refused;
  switch (command.type) {
    case 'registerProduct':
      return accept({ type: 'ProductRegistered', data: command.data, occurredAt: now });
    case 'changeProduct':
      if (changesNothing(command.data)) return reject('nothingToChange');
      return accept({ type: 'ProductChanged', data: command.data, occurredAt: now });
    case 'retireProduct':
      return accept({ type: 'ProductRetired', data: {}, occurredAt: now });
    case 'reinstateProduct':
      return accept({ type: 'ProductReinstated', data: {}, occurredAt: now });
    default:
      return unreachable(command);
  }
}

function evolve(state: ProductState, event: ProductEvent): ProductState {
  if (event.type === 'ProductRegistered') {
    const { otherNames = [], ...rest } = event.data;
    return { registered: true, retired: false, otherNames, ...given(rest) };
  }
  if (!state.registered) return state;
  switch (event.type) {
    case 'ProductChanged':
      return changed(state, event.data);
    case 'ProductRetired':
      return { ...state, retired: true };
    case 'ProductReinstated':
      return { ...state, retired: false };
    default:
      return unreachable(event);
  }
}

export const product: Aggregate<ProductState, typeof productCommands, typeof productEvents> = {
  category: 'product',
  deciderVersion: 1,
  commands: productCommands,
  events: productEvents,
  initial: { registered: false },
  maxEvents: 1_000,
  endings: ['retireProduct'],
  decide,
  evolve,
};
