import { z } from 'zod';
import { accept, type Decision, reject } from '../case/decision.ts';
import type { CommandOf, EventOf } from '../case/event-definition.ts';
import type { Aggregate } from '../log/aggregate.ts';
import { instantSchema, uuidSchema } from '../log/envelope.ts';
import { clockNameSchema, thresholdSchema } from '../sla/events.ts';
import { unreachable } from '../unreachable.ts';

/** What is told. */
export const NOTIFICATION_KINDS = [
  /** A promise will be due soon. */
  'promiseWarned',
  /** A promise was broken, or stays broken: level 1 or 2. */
  'promiseEscalated',
  /** The customer is waited for, has a form to send back, or is asked whether the matter is settled. */
  'customerReminder',
  'inputAsked',
  'inputChased',
  'handOverOffered',
  'waveOpened',
  'recurrenceFound',
  'approvalAsked',
] as const;
export const notificationKindSchema = z.enum(NOTIFICATION_KINDS);
export type NotificationKind = z.infer<typeof notificationKindSchema>;

/** Ids only. Without a person's it is whoever has the role, in the team if one is named. */
export const addresseeSchema = z.object({
  role: z.string().min(1).max(40),
  userId: uuidSchema.optional(),
  /** The case's contact at the customer's. */
  contactId: uuidSchema.optional(),
  teamId: uuidSchema.optional(),
});
export type Addressee = z.infer<typeof addresseeSchema>;

/** What it is about, beside the case: as the event says it. */
export const matterSchema = z.object({
  clock: clockNameSchema.optional(),
  cycle: z.int().min(1).optional(),
  threshold: thresholdSchema.optional(),
  level: z.int().min(1).max(2).optional(),
  dueAt: instantSchema.optional(),
  timer: z.string().max(40).optional(),
  /** How many reminders it is by now. */
  number: z.int().min(1).optional(),
  inputId: uuidSchema.optional(),
  department: z.string().max(60).optional(),
  handOverId: uuidSchema.optional(),
  remedyId: uuidSchema.optional(),
  /** What is to be approved: `factoryVisit`, `remedy`, `urgency`. */
  approval: z.string().max(40).optional(),
  /** The other case. */
  ofCaseId: uuidSchema.optional(),
});
export type Matter = z.infer<typeof matterSchema>;

const message = {
  kind: notificationKindSchema,
  lifecycle: z.string().min(1).max(60),
  caseId: uuidSchema,
  addressee: addresseeSchema,
  /** When that happened of which it tells. */
  happenedAt: instantSchema,
  matter: matterSchema,
};

/** Why a sending came to nothing, as it is counted and shown. */
const FAILURES = ['refused', 'redirected', 'unreachable', 'timedOut'] as const;
export const failureSchema = z.enum(FAILURES);

const attempt = { claimId: uuidSchema, attempt: z.int().min(1) };
const failure = {
  reason: failureSchema,
  /** The answer's HTTP status, if there was one. */
  status: z.int().min(100).max(999).optional(),
};

export const notificationEvents = {
  NotificationQueued: { schemaVersion: 1, schema: z.object(message) },
  /** Somebody is about to send it: nobody else does before `untilAt`. */
  NotificationClaimed: { schemaVersion: 1, schema: z.object({ ...attempt, untilAt: instantSchema }) },
  NotificationSent: { schemaVersion: 1, schema: z.object(attempt) },
  NotificationFailed: {
    schemaVersion: 1,
    schema: z.object({ ...attempt, ...failure, retryAt: instantSchema }),
  },
  NotificationGivenUp: {
    schemaVersion: 1,
    schema: z.object({ attempts: z.int().min(0), because: z.enum(['tooOld', 'tooManyAttempts']) }),
  },
} as const;
export type NotificationEvent = EventOf<typeof notificationEvents>;

const command = <T extends z.ZodRawShape>(summary: string, shape: T) => ({
  summary,
  roles: ['system'],
  schema: z.strictObject(shape),
});
const claimId = uuidSchema;
export const notificationCommands = {
  queue: command('Have somebody told', message),
  claim: command('Be the one who sends it, for a while', { claimId, leaseMs: z.int().min(1).max(3_600_000) }),
  recordSent: command('It was taken', { claimId }),
  recordFailure: command('It was not taken', {
    claimId,
    ...failure,
    /** As the receiver asked for. */
    retryAfterMs: z.int().min(0).optional(),
  }),
} as const;
export type NotificationCommand = CommandOf<typeof notificationCommands>;

/** Three days over a long weekend: what was not told by then is no news. */
export const TOLD_WITHIN_MS = 3 * 86_400_000;
/** Claims, those of senders that died among them. */
export const MAX_ATTEMPTS = 15;
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 6 * 3_600_000;

