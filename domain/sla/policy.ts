import { z } from 'zod';
import { roleSchema } from '../case/actor.ts';
import { instantSchema, uuidSchema } from '../log/envelope.ts';
import { targetSchema } from '../time/target.ts';
import { type ClockName, clockNameSchema } from './events.ts';

/** Facts of a case that a policy line may ask about. */
export const slaFactsSchema = z.object({
  priority: z.enum(['normal', 'urgent']),
  customerGrade: z.enum(['A', 'B', 'C', 'D']).optional(),
  siteRegion: z.enum(['local', 'province', 'mainland', 'abroad']).optional(),
  kind: z.string().max(40).optional(),
});
export type SlaFacts = z.infer<typeof slaFactsSchema>;

const lineSchema = z.strictObject({
  lifecycle: z.string().min(1).max(60),
  clock: clockNameSchema,
  /** Every condition must hold; the line with the most wins, then the earliest listed. */
  when: slaFactsSchema.partial().strict().default({}),
  target: targetSchema,
  /** Fractions of the allowance at which a warning is given. */
  warnAt: z.array(z.number().gt(0).lt(1)).max(5).default([0.8]),
});

const workingDaysSchema = z.int().min(1).max(260);

/** All that a business sets about its promises, before it is published as a version. */
export const policyContentSchema = z.strictObject({
  calendarId: z.string().min(1).max(60),
  lines: z.array(lineSchema).min(1).max(500),
  /** Escalation level 2 at the due instant plus this, in the clock's own time. */
  escalateAfterHours: z.number().positive().max(1000).default(4),
  /** Who hears of level 2, by lifecycle. */
  escalatesTo: z.record(z.string(), roleSchema),
  maximumPauseWorkingDays: workingDaysSchema.default(5),
  maximumPauses: z.int().min(0).max(100).default(3),
  /** Working days, counted from the fact by next day, within which a fact can still be recorded. */
  backdatingWorkingDays: workingDaysSchema.default(1),
  /** How far back `receivedAt` reaches. */
  receiptReachesBackDays: z.int().min(0).max(365).default(30),
  /** Two cases of one product and defect category received that far apart are one fault that recurs; 180, if absent. */
  recurrenceWindowDays: z.int().min(1).max(3650).optional(),
  reopeningDays: z.int().min(0).max(3650).default(30),
  authorityLimit: z.strictObject({ amountMinor: z.int().min(0), currency: z.string().length(3) }),
  /** A customer who is waited for. */
  customerSilence: z.strictObject({
    remindAfterWorkingDays: z.array(workingDaysSchema).max(10),
    closeAfterWorkingDays: workingDaysSchema,
  }),
  confirmation: z.strictObject({
    remindAfterWorkingDays: workingDaysSchema,
    confirmAfterWorkingDays: workingDaysSchema,
  }),
  formReminderAfterWorkingDays: workingDaysSchema.default(5),
  /** Going back to normal leaves at least this much working time. */
  normalAgainFloorHours: z.number().min(0).max(100).default(4),
});
export type PolicyContent = z.infer<typeof policyContentSchema>;

/** One published state of the policy. A version is never edited. */
export const policySchema = z.object({
  policyId: z.string().min(1).max(60),
  version: z.int().min(1),
  /** Clocks that start at or after this instant follow it. */
  holdsFrom: instantSchema,
  ...policyContentSchema.shape,
});
export type Policy = z.infer<typeof policySchema>;
export type PolicyLine = Policy['lines'][number];

/** The line that holds for a clock; `undefined` when the policy makes no such promise. */
export function policyLine(
  policy: Pick<Policy, 'lines'>,
  lifecycle: string,
  clock: ClockName,
  facts: SlaFacts,
): PolicyLine | undefined {
  let best: PolicyLine | undefined;
  let bestConditions = -1;
  for (const line of policy.lines) {
    if (line.lifecycle !== lifecycle && line.lifecycle !== 'any') continue;
    if (line.clock !== clock) continue;
    const { priority, customerGrade, siteRegion, kind } = line.when;
    if (priority !== undefined && priority !== facts.priority) continue;
    if (customerGrade !== undefined && customerGrade !== facts.customerGrade) continue;
    if (siteRegion !== undefined && siteRegion !== facts.siteRegion) continue;
    if (kind !== undefined && kind !== facts.kind) continue;
    const conditions = [priority, customerGrade, siteRegion, kind].filter(c => c !== undefined).length;
    if (conditions > bestConditions) {
      best = line;
      bestConditions = conditions;
    }
  }
  return best;
}

/** The events of policy and calendar streams: a version is published, never edited. */
export const policyEvents = {
  PolicyPublished: { schemaVersion: 1, schema: z.object({ policy: policySchema }) },
};
export const organisationSchema = z.object({
  /** The lead of the assignee's team. */
  assigneeLead: uuidSchema.optional(),
  /** The lead of the case's owning team. */
  teamLead: uuidSchema.optional(),
  /** Who is on duty in the owning team now. */
  onDuty: z.array(uuidSchema).max(20),
  /** Holders of the role that hears of escalation level 2. */
  heads: z.array(uuidSchema).max(20),
  /** Of each department that has a question of the case open: its head, else its team's lead, and who is on duty there. */
  departments: z
    .record(z.string(), z.object({ headId: uuidSchema.optional(), onDuty: z.array(uuidSchema).max(20) }))
    .optional(),
  /** Those of the case's people who are away, and who stands in for each; `null`: nobody. */
  away: z.record(z.string(), uuidSchema.nullable()).optional(),
});
/** Who is to be told, as the directory knew it at the decision. */
export type Organisation = z.infer<typeof organisationSchema>;
