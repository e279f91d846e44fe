import { z } from 'zod';
import { accept, type Decision, reject } from '../case/decision.ts';
import type { CommandOf, EventOf } from '../case/event-definition.ts';
import type { Aggregate } from '../log/aggregate.ts';
import { instantSchema, uuidSchema } from '../log/envelope.ts';
import { personal } from '../log/personal.ts';
import { unreachable } from '../unreachable.ts';

/** Who may look into the record: each of their looks is an event of its own. */
export const AUDIT_ROLES = ['auditor', 'privacyOfficer', 'admin'] as const;

/** A session ends by itself: whoever looks on says again why. */
export const SESSION_HOURS = 12;
const HOUR_MS = 3_600_000;

/** What was asked for: `asOf`, `export`, `recheck`. */
const actionSchema = z.string().regex(/^[a-z][A-Za-z]{1,39}$/, 'must be a name in camelCase');
/** Ids, instants, formats: never a personal value. */
const parametersSchema = z.record(z.string().max(40), z.json());

export const accessEvents = {
  AuditSessionOpened: {
    schemaVersion: 1,
    schema: z.object({
      userId: uuidSchema,
      /** In the auditor's own words; people write names into it. */
      reason: personal(z.string().trim().min(3).max(400)),
      expiresAt: instantSchema,
    }),
  },
  /** Written before the answer is given: no look is without it. */
  AuditLookRecorded: {
    schemaVersion: 1,
    schema: z.object({ lookId: uuidSchema, action: actionSchema, parameters: parametersSchema }),
  },
  /** How the look ended: what an export held, what a recheck found. */
  AuditLookEnded: {
    schemaVersion: 1,
    schema: z.object({
      lookId: uuidSchema,
      outcome: z.enum(['done', 'failed', 'cutOff']),
      result: parametersSchema,
    }),
  },
  AuditSessionEnded: { schemaVersion: 1, schema: z.object({}) },
} as const;
type AccessEvent = EventOf<typeof accessEvents>;

const command = <T extends z.ZodRawShape>(summary: string, shape: T) => ({
  summary,
  roles: AUDIT_ROLES,
  schema: z.strictObject({ userId: uuidSchema, ...shape }),
});
export const accessCommands = {
  openSession: command('Say why you are going to look into the record', {
    reason: accessEvents.AuditSessionOpened.schema.shape.reason,
  }),
  recordLook: command('Record a look', accessEvents.AuditLookRecorded.schema.shape),
  endLook: command('Record how a look ended', accessEvents.AuditLookEnded.schema.shape),
  endSession: command('End a session', {}),
} as const;
type AccessCommand = CommandOf<typeof accessCommands>;

export interface AccessState {
  /** `''` before the session is opened. */
  readonly userId: string;
  readonly expiresAt: number;
  readonly ended: boolean;
  /** Looks that have not ended yet. */
  readonly open: readonly string[];
}

/** Rejects with `sessionExists`, `noSession`, `notYourSession`, `sessionEnded`, `sessionExpired`, `noSuchLook`. */
function decide(command: AccessCommand, session: AccessState, now: number): Decision<AccessEvent> {
  const { userId } = command.data;
  if (command.type === 'openSession') {
    if (session.userId !== '') return reject('sessionExists');
    const { reason } = command.data;
    const expiresAt = now + SESSION_HOURS * HOUR_MS;
    return accept({ type: 'AuditSessionOpened', data: { userId, reason, expiresAt }, occurredAt: now });
  }
  if (session.userId === '') return reject('noSession');
  if (session.userId !== userId) return reject('notYourSession');
  switch (command.type) {
    case 'recordLook': {
      if (session.ended) return reject('sessionEnded');
      if (session.expiresAt < now) return reject('sessionExpired', { expiresAt: session.expiresAt });
      const { lookId, action, parameters } = command.data;
      return accept({ type: 'AuditLookRecorded', data: { lookId, action, parameters }, occurredAt: now });
    }
    case 'endLook': {
      // A long export may end after its session: how it ended is recorded all the same.
      const { lookId, outcome, result } = command.data;
      if (!session.open.includes(lookId)) return reject('noSuchLook');
      return accept({ type: 'AuditLookEnded', data: { lookId, outcome, result }, occurredAt: now });
    }
    case 'endSession':
      return session.ended
        ? reject('sessionEnded')
        : accept({ type: 'AuditSessionEnded', data: {}, occurredAt: now });
    default:
      return unreachable(command);
  }
}

function evolve(session: AccessState, event: AccessEvent): AccessState {
  switch (event.type) {
    case 'AuditSessionOpened': {
      const { userId, expiresAt } = event.data;
      return { userId, expiresAt, ended: false, open: [] };
    }
    case 'AuditLookRecorded':
      return { ...session, open: [...session.open, event.data.lookId] };
    case 'AuditLookEnded':
      return { ...session, open: session.open.filter(id => id !== event.data.lookId) };
    case 'AuditSessionEnded':
      return { ...session, ended: true };
    default:
      return unreachable(event);
  }
}

/** One session of somebody who looks into the record: who, why, and every look. */
export const access: Aggregate<AccessState, typeof accessCommands, typeof accessEvents> = {
  category: 'access',
  deciderVersion: 1,
  commands: accessCommands,
  events: accessEvents,
  initial: { userId: '', expiresAt: 0, ended: false, open: [] },
  maxEvents: 2_000,
  endings: ['endLook', 'endSession'],
  decide,
  evolve,
};
