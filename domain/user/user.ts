import { z } from 'zod';
import { qualificationSchema, roleSchema, STAFF } from '../case/actor.ts';
import { accept, type Decision, reject } from '../case/decision.ts';
import type { CommandOf, EventOf } from '../case/event-definition.ts';
import type { Aggregate } from '../log/aggregate.ts';
import { instantSchema, uuidSchema } from '../log/envelope.ts';
import { personal } from '../log/personal.ts';
import { personNameSchema } from '../party/party.ts';
import { departmentSchema } from '../team/team.ts';
import { unreachable } from '../unreachable.ts';
import { type Absence, absence, absenceEnd, endAbsence, evolveAbsences, recordAbsence } from './absence.ts';
import { type Delegated, delegate, delegated } from './delegation.ts';

/** Tokens of one user that are in force at a time. */
export const MAX_TOKENS = 50;

/** `system` is timers and workflows: nobody can be given it. */
const rolesSchema = z
  .array(roleSchema.exclude(['system']))
  .min(1)
  .max(16);
const qualificationsSchema = z.array(qualificationSchema).max(20);

const details = {
  name: personNameSchema,
  roles: rolesSchema,
  teamId: uuidSchema.optional(),
  department: departmentSchema.optional(),
  /** Of a customer's account: the contact whose it is. */
  contactId: uuidSchema.optional(),
  qualifications: qualificationsSchema,
};
/** What changes, each with its new value as a whole; `null` takes a value away. */
const changes = {
  name: personNameSchema.optional(),
  roles: rolesSchema.optional(),
  teamId: uuidSchema.nullable().optional(),
  department: departmentSchema.nullable().optional(),
  contactId: uuidSchema.nullable().optional(),
  qualifications: qualificationsSchema.optional(),
};
const token = {
  tokenId: uuidSchema,
  /** SHA-256 (hex) of the token, which itself is stored nowhere. */
  hash: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits'),
  /** What it is for; people write names into it. */
  label: personal(z.string().trim().min(1).max(80)),
  /** Last instant at which it is taken. */
  expiresAt: instantSchema.optional(),
};

export const userEvents = {
  UserRegistered: { schemaVersion: 1, schema: z.object(details) },
  UserChanged: { schemaVersion: 1, schema: z.object(changes) },
  UserDeactivated: { schemaVersion: 1, schema: z.object({}) },
  UserReactivated: { schemaVersion: 1, schema: z.object({}) },
  AbsenceRecorded: { schemaVersion: 1, schema: z.object(absence) },
  AbsenceEnded: { schemaVersion: 1, schema: z.object(absenceEnd) },
  TokenIssued: { schemaVersion: 1, schema: z.object(token) },
  TokenRevoked: { schemaVersion: 1, schema: z.object({ tokenId: uuidSchema }) },
  PowerDelegated: { schemaVersion: 1, schema: z.object(delegated) },
  DelegationRevoked: { schemaVersion: 1, schema: z.object({ delegationId: uuidSchema }) },
} as const;
type UserEvent = EventOf<typeof userEvents>;

const command = <T extends z.ZodRawShape>(summary: string, shape: T) => ({
  summary,
  roles: ['admin', 'system'] as const,
  schema: z.strictObject(shape),
});
export const userCommands = {
  registerUser: command('Give a person access, with roles', {
    ...details,
    qualifications: qualificationsSchema.default([]),
  }),
  changeUser: command("Change a user's roles, team or qualifications", changes),
  deactivateUser: command('End a person’s access; every token of theirs is void', {}),
  reactivateUser: command('Give a person access again; the old tokens stay void', {}),
  issueToken: command('Issue a token', token),
  revokeToken: command('Make a token void', { tokenId: uuidSchema }),
  delegatePower: {
    ...command('Give a power of this user to another, in writing, for a period', delegated),
    roles: ['marketingDirector', 'admin', 'system'],
  },
  revokeDelegation: {
    ...command('End a delegation before its time', { delegationId: uuidSchema }),
    roles: ['marketingDirector', 'admin', 'system'],
  },
  recordAbsence: {
    ...command('Say when a person is away, and who acts for them meanwhile', absence),
    roles: [...STAFF, 'admin', 'system'] as const,
  },
  endAbsence: {
    ...command('End an absence before its time, or call it off', absenceEnd),
    roles: [...STAFF, 'admin', 'system'] as const,
  },
} as const;
type UserCommand = CommandOf<typeof userCommands>;

interface TokenInForce {
  readonly tokenId: string;
  readonly hash: string;
  readonly issuedAt: number;
  readonly expiresAt?: number;
}

/** What may be decided on and kept in memory: nothing personal. */
export type UserState =
  | { readonly registered: false }
  | {
      readonly registered: true;
      readonly active: boolean;
      readonly roles: readonly z.infer<typeof roleSchema>[];
      readonly teamId?: string;
      readonly department?: string;
      readonly contactId?: string;
      readonly qualifications: readonly z.infer<typeof qualificationSchema>[];
      /** Without those that were over when the last one was recorded. */
      readonly absences: readonly Absence[];
      /** Neither revoked nor void; some may have expired. */
      readonly tokens: readonly TokenInForce[];
      /** What of this user's powers others hold: neither revoked nor ended when another was given. */
      readonly delegations: readonly Delegated[];
    };
export type RegisteredUser = Extract<UserState, { registered: true }>;

/**
 * Rejects with `alreadyRegistered`, `notRegistered`, `deactivated`, `notDeactivated`, `nothingToChange`,
 * `expiresInThePast`, `tooManyTokens`, `tokenExists`, `unknownToken`, `unknownDelegation`, and as `delegate` and the
 * functions of absences.
 */
