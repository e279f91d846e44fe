import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import type { ActorStamp } from '../../domain/log/envelope.ts';
import { SYSTEM_ACTOR_ID } from '../../domain/log/fixed-streams.ts';
import { houseEvents } from '../../domain/log/house-events.ts';
import type { WallClock } from '../clock.ts';
import type { EngineLog } from '../engine/engine-log.ts';
import { patientAppend } from '../engine/patient-append.ts';
import type { EventStore } from '../store/event-store.ts';
import { copyDelivery } from './checkpoint-copies.ts';
import { CheckpointKeyError, type CheckpointKeys, openCheckpointKeys } from './checkpoint-keys.ts';
import { originOf, parseCheckpoint, signCheckpoint } from './checkpoint-note.ts';
import {
  checkpointStreamId,
  type LoggedCheckpoint,
  newestCheckpoint,
  readCheckpoints,
} from './checkpoint-streams.ts';
import { base64Of } from './merkle.ts';
import { type NoteVerifier, signNote } from './signed-note.ts';
import type { Tree } from './tree.ts';
import type { TreeReader } from './tree-reader.ts';

export interface CheckpointSettings {
  readonly keyFile: string;
  /** For a log without checkpoints. Not where nodes share it: each would make another. */
  readonly mayMakeKey: boolean;
  /** Between two of the schedule; 0: none is made but on request. */
  readonly everyMinutes: number;
  /** See `copyDelivery`. */
  readonly copyTo: string;
}

/** No checkpoint can be made, or none may: the text says why. */
export class CheckpointRefusedError extends Error {
  override readonly name = 'CheckpointRefusedError';
}

/**
 * What is given out of a tree must be what was signed of it: hashes that were taken anew from a log that was changed
 * prove that log, and no checkpoint.
 * @throws CheckpointRefusedError
 */
export function demandSigned(
  tree: TreeReader,
  signed: readonly Pick<LoggedCheckpoint, 'size' | 'root'>[],
): void {
  const taken = tree.state().size;
  const other = signed.find(({ size, root }) => size > taken || base64Of(tree.root(size)) !== root);
  if (other !== undefined)
    throw new CheckpointRefusedError(
      `the log is not what was signed at ${other.size} events: run redress audit verify`,
    );
}

const LOOK_EVERY_MS = 60_000;
const TREE_TIMEOUT_MS = 60_000;
const MAX_TRIES = 4;
const BY_SCHEDULE: ActorStamp = { id: SYSTEM_ACTOR_ID, role: 'system', via: 'timer' };

/** Makes checkpoints, on a schedule and on request, writes them into the log and brings copies elsewhere. */
export class Checkpoints {
  readonly #store: EventStore;
  readonly #tree: Tree;
  readonly #clock: WallClock;
  readonly #log: EngineLog;
  readonly #settings: CheckpointSettings;
  readonly #deliver: ReturnType<typeof copyDelivery>;
  #keys: CheckpointKeys | undefined;
  #latest: LoggedCheckpoint | undefined;
  #undelivered: LoggedCheckpoint | undefined;
  #keyProblem: string | undefined;
  #scheduleProblem: string | undefined;
  #copyProblem: string | undefined;
  #making: Promise<unknown> = Promise.resolve();
  #looking: NodeJS.Timeout | undefined;

  static async open(parts: {
    readonly store: EventStore;
    readonly tree: Tree;
    readonly clock: WallClock;
    readonly log: EngineLog;
    readonly settings: CheckpointSettings;
  }): Promise<Checkpoints> {
    const checkpoints = new Checkpoints(parts);
    await checkpoints.#begin();
    return checkpoints;
  }

  private constructor(parts: Parameters<typeof Checkpoints.open>[0]) {
    this.#store = parts.store;
    this.#tree = parts.tree;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#settings = parts.settings;
    this.#deliver = copyDelivery(parts.settings.copyTo);
  }

  /** The newest, if one was made. */
  latest(): LoggedCheckpoint | undefined {
    return this.#latest;
  }

