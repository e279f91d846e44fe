import { z } from 'zod';
import { accept, type Decision, reject } from '../case/decision.ts';
import type { CommandOf, EventOf } from '../case/event-definition.ts';
import type { Aggregate } from '../log/aggregate.ts';
import { instantSchema, uuidSchema } from '../log/envelope.ts';
import { personal } from '../log/personal.ts';
import { unreachable } from '../unreachable.ts';
import { HOLD_GROUNDS } from './hold.ts';
import { type Subject, subjectsSchema } from './subjects.ts';

/** Why somebody may ask (GDPR, article 17(1); PIPL, article 47). */
export const ERASURE_GROUNDS = ['noLongerNeeded', 'consentWithdrawn', 'objection', 'unlawful'] as const;
/** Why it may be refused, by name (GDPR, article 17(3)). */
export const ERASURE_REFUSALS = [
  'legalHold',
  'openCase',
  'statutoryRetention',
  'identityNotProven',
  'notTheirData',
] as const;

/**
 * Backups of the key store are kept no longer than this (docs/privacy.md): from then on nobody can bring back what was
 * erased, not from a copy either.
 */
export const KEY_BACKUP_DAYS = 35;
const DAY_MS = 86_400_000;

const note = personal(z.string().trim().min(1).max(1000));
/** What stands against an erasure, looked up when it is approved. */
const obstaclesSchema = z.object({
  holds: z
    .array(z.object({ holdId: uuidSchema, ground: z.enum(HOLD_GROUNDS), reference: z.string() }))
    .max(100),
  /** Cases that speak of the person and have not ended. */
  openCases: z.array(uuidSchema).max(1000),
  /** Users who have access still. */
  activeUsers: z.array(uuidSchema).max(50),
});

/** Nodes of the database, as who runs it names them. */
const databaseNodesSchema = z.array(z.string().trim().min(1).max(200)).min(1).max(50);

export const erasureEvents = {
  /** From here on what is known of the subjects is shown to nobody. */
  ErasureRequested: {
    schemaVersion: 1,
    schema: z.object({
      subjects: subjectsSchema,
      ground: z.enum(ERASURE_GROUNDS),
      requestedBy: uuidSchema,
      note: note.optional(),
    }),
  },
  /** And shown again. */
  ErasureRefused: {
    schemaVersion: 1,
    schema: z.object({ because: z.enum(ERASURE_REFUSALS), refusedBy: uuidSchema, note: note.optional() }),
  },
  ErasureApproved: { schemaVersion: 1, schema: z.object({ approvedBy: uuidSchema }) },
  /** The keys are destroyed: nothing sealed for the subjects can be read by the service any more. */
  ErasureMadeUnreachable: { schemaVersion: 1, schema: z.object({ keysDestroyed: z.int().min(0) }) },
  /** A node that shares the log has let go of the keys, and has made anew what it had made from the log. */
  ErasurePurgedByNode: {
    schemaVersion: 1,
    schema: z.object({ nodeId: uuidSchema, viewsMadeAnewFrom: z.int().min(0) }),
  },
  /** Somebody answers for it that the database's nodes were scavenged since the keys were destroyed. */
  ErasureScavenged: {
    schemaVersion: 1,
    schema: z.object({ confirmedBy: uuidSchema, databaseNodes: databaseNodesSchema }),
  },
  /** What was made from the log was made anew, and the folder holds no copy in clear and no key. */
  ErasureCompleted: {
    schemaVersion: 1,
    schema: z.object({ viewsMadeAnewFrom: z.int().min(0), keyBackupsGoneAt: instantSchema }),
  },
} as const;
type ErasureEvent = EventOf<typeof erasureEvents>;

