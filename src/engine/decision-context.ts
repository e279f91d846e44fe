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

/** The parts of an actor that its stamp in the metadata does not hold. These lists, too, are in canonical order. */
const UNSTAMPED = ['delegations', 'department', 'qualifications', 'roles', 'teamId'] as const;
const ORGANISATION = ['assigneeLead', 'away', 'departments', 'heads', 'onDuty', 'teamLead'] as const;
const OUTSIDE = ['linkedCase', 'customerGrade', 'hostOverlaps', 'unusableReferences'] as const;

/** The context of one decision, which notes what the decision reads of it. */
export function watchedContext(source: ContextSource): WatchedContext {
  const { actor, linked } = source;
  const reads: Reads = { context: new Set(), actor: new Set(), organisation: new Set() };
  const context = new Context(source, reads);
  const used = (): RecordedContext | undefined => {
    const recorded: RecordedContext = {};
    const ofActor = picked(actor, UNSTAMPED, reads.actor);
    if (ofActor !== undefined) recorded.actor = ofActor;
    const outside = picked(context, OUTSIDE, reads.context);
    if (outside?.customerGrade !== undefined) recorded.customerGrade = outside.customerGrade;
    if (outside?.hostOverlaps !== undefined) recorded.hostOverlaps = [...outside.hostOverlaps];
    if (linked !== undefined && outside?.linkedCase !== undefined) {
      recorded.linkedCase = { revision: linked.linkedCase.revision, streamId: linked.streamId };
    }
    const organisation = context.organisationRead;
    const ofOrganisation = organisation && picked(organisation, ORGANISATION, reads.organisation);
    if (ofOrganisation !== undefined) recorded.organisation = ofOrganisation;
    if (outside?.unusableReferences !== undefined)
      recorded.unusableReferences = [...outside.unusableReferences];
    return Object.keys(recorded).length === 0 ? undefined : recorded;
  };
  return { context: new Proxy(context, new Watch(reads.context)), used };
}

interface Reads {
  readonly context: Set<PropertyKey>;
  readonly actor: Set<PropertyKey>;
  readonly organisation: Set<PropertyKey>;
}

/**
 * A class, as `organisation` is looked up on demand: an object with a getter of its own has a shape of its own as well,
 * which costs more than the decision.
 */
class Context implements DecideContext {
  readonly now: number;
  readonly caseId: string;
  readonly actor: DecideContext['actor'];
  readonly policy: DecideContext['policy'];
  readonly calendar: DecideContext['calendar'];
  readonly calendarOf: DecideContext['calendarOf'];
  readonly newId: () => string;
  declare readonly linkedCase?: LinkedCase;
  declare readonly customerGrade?: NonNullable<DecideContext['customerGrade']>;
  declare readonly hostOverlaps?: NonNullable<DecideContext['hostOverlaps']>;
  declare readonly unusableReferences?: NonNullable<DecideContext['unusableReferences']>;
  readonly #lookUp: () => Organisation;
  readonly #reads: Reads;
  #organisation: { readonly read: Organisation; readonly watched: Organisation } | undefined;

  constructor(source: ContextSource, reads: Reads) {
    this.now = source.now;
    this.caseId = source.caseId;
    this.actor = new Proxy(source.actor, new Watch(reads.actor));
    this.policy = source.policy;
    this.calendar = source.calendar;
    this.calendarOf = source.calendarOf;
    this.newId = derivedIds(source.commandId, source.caseId);
    const { linked, customerGrade, hostOverlaps, unusableReferences } = source;
    if (linked !== undefined) this.linkedCase = linked.linkedCase;
    if (customerGrade !== undefined) this.customerGrade = customerGrade;
    if (hostOverlaps !== undefined) this.hostOverlaps = hostOverlaps;
    if (unusableReferences !== undefined) this.unusableReferences = unusableReferences;
    this.#lookUp = source.organisation;
    this.#reads = reads;
  }

  get organisation(): Organisation {
    if (this.#organisation === undefined) {
      const read = this.#lookUp();
      this.#organisation = { read, watched: new Proxy(read, new Watch(this.#reads.organisation)) };
    }
    return this.#organisation.watched;
  }

  /** The same without a watch, if it was asked for. */
  get organisationRead(): Organisation | undefined {
    return this.#organisation?.read;
  }
}

/** Notes what is read of an object. */
class Watch<T extends object> implements ProxyHandler<T> {
  readonly #read: Set<PropertyKey>;

  constructor(read: Set<PropertyKey>) {
    this.#read = read;
  }

  get(from: T, key: PropertyKey): unknown {
    this.#read.add(key);
    return Reflect.get(from, key);
  }

  has(from: T, key: PropertyKey): boolean {
    this.#read.add(key);
    return Reflect.has(from, key);
  }
}

/** Ids that come again when the decision is taken again. The case is part of them: one key may serve two cases. */
function derivedIds(commandId: string, caseId: string): () => string {
  let count = 0;
  return () => derivedUuid(`${caseId}/${count++}`, commandId);
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
