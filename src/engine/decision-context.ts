import { z } from 'zod';
import { actorSchema } from '../../domain/case/actor.ts';
import type { DecideContext, LinkedCase } from '../../domain/case/lifecycle.ts';
import { unusableReferenceSchema } from '../../domain/case/references.ts';
import { streamIdSchema, uuidSchema } from '../../domain/log/envelope.ts';
import { type Organisation, organisationSchema } from '../../domain/sla/policy.ts';
import { localDateSchema } from '../../domain/time/calendar.ts';
import { derivedUuid } from './derived-uuid.ts';

/**
 * What a decision used that neither its stream nor its metadata holds: by value, a linked case by stream and
 * revision. What was read and found absent is left out, which says the same when it is read again.
 */
export const recordedContextSchema = z.object({
  actor: actorSchema
    .pick({ roles: true, teamId: true, department: true, qualifications: true, delegations: true })
    .partial()
    .optional(),
  organisation: organisationSchema.partial().optional(),
  linkedCase: z.object({ streamId: streamIdSchema, revision: z.int().min(0) }).optional(),
  customerGrade: z.enum(['A', 'B', 'C', 'D']).optional(),
  hostOverlaps: z
    .array(z.object({ hostId: uuidSchema, caseId: uuidSchema, from: localDateSchema, to: localDateSchema }))
    .optional(),
  /** Of a refusal alone: whatever an accepted command names was there. */
  unusableReferences: z.array(unusableReferenceSchema).optional(),
});
export type RecordedContext = z.infer<typeof recordedContextSchema>;

/** A linked case with the stream that it was folded from. */
export interface Linked {
  readonly streamId: string;
  readonly linkedCase: LinkedCase;
}

/** What a context is made of; the organisation is looked up only if the decision asks for it. */
export interface ContextSource
  extends Pick<DecideContext, 'now' | 'caseId' | 'actor' | 'policy' | 'calendar' | 'calendarOf'> {
  readonly commandId: string;
  readonly organisation: () => Organisation;
  readonly linked?: Linked | undefined;
  readonly customerGrade?: DecideContext['customerGrade'] | undefined;
  readonly hostOverlaps?: DecideContext['hostOverlaps'] | undefined;
  readonly unusableReferences?: DecideContext['unusableReferences'] | undefined;
}

export interface WatchedContext {
  readonly context: DecideContext;
  /** What the decision has read so far; `undefined` for nothing that needs recording. */
  used(): RecordedContext | undefined;
}

/** The parts of an actor that its stamp in the metadata does not hold. */
const UNSTAMPED = ['roles', 'teamId', 'department', 'qualifications', 'delegations'] as const;
const ORGANISATION = ['assigneeLead', 'teamLead', 'onDuty', 'heads', 'departments', 'away'] as const;
const OUTSIDE = ['linkedCase', 'customerGrade', 'hostOverlaps', 'unusableReferences'] as const;

/** The context of one decision, which notes what the decision reads of it. */
export function watchedContext(source: ContextSource): WatchedContext {
  const { actor, linked, customerGrade, hostOverlaps, unusableReferences } = source;
  const read = {
    context: new Set<PropertyKey>(),
    actor: new Set<PropertyKey>(),
    organisation: new Set<PropertyKey>(),
  };
  let organisation: Organisation | undefined;
  const context: DecideContext = {
    now: source.now,
    caseId: source.caseId,
    policy: source.policy,
    calendar: source.calendar,
    calendarOf: source.calendarOf,
    newId: derivedIds(source.commandId, source.caseId),
    actor: watched(actor, read.actor),
    get organisation() {
      organisation ??= source.organisation();
      return watched(organisation, read.organisation);
    },
    ...(linked === undefined ? {} : { linkedCase: linked.linkedCase }),
    ...(customerGrade === undefined ? {} : { customerGrade }),
    ...(hostOverlaps === undefined ? {} : { hostOverlaps }),
    ...(unusableReferences === undefined ? {} : { unusableReferences }),
  };
  const used = (): RecordedContext | undefined => {
    const recorded: RecordedContext = {};
    const ofActor = picked(actor, UNSTAMPED, read.actor);
    if (ofActor !== undefined) recorded.actor = ofActor;
    const ofOrganisation = organisation && picked(organisation, ORGANISATION, read.organisation);
    if (ofOrganisation !== undefined) recorded.organisation = ofOrganisation;
    const outside = picked(context, OUTSIDE, read.context);
    if (linked !== undefined && outside?.linkedCase !== undefined) {
      recorded.linkedCase = { streamId: linked.streamId, revision: linked.linkedCase.revision };
    }
    if (outside?.customerGrade !== undefined) recorded.customerGrade = outside.customerGrade;
    if (outside?.hostOverlaps !== undefined) recorded.hostOverlaps = [...outside.hostOverlaps];
    if (outside?.unusableReferences !== undefined)
      recorded.unusableReferences = [...outside.unusableReferences];
    return Object.keys(recorded).length === 0 ? undefined : recorded;
  };
  return { context: watched(context, read.context), used };
}

/** Ids that come again when the decision is taken again. The case is part of them: one key may serve two cases. */
function derivedIds(commandId: string, caseId: string): () => string {
  let count = 0;
  return () => derivedUuid(`${caseId}/${count++}`, commandId);
}

function watched<T extends object>(target: T, read: Set<PropertyKey>): T {
  return new Proxy(target, {
    get(from, key) {
      read.add(key);
      return Reflect.get(from, key);
    },
    has(from, key) {
      read.add(key);
      return Reflect.has(from, key);
    },
  });
}

/** Of `keys`, those that were read and hold something. */
function picked<T extends object, K extends keyof T>(
  from: T,
  keys: readonly K[],
  read: ReadonlySet<PropertyKey>,
): { -readonly [P in K]?: T[P] } | undefined {
  let found: { -readonly [P in K]?: T[P] } | undefined;
  for (const key of keys) {
    if (!read.has(key) || from[key] === undefined) continue;
    found ??= {};
    found[key] = from[key];
  }
  return found;
}