const system = ['system'] as const;
export const erasureCommands = {
  requestErasure: {
    summary: 'Ask that somebody be forgotten; what is known of them is withheld from now on',
    roles: ['agent', 'marketing', 'lead', 'privacyOfficer', 'admin'],
    schema: z.strictObject({
      userId: uuidSchema,
      subjects: subjectsSchema,
      ground: z.enum(ERASURE_GROUNDS),
      note: note.optional(),
    }),
  },
  approveErasure: {
    summary: 'Approve an erasure that somebody else asked for: the keys are destroyed at once, for good',
    roles: ['privacyOfficer'],
    schema: z.strictObject({ userId: uuidSchema, obstacles: obstaclesSchema }),
  },
  refuseErasure: {
    summary: 'Refuse an erasure, by the name of what stands against it',
    roles: ['privacyOfficer'],
    schema: z.strictObject({
      userId: uuidSchema,
      because: z.enum(ERASURE_REFUSALS),
      note: note.optional(),
    }),
  },
  recordUnreachable: {
    summary: 'The keys are destroyed',
    roles: system,
    schema: z.strictObject({ keysDestroyed: z.int().min(0) }),
  },
  recordPurgedByNode: {
    summary: 'A node has let go of the keys and made its views anew',
    roles: system,
    schema: z.strictObject({ nodeId: uuidSchema, viewsMadeAnewFrom: z.int().min(0) }),
  },
  confirmScavenge: {
    summary:
      'Say that every node of the database was scavenged since the keys were destroyed: until then its disks hold them, wrapped',
    roles: ['privacyOfficer', 'keyCustodian', 'admin'],
    schema: z.strictObject({ userId: uuidSchema, databaseNodes: databaseNodesSchema }),
  },
  recordCompleted: {
    summary: 'Nothing is left in the data folder',
    roles: system,
    schema: z.strictObject({
      viewsMadeAnewFrom: z.int().min(0),
      /** Where nodes share the log: all that were at work when the keys were destroyed. */
      nodes: z.array(uuidSchema).min(1).max(100).optional(),
    }),
  },
} as const;
type ErasureCommand = CommandOf<typeof erasureCommands>;

/** The certificate's stages: what each proves is in docs/privacy.md. */
export type ErasureStage = 'none' | 'requested' | 'refused' | 'approved' | 'unreachable' | 'destroyed';

export interface ErasureState {
  readonly stage: ErasureStage;
  readonly subjects: readonly Subject[];
  readonly ground: (typeof ERASURE_GROUNDS)[number];
  readonly requestedBy: string;
  readonly requestedAt: number;
  readonly decidedBy?: string;
  readonly decidedAt?: number;
  readonly refusedBecause?: (typeof ERASURE_REFUSALS)[number];
  readonly unreachableAt?: number;
  readonly keysDestroyed?: number;
  /** Nodes that have let go of the keys; on a log that nodes share alone. */
  readonly purgedBy?: readonly { readonly nodeId: string; readonly purgedAt: number }[];
  readonly scavenged?: {
    readonly confirmedBy: string;
    readonly confirmedAt: number;
    readonly databaseNodes: readonly string[];
  };
  readonly destroyedAt?: number;
  readonly keyBackupsGoneAt?: number;
}

/**
 * Rejects with `alreadyRequested`, `noSuchErasure`, `alreadyDecided`, `samePerson`, `legalHold`, `openCase`,
 * `userStillActive`, `notApproved`, `notUnreachable`, `notPurged`, `notScavenged`.
 */