export interface NotificationState {
  readonly phase: 'none' | 'waiting' | 'claimed' | 'sent' | 'givenUp';
  readonly queuedAt: number;
  readonly attempts: number;
  /** Nobody sends it before. */
  readonly heldUntil: number;
  /** Of the last attempt. */
  readonly claimId?: string;
}

/** Ten seconds after the first attempt that failed, then three times as long each time, six hours at most. */
function pauseAfter(attempts: number): number {
  return Math.min(FIRST_PAUSE_MS * 3 ** (attempts - 1), LONGEST_PAUSE_MS);
}

/**
 * A claim that is not to be had, an end told late: an accept without events. Several senders are no mistake, and one
 * of them loses each time. Rejects with `notRegistered`, `notClaimed`.
 */
function decide(
  command: NotificationCommand,
  state: NotificationState,
  now: number,
): Decision<NotificationEvent> {
  const { phase, attempts } = state;
  if (command.type === 'queue') {
    return phase === 'none'
      ? accept({ type: 'NotificationQueued', data: command.data, occurredAt: now })
      : accept();
  }
  if (phase === 'none') return reject('notRegistered');
  if (phase === 'sent' || phase === 'givenUp') return accept();
  switch (command.type) {
    case 'claim': {
      if (state.heldUntil > now) return accept();
      if (now >= state.queuedAt + TOLD_WITHIN_MS) return accept(givenUp(attempts, 'tooOld', now));
      // The last sender died: whether it was taken is not known.
      if (attempts >= MAX_ATTEMPTS) return accept(givenUp(attempts, 'tooManyAttempts', now));
      const { claimId, leaseMs } = command.data;
      const data = { claimId, attempt: attempts + 1, untilAt: now + leaseMs };
      return accept({ type: 'NotificationClaimed', data, occurredAt: now });
    }
    case 'recordSent': {
      if (attempts === 0) return reject('notClaimed');
      // Also by one whose claim was taken over meanwhile: it was taken, and nobody need try again.
      const data = { claimId: command.data.claimId, attempt: attempts };
      return accept({ type: 'NotificationSent', data, occurredAt: now });
    }
    case 'recordFailure': {
      const { retryAfterMs = 0, ...failed } = command.data;
      if (phase !== 'claimed' || failed.claimId !== state.claimId) return accept();
      const retryAt = now + Math.min(Math.max(pauseAfter(attempts), retryAfterMs), LONGEST_PAUSE_MS);
      const event: NotificationEvent = {
        type: 'NotificationFailed',
        data: { ...failed, attempt: attempts, retryAt },
        occurredAt: now,
      };
      return attempts >= MAX_ATTEMPTS
        ? accept(event, givenUp(attempts, 'tooManyAttempts', now))
        : accept(event);
    }
    default:
      return unreachable(command);
  }
}

function givenUp(attempts: number, because: 'tooOld' | 'tooManyAttempts', at: number): NotificationEvent {
  return { type: 'NotificationGivenUp', data: { attempts, because }, occurredAt: at };
}

function evolve(state: NotificationState, event: NotificationEvent): NotificationState {
  switch (event.type) {
    case 'NotificationQueued':
      return { phase: 'waiting', queuedAt: event.occurredAt, attempts: 0, heldUntil: 0 };
    case 'NotificationClaimed': {
      const { claimId, attempt, untilAt } = event.data;
      return { ...state, phase: 'claimed', attempts: attempt, heldUntil: untilAt, claimId };
    }
    case 'NotificationSent':
      return { ...state, phase: 'sent' };
    case 'NotificationFailed':
      return { ...state, phase: 'waiting', heldUntil: event.data.retryAt };
    case 'NotificationGivenUp':
      return { ...state, phase: 'givenUp' };
    default:
      return unreachable(event);
  }
}

/**
 * One message to somebody outside: a stream each, of some thirty events at most. It is sent by whoever's claim was
 * appended, so that of several senders one sends; only one who dies between sending and recording has it sent twice.
 */
export const notification: Aggregate<
  NotificationState,
  typeof notificationCommands,
  typeof notificationEvents
> = {
  category: 'outbox',
  deciderVersion: 1,
  commands: notificationCommands,
  events: notificationEvents,
  initial: { phase: 'none', queuedAt: 0, attempts: 0, heldUntil: 0 },
  // Queued, then a claim and its failure each, and the end.
  maxEvents: 2 + 2 * MAX_ATTEMPTS,
  endings: ['recordSent', 'recordFailure'],
  decide,
  evolve,
};
