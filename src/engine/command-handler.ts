import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor } from '../../domain/case/actor.ts';
import { CASE_EVENT_LIMIT, POSSIBLE_WHEN_TOO_LONG } from '../../domain/case/case-limits.ts';
import type { CaseState } from '../../domain/case/case-state.ts';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import type { StoredEvent } from '../../domain/log/envelope.ts';
import type { WallClock } from '../clock.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { EventStore } from '../store/event-store.ts';
import { CaseReader } from './case-reader.ts';
import { openedCaseId } from './command-id.ts';
import type { CommandOutcome, CommandRequest } from './command-request.ts';
import { bodyMacOf } from './decided-events.ts';
import { createDecider, type DeciderParts } from './decider.ts';
import type { Linked } from './decision-context.ts';
import type { EngineLog } from './engine-log.ts';
import { type FoldedCase, foldOn, newCase } from './folded-case.ts';
import { findLinkedCase } from './linked-case.ts';
import { patientAppend } from './patient-append.ts';
import { createRejectionJournal } from './rejection-journal.ts';
import { StreamQueue } from './stream-queue.ts';
import { createReferenceCheck, type ReferenceSource } from './usable-references.ts';

/** Decisions in vain, each because somebody else wrote first, before the sender is told. */
const CONFLICT_TRIES = 5;
const CONFLICT_PAUSE_MS = 5;
/** Some 40 MB of folded cases. */
const CACHED_EVENTS = 40_000;

export interface CommandHandlerParts extends DeciderParts {
  readonly directory: DeciderParts['directory'] & ReferenceSource;
  readonly store: EventStore;
  readonly sealer: Sealer;
  readonly clock: WallClock;
  /** Does something again until the keys that it asks for are here. */
  readonly withKeys?: <T>(act: () => Promise<T>) => Promise<T>;
  /** Where a case that a command names may be found, beside the command's own lifecycle. */
  readonly lifecycles: readonly AnyLifecycle[];
  readonly log: Pick<EngineLog, 'warn'>;
  /** The bound of the memory of folded cases, counted in their events: some 1 KB each. */
  readonly cachedEvents?: number;
}

export interface LoadedCase {
  /** Personal values are `[sealed]`. */
  readonly state: CaseState;
  readonly revision: number;
  readonly etag: number;
}

export interface CommandHandler {
  /**
   * The one way by which anything is written: decides on the stream as it is, and appends at the revision
   * decided on. Every answer that a sender can act on is a value. `read`: the case as `read` gave it; should somebody
   * have written since, it is looked at again, as ever.
   * @throws StoreUnavailableError, AppendTooLargeError; anything else is a bug
   */
  handle(request: CommandRequest, read?: FoldedCase): Promise<CommandOutcome>;
  /**
   * The case as it is now, for `handle` to begin with; `undefined` when there is none. It is kept nowhere: for who goes
   * through very many cases, of which each is asked for once.
   * @throws UpgradeNeededError, StoreUnavailableError
   */
  read(lifecycle: AnyLifecycle, caseId: string): Promise<FoldedCase | undefined>;
  /**
   * The case as it is now; `undefined` when there is none.
   * @throws UpgradeNeededError, StoreUnavailableError
   */
  load(lifecycle: AnyLifecycle, caseId: string): Promise<LoadedCase | undefined>;
  /** Forgets every folded case. */
  dropCache(): void;
}

/** The stream holds an event of a newer release: it is neither shown nor decided on. */
export class UpgradeNeededError extends Error {
  override readonly name = 'UpgradeNeededError';
  readonly type: string;
  constructor(streamId: string, type: string) {
    super(`${streamId} holds ${type}, which this release does not know`);
    this.type = type;
  }
}

