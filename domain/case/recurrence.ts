import { z } from 'zod';
import { instantSchema, uuidSchema } from '../log/envelope.ts';
import { labelSchema } from './case-events.ts';
import type { CaseState } from './case-state.ts';
import { accept, type Decision, reject } from './decision.ts';
import type { EventDefinition, EventOf } from './event-definition.ts';
import type { DecideContext } from './lifecycle.ts';

/** Of a policy that says nothing of it: the first version was published before it was asked. */
const WINDOW_DAYS = 180;

/** A product that failed in a way that has a name: what two cases must share to be the same again. */
export interface Fault {
  /** The part of the case that it was found in, if it has parts. */
  readonly itemId?: string;
  readonly productCode: string;
  readonly defectCategory: string;
}

/** An earlier case of the same fault. */
const earlierSchema = z.object({
  lifecycle: z.string().min(1).max(60),
  caseId: uuidSchema,
  receivedAt: instantSchema,
});
const found = {
  of: earlierSchema,
  itemId: uuidSchema.optional(),
  productCode: labelSchema,
  defectCategory: labelSchema,
};

/** Of lifecycles whose faults may recur. */
export const recurrenceEvents = {
  /** Links the case as a recurrence of an earlier one, and tells the lead. */
  RecurrenceFound: {
    schemaVersion: 1,
    schema: z.object({
      ...found,
      /** By name, where the team has a lead. */
      told: z.object({ role: z.literal('lead'), userId: uuidSchema.optional() }),
    }),
  },
} satisfies Record<string, EventDefinition>;
export type RecurrenceEvent = EventOf<typeof recurrenceEvents>;

export const recurrenceCommands = {
  noteRecurrence: {
    summary: 'Link the case as a recurrence of an earlier one',
    roles: ['system'],
    schema: z.strictObject(found),
  },
} as const;
type NoteRecurrence = z.infer<(typeof recurrenceCommands)['noteRecurrence']['schema']>;

/** What a lifecycle keeps of it: the earlier cases that this one repeats. */
export interface Recurring {
  readonly recurrenceOf: readonly string[];
}

/**
 * Told by the workflow. The policy's window goes from receipt to receipt; an earlier case that is known already, or a
 * case that is no more, adds nothing.
 */
export function noteRecurrence(
  data: NoteRecurrence,
  state: CaseState & Recurring,
  { policy, organisation, now, caseId }: DecideContext,
): Decision<RecurrenceEvent> {
  if (state.phase === 'none') return reject('noSuchCase', { caseId });
  const gone = state.ended?.how === 'voided' || state.ended?.how === 'merged';
  const windowMs = (policy.recurrenceWindowDays ?? WINDOW_DAYS) * 86_400_000;
  const apartMs = state.receivedAt - data.of.receivedAt;
  if (gone || apartMs > windowMs || state.recurrenceOf.includes(data.of.caseId)) {
    return accept<RecurrenceEvent>();
  }
  const userId = organisation.teamLead;
  const told = { role: 'lead' as const, ...(userId === undefined ? {} : { userId }) };
  return accept<RecurrenceEvent>({
    type: 'RecurrenceFound',
    data: { ...data, told },
    occurredAt: now,
  });
}

/** The case after a recurrence was found. */
export function withRecurrence<S extends CaseState & Recurring>(
  state: S,
  { data: { of } }: Pick<RecurrenceEvent, 'data'>,
): S {
  return {
    ...state,
    recurrenceOf: [...state.recurrenceOf, of.caseId],
    linkedTo: [...state.linkedTo, of.caseId],
  };
}