function decide(command: ErasureCommand, erasure: ErasureState, now: number): Decision<ErasureEvent> {
  const { stage } = erasure;
  if (command.type === 'requestErasure') {
    if (stage !== 'none') return reject('alreadyRequested');
    const { userId: requestedBy, ...asked } = command.data;
    return accept({ type: 'ErasureRequested', data: { ...asked, requestedBy }, occurredAt: now });
  }
  if (stage === 'none') return reject('noSuchErasure');
  switch (command.type) {
    case 'approveErasure': {
      if (stage !== 'requested') return reject('alreadyDecided', { stage });
      const { userId, obstacles } = command.data;
      if (userId === erasure.requestedBy) {
        return reject('samePerson', { hint: 'who asks is not who approves: somebody else has to' });
      }
      if (obstacles.holds.length > 0) return reject('legalHold', { holds: obstacles.holds });
      if (obstacles.openCases.length > 0) return reject('openCase', { cases: obstacles.openCases });
      if (obstacles.activeUsers.length > 0)
        return reject('userStillActive', { users: obstacles.activeUsers });
      return accept({ type: 'ErasureApproved', data: { approvedBy: userId }, occurredAt: now });
    }
    case 'refuseErasure': {
      if (stage !== 'requested') return reject('alreadyDecided', { stage });
      const { userId: refusedBy, ...why } = command.data;
      return accept({ type: 'ErasureRefused', data: { ...why, refusedBy }, occurredAt: now });
    }
    case 'recordUnreachable':
      if (stage === 'unreachable' || stage === 'destroyed') return accept();
      if (stage !== 'approved') return reject('notApproved', { stage });
      return accept({ type: 'ErasureMadeUnreachable', data: command.data, occurredAt: now });
    case 'recordPurgedByNode': {
      const { nodeId } = command.data;
      if (stage !== 'unreachable' && stage !== 'destroyed') return reject('notUnreachable', { stage });
      if (erasure.purgedBy?.some(each => each.nodeId === nodeId) === true) return accept();
      return accept({ type: 'ErasurePurgedByNode', data: command.data, occurredAt: now });
    }
    case 'confirmScavenge': {
      if (stage === 'destroyed') return accept();
      if (stage !== 'unreachable') return reject('notUnreachable', { stage });
      const { userId: confirmedBy, databaseNodes } = command.data;
      return accept({ type: 'ErasureScavenged', data: { confirmedBy, databaseNodes }, occurredAt: now });
    }
    case 'recordCompleted': {
      if (stage === 'destroyed') return accept();
      if (stage !== 'unreachable') return reject('notUnreachable', { stage });
      const { nodes, viewsMadeAnewFrom } = command.data;
      if (nodes !== undefined) {
        const waitsFor = nodes.filter(nodeId => !erasure.purgedBy?.some(each => each.nodeId === nodeId));
        if (waitsFor.length > 0) return reject('notPurged', { nodes: waitsFor });
        if (erasure.scavenged === undefined) return reject('notScavenged');
      }
      const keyBackupsGoneAt = now + KEY_BACKUP_DAYS * DAY_MS;
      return accept({
        type: 'ErasureCompleted',
        data: { viewsMadeAnewFrom, keyBackupsGoneAt },
        occurredAt: now,
      });
    }
    default:
      return unreachable(command);
  }
}

function evolve(erasure: ErasureState, event: ErasureEvent): ErasureState {
  const at = event.occurredAt;
  switch (event.type) {
    case 'ErasureRequested': {
      const { subjects, ground, requestedBy } = event.data;
      return { stage: 'requested', subjects, ground, requestedBy, requestedAt: at };
    }
    case 'ErasureRefused': {
      const { because, refusedBy } = event.data;
      return { ...erasure, stage: 'refused', decidedBy: refusedBy, decidedAt: at, refusedBecause: because };
    }
    case 'ErasureApproved':
      return { ...erasure, stage: 'approved', decidedBy: event.data.approvedBy, decidedAt: at };
    case 'ErasureMadeUnreachable': {
      const { keysDestroyed } = event.data;
      return { ...erasure, stage: 'unreachable', unreachableAt: at, keysDestroyed };
    }
    case 'ErasurePurgedByNode': {
      const { nodeId } = event.data;
      return { ...erasure, purgedBy: [...(erasure.purgedBy ?? []), { nodeId, purgedAt: at }] };
    }
    case 'ErasureScavenged':
      return { ...erasure, scavenged: { ...event.data, confirmedAt: at } };
    case 'ErasureCompleted': {
      const { keyBackupsGoneAt } = event.data;
      return { ...erasure, stage: 'destroyed', destroyedAt: at, keyBackupsGoneAt };
    }
    default:
      return unreachable(event);
  }
}

/** One request to be forgotten, from the asking to the certificate's last stage. */
export const erasure: Aggregate<ErasureState, typeof erasureCommands, typeof erasureEvents> = {
  category: 'erasure',
  deciderVersion: 1,
  commands: erasureCommands,
  events: erasureEvents,
  initial: { stage: 'none', subjects: [], ground: 'noLongerNeeded', requestedBy: '', requestedAt: 0 },
  maxEvents: 200,
  endings: [],
  decide,
  evolve,
};
