import { DatabaseSync } from 'node:sqlite';
import type { Position } from '../../domain/log/envelope.ts';
import type { Projection } from '../../projections/projection.ts';
import type { EventLog } from '../store/event-store.ts';
import { Fold } from './fold.ts';
import { buildingPath, publishGeneration } from './generation-files.ts';
import { createIndexes, createViews } from './view-file.ts';

/** Events read at once. */
const PAGE_EVENTS = 500;
/** Changed sources that are written together, some 8 KB each with what is derived from them. */
const COMMIT_CHANGES = 15_000;
const CACHED = 5_000;

export interface Built {
  readonly path: string;
  readonly generation: number;
  readonly position: Position;
  readonly events: number;
}

/**
 * Makes all views anew from the log's start, in a file of their own beside those that answer, and publishes it when
 * it is whole. Between pages it lets `meanwhile` do its work: the old views go on following the log.
 */
export async function buildViews(
  folder: string,
  log: EventLog,
  projections: readonly Projection[],
  meanwhile: (events: number) => Promise<void>,
): Promise<Built> {
  const { path, generation } = buildingPath(folder);
  const db = new DatabaseSync(path);
  let events = 0;
  let position: Position = '';
  try {
    // Nobody reads this file before it is whole, and a crash throws it away: no journal, no flush until then.
    db.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;`);
    createViews(db, log.logId, projections);
    const fold = new Fold(db, log, projections, { cached: CACHED });
    for (;;) {
      const page = await log.readAll(position, PAGE_EVENTS);
      const last = page.at(-1);
      if (last === undefined) break;
      await fold.take(position, page);
      position = last.position;
      events += page.length;
      if (fold.changes >= COMMIT_CHANGES) fold.commit();
      await meanwhile(events);
    }
    fold.commit();
    createIndexes(db, projections);
    db.exec('PRAGMA optimize');
  } finally {
    db.close();
  }
  return { path: publishGeneration(folder, generation), generation, position, events };
}