function decide(command: UserCommand, user: UserState, now: number): Decision<UserEvent> {
  if (command.type === 'registerUser') {
    if (user.registered) return reject('alreadyRegistered');
    return accept({ type: 'UserRegistered', data: command.data, occurredAt: now });
  }
  if (!user.registered) return reject('notRegistered');
  if (command.type === 'reactivateUser') {
    if (user.active) return reject('notDeactivated');
    return accept({ type: 'UserReactivated', data: {}, occurredAt: now });
  }
  if (!user.active) return reject('deactivated', { possible: ['reactivateUser'] });
  switch (command.type) {
    case 'changeUser':
      if (Object.values(command.data).every(value => value === undefined)) return reject('nothingToChange');
      return accept({ type: 'UserChanged', data: command.data, occurredAt: now });
    case 'deactivateUser':
      return accept({ type: 'UserDeactivated', data: {}, occurredAt: now });
    case 'issueToken': {
      const { tokenId, expiresAt } = command.data;
      if (expiresAt !== undefined && expiresAt <= now) return reject('expiresInThePast', { expiresAt });
      if (user.tokens.some(held => held.tokenId === tokenId)) return reject('tokenExists', { tokenId });
      const inForce = user.tokens.filter(held => held.expiresAt === undefined || held.expiresAt > now);
      if (inForce.length >= MAX_TOKENS) return reject('tooManyTokens', { limit: MAX_TOKENS });
      return accept({ type: 'TokenIssued', data: command.data, occurredAt: now });
    }
    case 'recordAbsence':
      return recordAbsence(command.data, user.absences, now);
    case 'endAbsence':
      return endAbsence(command.data, user.absences, now);
    case 'revokeToken': {
      const { tokenId } = command.data;
      if (!user.tokens.some(held => held.tokenId === tokenId)) return reject('unknownToken', { tokenId });
      return accept({ type: 'TokenRevoked', data: { tokenId }, occurredAt: now });
    }
    case 'delegatePower':
      return delegate(command.data, user, now);
    case 'revokeDelegation': {
      const { delegationId } = command.data;
      if (!user.delegations.some(held => held.delegationId === delegationId)) {
        return reject('unknownDelegation', { delegationId });
      }
      return accept({ type: 'DelegationRevoked', data: { delegationId }, occurredAt: now });
    }
    default:
      return unreachable(command);
  }
}

function evolve(user: UserState, event: UserEvent): UserState {
  if (event.type === 'UserRegistered') {
    const { roles, teamId, department, contactId, qualifications } = event.data;
    return {
      registered: true,
      active: true,
      roles,
      qualifications,
      absences: [],
      tokens: [],
      delegations: [],
      ...(teamId === undefined ? {} : { teamId }),
      ...(department === undefined ? {} : { department }),
      ...(contactId === undefined ? {} : { contactId }),
    };
  }
  if (!user.registered) return user;
  switch (event.type) {
    case 'UserChanged':
      return changed(user, event.data);
    case 'UserDeactivated':
      return { ...user, active: false, tokens: [] };
    case 'UserReactivated':
      return { ...user, active: true };
    case 'AbsenceRecorded':
    case 'AbsenceEnded':
      return { ...user, absences: evolveAbsences(user.absences, event) };
    case 'TokenIssued': {
      const { tokenId, hash, expiresAt } = event.data;
      const issued = { tokenId, hash, issuedAt: event.occurredAt };
      // What had expired by then is of no use any more: the state stays small however many are issued.
      const rest = user.tokens.filter(
        held => held.expiresAt === undefined || held.expiresAt > event.occurredAt,
      );
      return { ...user, tokens: [...rest, expiresAt === undefined ? issued : { ...issued, expiresAt }] };
    }
    case 'TokenRevoked':
      return { ...user, tokens: user.tokens.filter(({ tokenId }) => tokenId !== event.data.tokenId) };
    case 'PowerDelegated': {
      const rest = user.delegations.filter(held => held.validUntil >= event.occurredAt);
      return { ...user, delegations: [...rest, event.data] };
    }
    case 'DelegationRevoked': {
      const { delegationId } = event.data;
      return { ...user, delegations: user.delegations.filter(held => held.delegationId !== delegationId) };
    }
    default:
      return unreachable(event);
  }
}

function changed(user: RegisteredUser, change: z.infer<z.ZodObject<typeof changes>>): RegisteredUser {
  const { teamId: oldTeam, department: oldDepartment, contactId: oldContact, ...rest } = user;
  const teamId = change.teamId === undefined ? oldTeam : change.teamId;
  const department = change.department === undefined ? oldDepartment : change.department;
  const contactId = change.contactId === undefined ? oldContact : change.contactId;
  return {
    ...rest,
    roles: change.roles ?? user.roles,
    qualifications: change.qualifications ?? user.qualifications,
    ...(teamId === undefined || teamId === null ? {} : { teamId }),
    ...(department === undefined || department === null ? {} : { department }),
    ...(contactId === undefined || contactId === null ? {} : { contactId }),
  };
}

export const user: Aggregate<UserState, typeof userCommands, typeof userEvents> = {
  category: 'user',
  deciderVersion: 1,
  commands: userCommands,
  events: userEvents,
  initial: { registered: false },
  maxEvents: 5_000,
  endings: ['revokeToken', 'revokeDelegation', 'deactivateUser'],
  decide,
  evolve,
};
