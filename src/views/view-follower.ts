import type { DatabaseSync } from 'node:sqlite';
import type { Position } from '../../domain/log/envelope.ts';
import type { Projection } from '../../projections/projection.ts';
import type { EventLog } from '../store/event-store.ts';
import { currentViews, type Progress } from './current-views.ts';
import { Fold } from './fold.ts';
import { removeBefore } from './generation-files.ts';
import { buildViews } from './view-build.ts';
import { openViewFile } from './view-file.ts';

const PAGE_EVENTS = 1_000;
/** Sources that wait to be derived: a commit of as many takes some tenths of a second. */
const COMMIT_CHANGES = 5_000;
const CACHED = 4_000;
/** How often a long build lets the views that answer follow the log. */
const MEANWHILE_EVENTS = 20_000;

interface Current {
  readonly db: DatabaseSync;
  readonly fold: Fold;
  readonly generation: number;
  readonly path: string;
}

/** Follows the log into the current file of views, and builds the next. One at work a data folder. */
export class ViewFollower {
  readonly #folder: string;
  readonly #log: EventLog;
  readonly #projections: readonly Projection[];
  readonly #tell: (progress: Progress) => void;
  #current: Current | undefined;

  constructor(
    folder: string,
    log: EventLog,
    projections: readonly Projection[],
    tell: (progress: Progress) => void,
  ) {
    this.#folder = folder;
    this.#log = log;
    this.#projections = projections;
    this.#tell = tell;
  }

  /** Opens the views that are there, or builds them where there are none, or of another log or version. */
  async open(onBuilding: (events: number) => void): Promise<void> {
    const { logId } = this.#log;
    const found = currentViews(this.#folder, { logId, head: await this.#log.head() }, this.#projections);
    if (found !== undefined) this.#use(found);
    else await this.rebuild(onBuilding);
    await this.follow();
  }

  /** Takes in what the log has more, until there is nothing left. */
  async follow(): Promise<void> {
    while (!(await this.takeIn()).atEnd);
  }

  /** Takes in as much of what the log has more as one commit takes: each writes every index that it touches once more. */
  async takeIn(): Promise<{ readonly events: number; readonly atEnd: boolean }> {
    const { fold } = this.#opened();
    let events = 0;
    let atEnd: boolean;
    do {
      atEnd = true;
      for (const from of fold.positions()) {
        const page = await this.#log.readAll(from, PAGE_EVENTS);
        if (page.length === 0) continue;
        await fold.take(from, page);
        events += page.length;
        atEnd = false;
      }
    } while (!atEnd && fold.changes < COMMIT_CHANGES);
    if (events > 0) {
      this.#commit(fold);
      this.#report();
    }
    return { events, atEnd };
  }

  /** Makes all views anew beside the old, and swaps. Readers are told the new path; the old file goes by `release`. */
  async rebuild(
    onProgress: (events: number) => void,
  ): Promise<{ readonly events: number; readonly position: Position }> {
    let heard = 0;
    const built = await buildViews(this.#folder, this.#log, this.#projections, async events => {
      if (events - heard < MEANWHILE_EVENTS) return;
      heard = events;
      onProgress(events);
      if (this.#current !== undefined) await this.follow();
    });
    this.#current?.db.close();
    this.#use(built);
    this.#report();
    await this.follow();
    return { events: built.events, position: built.position };
  }

  /** The readers have left what came before a generation. */
  release(generation: number): void {
    removeBefore(this.#folder, generation);
  }

  close(): void {
    this.#current?.db.close();
    this.#current = undefined;
  }

  #commit(fold: Fold): void {
    try {
      fold.commit();
    } catch (error) {
      fold.reset();
      throw error;
    }
  }

  #use({ path, generation }: { readonly path: string; readonly generation: number }): void {
    const db = openViewFile(path);
    this.#current = {
      db,
      path,
      generation,
      fold: new Fold(db, this.#log, this.#projections, { cached: CACHED }),
    };
    this.#report();
  }

  #report(): void {
    const { fold, generation, path } = this.#opened();
    this.#tell({ generation, path, checkpoints: fold.checkpoints() });
  }

  #opened(): Current {
    if (this.#current === undefined) throw new Error('the views are not open');
    return this.#current;
  }
}
