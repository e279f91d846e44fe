import { z } from 'zod';
import { qualificationSchema, roleSchema } from '../../domain/case/actor.ts';
import { clockNameSchema } from '../../domain/sla/events.ts';
import { isTimeZone } from '../../domain/time/time-zone.ts';

/**
 * The mapping of a foreign event log: which keys of a row hold what, and which commands an activity gives.
 * docs/mappings.md tells it in words. A key is a path into the row: `attrs.product`.
 */
const keySchema = z
  .string()
  .regex(/^[^.\s{}][^.{}]*(\.[^.{}]+)*$/, 'must be a key of the row, or a path as attrs.product');
const oneOrMore = <T extends z.ZodType>(schema: T) =>
  z.union([schema.transform(one => [one]), z.array(schema).min(1)]);
const reasonSchema = z.string().trim().min(1, 'must say why').max(400);
const jsonObject = z.record(z.string(), z.json());

const timeFormatSchema = z.enum(['rfc3339', 'epochMilliseconds', 'epochSeconds', 'local']);

/** What must hold for an alternative to be taken; all of what is given. An alternative without it always is. */
const whenSchema = z.strictObject({
  /** The case's phase, before the row's own commands. */
  phase: oneOrMore(z.string()).optional(),
  /** The row is the first of its case. */
  first: z.boolean().optional(),
  /** Commands that are possible now, each of them. */
  possible: oneOrMore(z.string()).optional(),
  /** Commands none of which is possible now. */
  impossible: oneOrMore(z.string()).optional(),
  /** Events of which one was recorded, and not taken back. */
  recorded: oneOrMore(z.string()).optional(),
  /** Events of which none was. */
  notRecorded: oneOrMore(z.string()).optional(),
  /** Clocks of which one is open. */
  open: oneOrMore(clockNameSchema).optional(),
  /** Clocks none of which is open. */
  notOpen: oneOrMore(clockNameSchema).optional(),
  /** Clocks of which one is running: open, and neither paused nor breached. */
  running: oneOrMore(clockNameSchema).optional(),
  /** A clock of the case is paused. */
  paused: z.boolean().optional(),
  /** To whom the case is assigned, as seen from the row's actor. */
  assignee: oneOrMore(z.enum(['self', 'other', 'none'])).optional(),
  activity: oneOrMore(z.string()).optional(),
  notActivity: oneOrMore(z.string()).optional(),
  /** By key: the values one of which the row must have. */
  values: z.record(keySchema, oneOrMore(z.union([z.string(), z.number(), z.boolean(), z.null()]))).optional(),
});
export type When = z.infer<typeof whenSchema>;

const givenCommandSchema = z.strictObject({
  command: z.string().min(1),
  /** Field by field: a constant, a template `Ticket {case}`, or one of `$key`, `$table`, `$user`, `$case`, `$state`, `$after`. */
  fields: jsonObject.default({}),
});
export type GivenCommand = z.infer<typeof givenCommandSchema>;

const alternativeSchema = z.union([
  z.strictObject({ when: whenSchema.optional(), give: oneOrMore(givenCommandSchema) }),
  z.strictObject({ when: whenSchema.optional(), leaveOut: reasonSchema }),
]);

const activitySchema = z.union([
  alternativeSchema.transform(one => [one]),
  z.array(alternativeSchema).min(1),
]);

const tableSchema = z.strictObject({
  key: keySchema,
  values: z.record(z.string(), z.json()),
  /** For values that are not listed; without it, or `unknown`, such a row is broken. */
  default: z.json().optional(),
  /** Why a value that is not listed makes no sense. */
  unknown: reasonSchema.optional(),
});

export const mappingSchema = z.strictObject({
  /** Part of the ids of everything imported: never change it, or all is imported again. */
  source: z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'must be a name in lower case, as help-desk'),
  description: z.string().optional(),
  /** The lifecycle's name: `complaint`. */
  lifecycle: z.string(),
  keys: z.strictObject({
    case: keySchema,
    activity: keySchema,
    /** The row's own key in its case, by which it is known again, and its order among rows of one instant. */
    row: keySchema,
    time: z.strictObject({
      key: keySchema,
      format: timeFormatSchema,
      /** Of `local` times. */
      zone: z.string().refine(isTimeZone, 'must be the name of a time zone').optional(),
    }),
    actor: keySchema,
  }),
  /** The team that owns the cases, registered if it is not there. */
  team: z
    .strictObject({
      name: z.string().min(1).max(120),
      department: z.string().min(1).max(60),
      /** The value of the actor who leads it. */
      lead: z.string().optional(),
    })
    .optional(),
  /** Each value of the actor's key becomes a user. */
  people: z.strictObject({
    /** A template of the person's name; `{value}` is the actor's value. */
    name: z.string().min(1).default('{value}'),
    roles: z.array(roleSchema.exclude(['system'])).min(1),
    /** By value, where it differs. */
    values: z
      .record(
        z.string(),
        z.strictObject({
          name: z.string().min(1).optional(),
          roles: z
            .array(roleSchema.exclude(['system']))
            .min(1)
            .optional(),
          department: z.string().min(1).max(60).optional(),
          qualifications: z
            .array(
              z.strictObject({
                name: qualificationSchema.shape.name,
                /** The last day, in UTC. */
                validThrough: z.iso.date(),
              }),
            )
            .default([]),
        }),
      )
      .default({}),
  }),
  tables: z.record(z.string(), tableSchema).default({}),
  /** Given for the first row of a case, before what its activity gives. */
  open: givenCommandSchema,
  /** Given before what any row's activity gives, each whose `when` holds. */
  before: z.array(z.strictObject({ when: whenSchema, give: oneOrMore(givenCommandSchema) })).default([]),
  /** By name: what it gives, the first alternative whose `when` holds. */
  activities: z.record(z.string(), activitySchema),
});
export type Mapping = z.infer<typeof mappingSchema>;