export function createCommandHandler(parts: CommandHandlerParts): CommandHandler {
  const { store, sealer, clock, lifecycles, log, withKeys = act => act() } = parts;
  const cases = new CaseReader(store, parts.cachedEvents ?? CACHED_EVENTS);
  const journal = createRejectionJournal({ store, sealer, clock, log });
  const decide = createDecider(parts);
  const unusableIn = createReferenceCheck({
    ...parts,
    load: (lifecycle, caseId) => cases.current(lifecycle, `${lifecycle.category}-${caseId}`),
  });
  const queue = new StreamQueue();

  /** What the command did when it was accepted before. */
  const replay = async (
    request: CommandRequest,
    at: Target,
    current: FoldedCase,
  ): Promise<CommandOutcome | undefined> => {
    const trace = current.commands.get(request.commandId);
    if (trace === undefined) return undefined;
    const events = (await store.readStream(at.streamId, trace.firstRevision)).slice(0, trace.count);
    const first = events[0];
    const last = events.at(-1);
    if (first === undefined || last === undefined) throw new Error(`${at.streamId} lost events that it had`);
    if (request.keyed) {
      const bodyMac = bodyMacOf(sealer, at.caseId, request.command);
      // Without a key (erased) nobody can tell one body from another.
      if (bodyMac !== undefined && bodyMac !== first.metadata.bodyMac) return { outcome: 'keyReused' };
    }
    const etag = events.findLast(event => event.metadata.actor.via !== 'timer')?.revision ?? current.etag;
    return {
      outcome: 'accepted',
      caseId: at.caseId,
      streamId: at.streamId,
      revision: last.revision,
      etag,
      position: last.position,
      events,
      replayed: true,
    };
  };

  /** Why there is nothing to decide. */
  const refusal = (request: CommandRequest, at: Target, current: FoldedCase): CommandOutcome | undefined => {
    if (current.unknownType !== undefined) return { outcome: 'upgradeNeeded', type: current.unknownType };
    if (current.revision < 0 && !at.opens) return { outcome: 'notFound' };
    if (request.ifMatch !== undefined && request.ifMatch !== current.etag) {
      return { outcome: 'preconditionFailed', etag: current.etag };
    }
    if (current.revision + 1 >= CASE_EVENT_LIMIT && !POSSIBLE_WHEN_TOO_LONG.has(request.command.type)) {
      return { outcome: 'caseTooLong', limit: CASE_EVENT_LIMIT };
    }
    return undefined;
  };

  const linkedBy = (caseId: string, lifecycle: AnyLifecycle): Promise<Linked | undefined> => {
    const others = lifecycles.filter(other => other.name !== lifecycle.name);
    return findLinkedCase(caseId, [lifecycle, ...others], (of, streamId) => cases.current(of, streamId));
  };

  const accepted = (at: Target, folded: FoldedCase, events: readonly StoredEvent[]): CommandOutcome => ({
    outcome: 'accepted',
    caseId: at.caseId,
    streamId: at.streamId,
    revision: folded.revision,
    etag: folded.etag,
    position: folded.position,
    events,
    replayed: false,
    folded,
  });

  const handleInTurn = async (
    request: CommandRequest,
    at: Target,
    read: FoldedCase | undefined,
  ): Promise<CommandOutcome> => {
    const { lifecycle } = request;
    const { streamId } = at;
    // A case that is to be opened is taken for new: if it is not, the append finds out, or the look at the tail.
    const cached = cases.remembered(streamId);
    const remembered = newer(cached, read) ?? (at.opens ? newCase(lifecycle) : undefined);
    let current = remembered ?? (await cases.current(lifecycle, streamId));
    let certain = remembered === undefined;
    for (let conflicts = 0; conflicts < CONFLICT_TRIES; ) {
      // Waited for only where there is something to wait for: most commands go from here to the log in one turn.
      const before = current.commands.has(request.commandId) ? await replay(request, at, current) : undefined;
      const settled = before ?? refusal(request, at, current);
      if (settled !== undefined) {
        if (certain || settled.outcome === 'accepted') return settled;
      } else {
        const linkedId = lifecycle.linkedCaseOf?.(request.command);
        const decision = decide(request, at, current, {
          linked: linkedId === undefined ? undefined : await linkedBy(linkedId, lifecycle),
          unusable: request.actor.role === 'system' ? undefined : await unusableIn(request),
        });
        if (decision.outcome === 'accepted') {
          const { events } = decision;
          if (events.length === 0) return accepted(at, current, events);
          // Folded first: what a lifecycle cannot fold must not be in its log.
          const folded = foldOn(lifecycle, current, events, current.position);
          const result = await patientAppend(store, streamId, current.revision, events);
          if (result.outcome === 'appended') {
            const stored = { ...folded, position: result.position };
            if (cached !== undefined || read === undefined) cases.remember(streamId, stored);
            return accepted(at, stored, events);
          }
          conflicts++;
          await sleep(Math.random() * CONFLICT_PAUSE_MS * 2 ** conflicts);
        } else if (certain) {
          await journal.record({ ...decision.rejection, request, caseId: at.caseId });
          return decision.answer;
        }
      }
      // Before it says no, it looks whether another node has written since.
      current = await cases.current(lifecycle, streamId);
      certain = true;
    }
    return { outcome: 'conflict', revision: current.revision };
  };

  return {
    async handle(request, read) {
      const { lifecycle, command, actor } = request;
      const definition = lifecycle.commands[command.type];
      if (definition === undefined) throw new TypeError(`${lifecycle.name} has no command ${command.type}`);
      const role = roleFor(actor, definition.roles);
      if (role === undefined) return { outcome: 'forbidden', needs: definition.roles };
      const at = targetOf(request, store.logId);
      const allowed = role === actor.role ? request : { ...request, actor: { ...actor, role } };
      return queue.run(at.streamId, () => withKeys(() => handleInTurn(allowed, at, read)));
    },

    async read(lifecycle, caseId) {
      const streamId = `${lifecycle.category}-${caseId}`;
      return whole(streamId, await cases.read(lifecycle, streamId));
    },

    async load(lifecycle, caseId) {
      const streamId = `${lifecycle.category}-${caseId}`;
      const folded = whole(streamId, await cases.current(lifecycle, streamId));
      return folded && { state: folded.state, revision: folded.revision, etag: folded.etag };
    },

    dropCache: () => cases.clear(),
  };
}

