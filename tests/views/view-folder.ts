import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lifecycles } from '../../domain/lifecycles.ts';
import { projectionsOf } from '../../projections/index.ts';
import type { Projection } from '../../projections/projection.ts';
import type { EventLog, EventStore } from '../../src/store/event-store.ts';
import { openSqliteLog } from '../../src/store/sqlite-log.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import { currentGeneration } from '../../src/views/generation-files.ts';
import { buildViews } from '../../src/views/view-build.ts';
import { ViewFollower } from '../../src/views/view-follower.ts';
import { differences } from '../torture/compare-views.ts';

export const TIME_ZONE = 'Asia/Shanghai';
export const allProjections: readonly Projection[] = projectionsOf(lifecycles, TIME_ZONE);

/** Some ten events. */
const SMALL_WINDOW_BYTES = 16 * 1024;

/** A folder with a log, and views that follow it when they are told to. */
export class ViewFolder {
  readonly folder: string;
  readonly store: EventStore;
  readonly log: EventLog;
  #follower: ViewFollower | undefined;

  static async make(): Promise<ViewFolder> {
    const folder = mkdtempSync(join(tmpdir(), 'redress-views-'));
    const path = join(folder, 'events.db');
    const store = await openSqliteStore({ path, clock: { now: Date.now } });
    return new ViewFolder(folder, store, await openSqliteLog(path));
  }

  private constructor(folder: string, store: EventStore, log: EventLog) {
    this.folder = folder;
    this.store = store;
    this.log = log;
  }

  /** Views that remember nothing but what is stored. */
  async reopen(projections: readonly Projection[] = allProjections): Promise<ViewFollower> {
    this.#follower?.close();
    this.#follower = new ViewFollower(this.folder, this.log, projections, () => {});
    await this.#follower.open(() => {});
    return this.#follower;
  }

  async follow(): Promise<void> {
    await (this.#follower ?? (await this.reopen())).follow();
  }

  get path(): string {
    const current = currentGeneration(this.folder);
    if (current === undefined) throw new Error('there are no views');
    return current.path;
  }

  /**
   * How the views differ from ones made anew, stream by stream, with all of the log in the window or little of it, and
   * in the log's order: one text a row.
   */
  async differences(projections: readonly Projection[] = allProjections): Promise<readonly string[]> {
    const found: string[] = [];
    const ways = [[this.log], [this.log, SMALL_WINDOW_BYTES], [inOrderOnly(this.log)]] as const;
    for (const [log, windowBytes] of ways) {
      const scratch = mkdtempSync(join(tmpdir(), 'redress-rebuilt-'));
      const { path } = await buildViews(scratch, log, projections, async () => {}, windowBytes);
      found.push(...differences(this.path, path));
      rmSync(scratch, { recursive: true });
    }
    return found;
  }

  async close(): Promise<void> {
    this.#follower?.close();
    await this.store.close();
    await this.log.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A log that cannot find streams quickly, as one of another store. */
export function inOrderOnly(log: EventLog): EventLog {
  return {
    logId: log.logId,
    readStream: (streamId, fromRevision) => log.readStream(streamId, fromRevision),
    readAll: (after, limit) => log.readAll(after, limit),
    readTypes: (after, types, lookAt) => log.readTypes(after, types, lookAt),
    head: () => log.head(),
    close: () => log.close(),
  };
}
