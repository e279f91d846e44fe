import { z } from 'zod';
import type { EventOf } from '../case/event-definition.ts';
import { instantSchema, uuidSchema } from '../log/envelope.ts';
import { personal } from '../log/personal.ts';
import { localDateSchema } from '../time/calendar-version.ts';
import { targetSchema } from '../time/target.ts';

export const CLOCK_NAMES = [
  'acknowledgement',
  'firstReply',
  'answer',
  'remoteJudgement',
  'onSiteArrival',
  'onSiteResolution',
  'decision',
  'closing',
  'approval',
  'hostsAssigned',
  'visitCompleted',
  'wave1',
  'wave3',
  'wave6',
  'firstResponse',
  'progress',
  'input',
] as const;
export const clockNameSchema = z.enum(CLOCK_NAMES);
export type ClockName = z.infer<typeof clockNameSchema>;

/** A fraction of the allowance, or the extra warning at the last close before a due instant in closed time. */
export const thresholdSchema = z.union([z.number().gt(0).lt(1), z.literal('closedTime')]);
export type Threshold = z.infer<typeof thresholdSchema>;

export const calendarRefSchema = z.object({ id: z.string().min(1).max(60), version: z.int().min(1) });

/** A deadline, decided once, with the versions it was computed from. */
export const scheduleSchema = z.object({
  /** The last instant at which the promise is still kept. */
  dueAt: instantSchema,
  opensAt: instantSchema.optional(),
  warnings: z.array(z.object({ threshold: thresholdSchema, at: instantSchema })),
  policyVersion: z.int().min(1),
  calendar: calendarRefSchema,
  /** A day past the calendar's `knownThrough` was used. */
  provisional: z.boolean(),
});
export type Schedule = z.infer<typeof scheduleSchema>;

/** Local dates that a deadline hangs on beside its start: those of a visit. */
export const clockAnchorSchema = z.object({
  /** The target counts from here: months from the date itself, spans from its end. */
  countedFrom: localDateSchema.optional(),
  /** Due no later than the last close before it. */
  eveOf: localDateSchema.optional(),
});
export type ClockAnchor = z.infer<typeof clockAnchorSchema>;

export const recipientSchema = z.object({ userId: uuidSchema, role: z.string().max(40) });
export type Recipient = z.infer<typeof recipientSchema>;

export const PAUSE_REASONS = ['awaitingCustomer', 'awaitingSample', 'awaitingThirdParty'] as const;
export const pauseReasonSchema = z.enum(PAUSE_REASONS);
export type PauseReason = z.infer<typeof pauseReasonSchema>;

export const RESCHEDULE_CAUSES = [
  'calendar',
  'policyApplied',
  'urgent',
  'normalAgain',
  'agreedWithCustomer',
  'correctedReceipt',
  'correctedCustomer',
  'merged',
  'visitMoved',
  'heldCorrected',
] as const;
export const CANCEL_CAUSES = [
  'withdrawn',
  'voided',
  'merged',
  'stepWaived',
  'startRetracted',
  'contested',
  'visitCancelled',
  'noShow',
  'caseClosed',
  'onSiteCancelled',
  'inputCancelled',
  'released',
] as const;

/** Which promise: a clock's name, and how often it has begun in this case, from 1. */
const clock = { clock: clockNameSchema, cycle: z.int().min(1) };
const text = personal(z.string().min(1).max(2000));

