import { z } from 'zod';
import { freeText } from '../case/case-events.ts';
import { accept, type Decision, reject } from '../case/decision.ts';
import type { CommandOf, EventOf } from '../case/event-definition.ts';
import { siteRegionSchema } from '../complaint/company.ts';
import type { Aggregate } from '../log/aggregate.ts';
import { instantSchema, uuidSchema } from '../log/envelope.ts';
import { unreachable } from '../unreachable.ts';
import { changed, changesNothing, given, type MasterRecord, mayNot, named, renamed } from './record.ts';

const gradeSchema = z.enum(['A', 'B', 'C', 'D']);
export type CustomerGrade = z.infer<typeof gradeSchema>;

/** A grade is dated at most this far from now: what lies further is a slip of the pen. */
const FURTHEST_GRADE_MS = 2 * 366 * 86_400_000;

const details = {
  ...named,
  region: siteRegionSchema.optional(),
  /** The marketing technical contact 技术对接专员 of the customer. */
  marketingContactId: uuidSchema.optional(),
};
/** What changes, each with its new value; `null` takes a value away. The code is for ever. */
const changes = {
  ...renamed,
  region: siteRegionSchema.nullable().optional(),
  marketingContactId: uuidSchema.nullable().optional(),
};
const graded = {
  grade: gradeSchema,
  validFromAt: instantSchema,
  reason: freeText.optional(),
};

export const customerEvents = {
  CustomerRegistered: { schemaVersion: 1, schema: z.object(details) },
  CustomerChanged: { schemaVersion: 1, schema: z.object(changes) },
  CustomerGraded: { schemaVersion: 1, schema: z.object(graded) },
  CustomerRetired: { schemaVersion: 1, schema: z.object({}) },
  CustomerReinstated: { schemaVersion: 1, schema: z.object({}) },
} as const;
type CustomerEvent = EventOf<typeof customerEvents>;

const KEEPERS = [
  'agent',
  'marketing',
  'marketingDirector',
  'lead',
  'integration',
  'admin',
  'system',
] as const;
const command = <T extends z.ZodRawShape>(summary: string, shape: T) => ({
  summary,
  roles: KEEPERS,
  schema: z.strictObject(shape),
});
export const customerCommands = {
  registerCustomer: command('Take a customer up', { ...details, grade: gradeSchema.optional() }),
  changeCustomer: command("Change a customer's details", changes),
  gradeCustomer: {
    summary: 'Give a customer a grade, from an instant on, with the reason; no running promise moves by it',
    roles: ['marketing', 'marketingDirector', 'lead', 'integration', 'admin', 'system'],
    schema: z.strictObject({
      grade: gradeSchema,
      /** From now on, if not given. */
      validFromAt: instantSchema.optional(),
      reason: freeText,
    }),
  },
  retireCustomer: command('Retire a customer: it stays in every record, and is offered for nothing new', {}),
  reinstateCustomer: command('Take a retired customer up again', {}),
} as const;
type CustomerCommand = CommandOf<typeof customerCommands>;

export interface Customer extends MasterRecord {
  readonly region?: string;
  readonly marketingContactId?: string;
  /** Every grade that it was given, in the order in which they were. */
  readonly grades: readonly { readonly grade: CustomerGrade; readonly validFromAt: number }[];
}
type CustomerState = { readonly registered: false } | Customer;

const ACTS = {
  registerCustomer: 'register',
  changeCustomer: 'change',
  gradeCustomer: 'change',
  retireCustomer: 'retire',
  reinstateCustomer: 'reinstate',
} as const;

/**
 * Rejects with `alreadyRegistered`, `notRegistered`, `nothingToChange`, `gradeTooFar`, `alreadyGraded`, `retired`,
 * `notRetired`.
 */
function decide(command: CustomerCommand, state: CustomerState, now: number): Decision<CustomerEvent> {
  const refused = mayNot(ACTS[command.type], state);
  if (refused) return refused;
  switch (command.type) {
    case 'registerCustomer': {
      const { grade, ...data } = command.data;
      const registered: CustomerEvent = { type: 'CustomerRegistered', data, occurredAt: now };
      if (grade === undefined) return accept(registered);
      return accept<CustomerEvent>(registered, {
        type: 'CustomerGraded',
        data: { grade, validFromAt: now },
        occurredAt: now,
      });
    }
    case 'changeCustomer':
      if (changesNothing(command.data)) return reject('nothingToChange');
      return accept({ type: 'CustomerChanged', data: command.data, occurredAt: now });
    case 'gradeCustomer': {
      const { grade, validFromAt = now, reason } = command.data;
      if (Math.abs(validFromAt - now) > FURTHEST_GRADE_MS) {
        return reject('gradeTooFar', {
          earliestAt: now - FURTHEST_GRADE_MS,
          latestAt: now + FURTHEST_GRADE_MS,
        });
      }
      const grades = state.registered ? state.grades : [];
      if (gradeAt(grades, validFromAt) === grade && !grades.some(g => g.validFromAt > validFromAt))
        return reject('alreadyGraded', { grade });
      return accept({ type: 'CustomerGraded', data: { grade, validFromAt, reason }, occurredAt: now });
    }
    case 'retireCustomer':
      return accept({ type: 'CustomerRetired', data: {}, occurredAt: now });
    case 'reinstateCustomer':
      return accept({ type: 'CustomerReinstated', data: {}, occurredAt: now });
    default:
      return unreachable(command);
  }
}

function evolve(state: CustomerState, event: CustomerEvent): CustomerState {
  if (event.type === 'CustomerRegistered') {
    const { otherNames = [], ...rest } = event.data;
    return { registered: true, retired: false, grades: [], otherNames, ...given(rest) };
  }
  if (!state.registered) return state;
  switch (event.type) {
    case 'CustomerChanged':
      return changed(state, event.data);
    case 'CustomerGraded': {
      const { grade, validFromAt } = event.data;
      return { ...state, grades: [...state.grades, { grade, validFromAt }] };
    }
    case 'CustomerRetired':
      return { ...state, retired: true };
    case 'CustomerReinstated':
      return { ...state, retired: false };
    default:
      return unreachable(event);
  }
}

/** The grade that holds at an instant: the one that began last by then, and of two that began together the one given last. */
export function gradeAt(grades: Customer['grades'], at: number): CustomerGrade | undefined {
  let holding: Customer['grades'][number] | undefined;
  for (const each of grades) {
    if (each.validFromAt > at) continue;
    if (holding === undefined || each.validFromAt >= holding.validFromAt) holding = each;
  }
  return holding?.grade;
}

export const customer: Aggregate<CustomerState, typeof customerCommands, typeof customerEvents> = {
  category: 'customer',
  deciderVersion: 1,
  commands: customerCommands,
  events: customerEvents,
  initial: { registered: false },
  maxEvents: 2_000,
  endings: ['retireCustomer'],
  decide,
  evolve,
};
