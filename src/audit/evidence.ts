import { join } from 'node:path';
import type { WallClock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { EngineLog } from '../engine/engine-log.ts';
import type { EventStore } from '../store/event-store.ts';
import { isShared, type StoreAddress } from '../store/store-address.ts';
import { Checkpoints } from './checkpoints.ts';
import { Tree } from './tree.ts';

/** What makes tampering with the log show: the tree over it, and signed checkpoints of that. */
export interface Evidence {
  readonly tree: Tree;
  readonly checkpoints: Checkpoints;
  /** What is wrong with it, for people. */
  problems(): readonly string[];
  close(): Promise<void>;
}

export type EvidenceConfig = Pick<Config, 'checkpointKeyFile' | 'checkpointEveryMinutes' | 'checkpointCopy'>;

/** A stop waits so long for hashes that are not taken yet, and no longer: the next start takes them. */
const LAST_HASHES_MS = 5_000;

/** Begins to follow the log of a data folder. @throws StoreUnavailableError */
export async function openEvidence(parts: {
  readonly folder: string;
  readonly address: StoreAddress;
  readonly store: EventStore;
  readonly clock: WallClock;
  readonly log: EngineLog;
  readonly config: Partial<EvidenceConfig>;
}): Promise<Evidence> {
  const { folder, address, store, clock, log, config } = parts;
  const tree = new Tree({ folder, store: address }, log);
  const stopListening = store.onAppended(() => tree.wake());
  /**
   * What a short command appended just before it ends has its hash then: an event without one could be changed until
   * the next start, and nobody would know.
   */
  const takeLastHashes = async (): Promise<void> => {
    try {
      if (await tree.hasTaken(await store.head(), LAST_HASHES_MS)) return;
      if (tree.status().stopped === undefined)
        log.warn(
          { taken: tree.status().size },
          'the newest events have no hash yet: the next start takes them',
        );
    } catch (error) {
      log.warn({ problem: String(error) }, 'the newest events have no hash yet: the log cannot be read');
    }
  };
  try {
    const checkpoints = await Checkpoints.open({
      store,
      tree,
      clock,
      log,
      settings: {
        keyFile: config.checkpointKeyFile ?? join(folder, 'checkpoint.key'),
        mayMakeKey: !isShared(address),
        everyMinutes: config.checkpointEveryMinutes ?? 0,
        copyTo: config.checkpointCopy ?? 'none',
      },
    });
    return {
      tree,
      checkpoints,
      problems() {
        const { stopped } = tree.status();
        return [...(stopped === undefined ? [] : [stopped]), ...checkpoints.problems()];
      },
      async close() {
        stopListening();
        await checkpoints.close();
        await takeLastHashes();
        await tree.close();
      },
    };
  } catch (error) {
    stopListening();
    await tree.close();
    throw error;
  }
}