export const slaEvents = {
  SlaClockStarted: {
    schemaVersion: 1,
    schema: z.object({
      ...clock,
      startedAt: instantSchema,
      target: targetSchema,
      /** Of a clock that starts while the case is urgent: the target it would have had. */
      ordinaryTarget: targetSchema.optional(),
      anchor: clockAnchorSchema.optional(),
      schedule: scheduleSchema,
      /** The deadline that it takes over from a clock cancelled by a merge: from it later changes are counted. */
      carriedDueAt: instantSchema.optional(),
      /** Set when the clock carries on one of a merged case. */
      continues: z
        .object({ caseId: uuidSchema, cycle: z.int().min(1), mergeRevision: z.int().min(0).optional() })
        .optional(),
    }),
  },
  SlaClockWarned: {
    schemaVersion: 1,
    schema: z.object({
      ...clock,
      threshold: thresholdSchema,
      dueAt: instantSchema,
      recipients: z.array(recipientSchema),
    }),
  },
  /** A follow-up wave can be met from now on. */
  FollowUpWaveOpened: {
    schemaVersion: 1,
    schema: z.object({ ...clock, dueAt: instantSchema, recipients: z.array(recipientSchema) }),
  },
  SlaClockPaused: {
    schemaVersion: 1,
    schema: z.object({
      ...clock,
      reason: pauseReasonSchema,
      /** Time left in the target's own time: plain for `elapsed`, working time for the others. */
      leftMs: z.int().min(0),
      warningsLeft: z.array(z.object({ threshold: thresholdSchema, leftMs: z.int().min(0) })),
      /** The policy's maximum pause ends it then. */
      endsAt: instantSchema,
    }),
  },
  SlaClockResumed: {
    schemaVersion: 1,
    schema: z.object({
      ...clock,
      endedBy: z.enum(['message', 'sample', 'command', 'maximumPause', 'fact', 'merged', 'correctedReceipt']),
      pausedMs: z.int().min(0),
      schedule: scheduleSchema,
    }),
  },
  SlaClockMet: {
    schemaVersion: 1,
    schema: z.object({
      ...clock,
      dueAt: instantSchema,
      pausedMs: z.int().min(0),
      mode: z.string().max(40).optional(),
    }),
  },
  SlaClockBreached: {
    schemaVersion: 1,
    schema: z.object({
      ...clock,
      dueAt: instantSchema,
      detectedAt: instantSchema,
      dueInClosedTime: z.boolean(),
      /** When escalation level 2 follows; absent where there is none. */
      escalatesAt: instantSchema.optional(),
    }),
  },
  SlaClockFulfilled: {
    schemaVersion: 1,
    schema: z.object({
      ...clock,
      at: instantSchema,
      /** At most 0: in time, but recorded after the breach. */
      lateMs: z.int(),
      mode: z.string().max(40).optional(),
    }),
  },
  SlaBreachRescinded: {
    schemaVersion: 1,
    schema: z.object({
      ...clock,
      because: z.enum(['keptInTime', 'correctedReceipt']),
      /** A message's id, a call record: what shows that the promise was kept. */
      evidence: text.optional(),
    }),
  },
  SlaMetRescinded: {
    schemaVersion: 1,
    schema: z.object({
      ...clock,
      because: z.enum(['retracted', 'bounced', 'correctedReceipt']),
      /** The deadline that runs again. */
      schedule: scheduleSchema,
    }),
  },
  SlaClockDisputed: { schemaVersion: 1, schema: z.object({ ...clock }) },
  SlaClockEscalated: {
    schemaVersion: 1,
    schema: z.object({
      ...clock,
      level: z.int().min(1).max(2),
      dueAt: instantSchema,
      recipients: z.array(recipientSchema),
    }),
  },
  SlaClockRescheduled: {
    schemaVersion: 1,
    schema: z.object({
      ...clock,
      because: z.enum(RESCHEDULE_CAUSES),
      previousDueAt: instantSchema,
      /** Of a paused clock: what is left from the resume on, in the target's own time. */
      leftMs: z.int().min(0).optional(),
      warningsLeft: z.array(z.object({ threshold: thresholdSchema, leftMs: z.int().min(0) })).optional(),
      /** What bounds the deadline from now on: the urgent target, a merged case's deadline. */
      notLaterThan: instantSchema.optional(),
      /** Of a corrected receipt, the decision that took a merged case over: `notLaterThan` is what its bound is now. */
      boundBy: uuidSchema.optional(),
      /** Of a corrected receipt: the deadline that was carried on from another case, as it is now. */
      carriedDueAt: instantSchema.optional(),
      /** The promise itself, if it changed; while the case is urgent, the ordinary one. */
      target: targetSchema.optional(),
      /** A corrected start. */
      startedAt: instantSchema.optional(),
      /** The dates that it hangs on now, if they moved. */
      anchor: clockAnchorSchema.optional(),
      schedule: scheduleSchema,
    }),
  },
  SlaClockCancelled: { schemaVersion: 1, schema: z.object({ ...clock, because: z.enum(CANCEL_CAUSES) }) },
  /** Timers of a case that are no promise: reminders, and what silence brings. */
  CaseTimerStarted: {
    schemaVersion: 1,
    schema: z.object({
      timer: z.enum(['customerSilence', 'confirmation', 'formReminder']),
      cycle: z.int().min(1),
      remindAt: z.array(instantSchema).max(10),
      endsAt: instantSchema.optional(),
      /** What happens at `endsAt`. */
      endsWith: z.enum(['closeWithoutReply', 'confirmBySilence']).optional(),
    }),
  },
  CustomerReminded: {
    schemaVersion: 1,
    schema: z.object({ timer: z.string().max(40), cycle: z.int().min(1), number: z.int().min(1) }),
  },
  CaseTimerEnded: {
    schemaVersion: 1,
    schema: z.object({ timer: z.string().max(40), cycle: z.int().min(1), because: z.string().max(40) }),
  },
};
export type SlaEvent = EventOf<typeof slaEvents>;