  /** All of them, oldest first: up to some thousand a year, read from the log. */
  all(): Promise<readonly LoggedCheckpoint[]> {
    return readCheckpoints(this.#store, this.#clock.now());
  }

  /** Whose signatures count as the house's own. @throws CheckpointRefusedError */
  trusted(): readonly NoteVerifier[] {
    return this.#usableKeys().trusted;
  }

  /** Signs another text of the house's as a note: one that cannot be taken for a checkpoint. @throws CheckpointRefusedError */
  sign(text: string): string {
    if (parseCheckpoint(text) !== undefined) throw new TypeError('a checkpoint is signed by making one');
    return signNote(text, this.#usableKeys().signer);
  }

  /** What keeps checkpoints from being made or brought away, for people. */
  problems(): readonly string[] {
    return [this.#keyProblem, this.#scheduleProblem, this.#copyProblem].filter(text => text !== undefined);
  }

  /**
   * Signs what the log is now and appends it; where nothing but the last checkpoint itself was added since that, it is
   * the answer. One at a time.
   * @throws CheckpointRefusedError, TreeNotReadyError, StoreUnavailableError
   */
  make(actor: ActorStamp): Promise<LoggedCheckpoint> {
    const made = this.#making.then(() => this.#make(actor));
    this.#making = made.catch(() => {});
    return made;
  }

  async close(): Promise<void> {
    clearInterval(this.#looking);
    await this.#making;
  }

  async #begin(): Promise<void> {
    this.#latest = await newestCheckpoint(this.#store, this.#clock.now());
    try {
      this.#keys = openCheckpointKeys(
        this.#settings.keyFile,
        this.#store.logId,
        this.#settings.mayMakeKey && this.#latest === undefined,
      );
    } catch (error) {
      if (!(error instanceof CheckpointKeyError)) throw error;
      // Complaints can be taken all the same.
      this.#keyProblem = error.message;
      this.#log.error({ problem: error.message }, 'no checkpoints are made');
    }
    this.#undelivered = this.#latest;
    this.#looking = setInterval(() => void this.#look(), LOOK_EVERY_MS).unref();
  }

  /** What the schedule does each minute. */
  async #look(): Promise<void> {
    const { everyMinutes } = this.#settings;
    const dueAt = (this.#latest?.signedAt ?? 0) + everyMinutes * 60_000;
    if (everyMinutes > 0 && this.#keys !== undefined && this.#clock.now() >= dueAt) {
      try {
        await this.make(BY_SCHEDULE);
        this.#scheduleProblem = undefined;
      } catch (error) {
        this.#scheduleProblem = `no checkpoint was made: ${error instanceof Error ? error.message : error}`;
        this.#log.warn({ problem: this.#scheduleProblem }, 'a checkpoint was not made');
      }
    }
    await this.#bringAway();
  }

  async #make(actor: ActorStamp): Promise<LoggedCheckpoint> {
    const { signer } = this.#usableKeys();
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const tree = await this.#tree.readerAt(await this.#store.head(), TREE_TIMEOUT_MS);
      const { size } = tree.state();
      const last = this.#latest;
      // A log must never sign what does not follow on what it signed before (c2sp.org/tlog-checkpoint).
      if (last !== undefined) demandSigned(tree, [last]);
      if (last !== undefined && size <= last.size + 1) return last;
      const root = tree.root(size);
      const note = signCheckpoint({ origin: originOf(this.#store.logId), size, root }, signer);
      const made = await this.#append(
        { size, root: base64Of(root), note, verifier: signer.verifier.text },
        actor,
      );
      if (made !== undefined) {
        this.#latest = made;
        this.#undelivered = made;
        await this.#bringAway();
        return made;
      }
      // Another node was quicker.
      this.#latest = await newestCheckpoint(this.#store, this.#clock.now());
    }
    throw new CheckpointRefusedError('others kept signing at the same time: try again');
  }

  async #append(
    data: Pick<LoggedCheckpoint, 'size' | 'root' | 'note' | 'verifier'>,
    actor: ActorStamp,
  ): Promise<LoggedCheckpoint | undefined> {
    const last = this.#latest;
    const now = Math.max(this.#clock.now(), last?.signedAt ?? 0);
    const streamId = checkpointStreamId(this.#store.logId, new Date(now).getUTCFullYear());
    const before = last?.streamId === streamId ? last.revision : -1;
    const commandId = uuidv4();
    const eventId = uuidv7();
    const result = await patientAppend(this.#store, streamId, before, [
      {
        eventId,
        type: 'CheckpointSigned',
        schemaVersion: houseEvents.CheckpointSigned.schemaVersion,
        data,
        sealed: [],
        metadata: {
          occurredAt: now,
          decidedAt: now,
          recordedAt: now,
          actor,
          commandId,
          correlationId: commandId,
          deciderVersion: 1,
        },
      },
    ]);
    if (result.outcome === 'conflict') return undefined;
    return { ...data, eventId, streamId, revision: result.revision, signedAt: now };
  }

  /** The newest alone: it vouches for all before it. Tried again each minute. */
  async #bringAway(): Promise<void> {
    const newest = this.#undelivered;
    if (this.#deliver === undefined || newest === undefined) return;
    try {
      await this.#deliver({ logId: this.#store.logId, size: newest.size, note: newest.note });
      if (this.#undelivered === newest) this.#undelivered = undefined;
      this.#copyProblem = undefined;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#copyProblem = `the checkpoint of ${newest.size} events was not brought to REDRESS_CHECKPOINT_COPY: ${why}`;
      this.#log.warn({ problem: this.#copyProblem }, 'a checkpoint was not brought away');
    }
  }

  #usableKeys(): CheckpointKeys {
    if (this.#keys !== undefined) return this.#keys;
    throw new CheckpointRefusedError(this.#keyProblem ?? 'there is no key that signs checkpoints');
  }
}