/** Of one case as it was seen twice. */
function newer(one: FoldedCase | undefined, other: FoldedCase | undefined): FoldedCase | undefined {
  return one === undefined || (other !== undefined && other.revision > one.revision) ? other : one;
}

/** @throws UpgradeNeededError */
function whole(streamId: string, folded: FoldedCase): FoldedCase | undefined {
  if (folded.unknownType !== undefined) throw new UpgradeNeededError(streamId, folded.unknownType);
  return folded.revision < 0 ? undefined : folded;
}

/** The stream that a command is for. */
interface Target {
  readonly caseId: string;
  readonly streamId: string;
  readonly opens: boolean;
}

function targetOf({ lifecycle, command, caseId, commandId }: CommandRequest, logId: string): Target {
  const opens = caseId === undefined;
  const { type } = command;
  if (opens && !lifecycle.opens.includes(type))
    throw new TypeError(`${lifecycle.name}: ${type} needs a case`);
  if (!opens && lifecycle.opens.includes(type) && lifecycle.continues?.includes(type) !== true) {
    throw new TypeError(`${lifecycle.name}: ${type} opens a case of its own`);
  }
  const id = caseId ?? openedCaseId(logId, commandId);
  return { caseId: id, streamId: `${lifecycle.category}-${id}`, opens };
}

/** The role under which the command is allowed: the one that the actor comes with, else its first that will do. */
function roleFor(actor: Actor, allowed: readonly string[]): Actor['role'] | undefined {
  if (allowed.includes(actor.role)) return actor.role;
  return actor.roles.find(role => allowed.includes(role));
}
