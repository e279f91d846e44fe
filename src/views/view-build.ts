import { DatabaseSync } from 'node:sqlite';
import type { Position } from '../../domain/log/envelope.ts';
import type { Projection } from '../../projections/projection.ts';
import type { EventLog, StreamedLog } from '../store/event-store.ts';
import { Fold } from './fold.ts';
import { buildingPath, publishGeneration } from './generation-files.ts';
import { isOfProjection } from './projection-tables.ts';
import { buildByStreams } from './stream-build.ts';
import { createIndexes, createUniqueIndexes, createViews, setCheckpoints } from './view-file.ts';

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

type Meanwhile = (events: number) => Promise<void>;
type Reached = Pick<Built, 'position' | 'events'>;
type NewFile = Pick<Built, 'generation'> & { readonly db: DatabaseSync };

/**
 * Makes all views anew from the log's start, in a file of their own beside those that answer, and publishes it when
 * it is whole. Every now and then it lets `meanwhile` do its work: the old views go on following the log.
 */
export async function buildViews(
  folder: string,
  log: EventLog,
  projections: readonly Projection[],
  meanwhile: Meanwhile,
  windowBytes?: number,
): Promise<Built> {
  if (isStreamed(log)) {
    // Without a journal nothing can be taken back: a projection that throws spoils the file.
    const file = newFile(folder, log, projections, 'OFF');
    const reached = await filled(file, db => byStreams(db, log, projections, meanwhile, windowBytes));
    if (reached !== undefined) return published(folder, file, reached);
  }
  // Where a projection must stop is known in the log's order alone.
  const file = newFile(folder, log, projections, 'MEMORY');
  const reached = await filled(file, db => inOrder(db, log, projections, meanwhile));
  return published(folder, file, reached);
}

function isStreamed(log: EventLog): log is EventLog & StreamedLog {
  return 'streams' in log;
}

async function byStreams(
  db: DatabaseSync,
  log: EventLog & StreamedLog,
  projections: readonly Projection[],
  meanwhile: Meanwhile,
  windowBytes: number | undefined,
): Promise<Reached | undefined> {
  const position = await log.head();
  db.exec('BEGIN');
  const streams = log.streams(position, windowBytes);
  const events = await buildByStreams(db, streams, projections, meanwhile);
  if (events === undefined) return undefined;
  setCheckpoints(db, position);
  try {
    finish(db, projections);
  } catch (error) {
    // Rows that are there twice.
    if (isOfProjection(error)) return undefined;
    throw error;
  }
  return { position, events };
}

async function inOrder(
  db: DatabaseSync,
  log: EventLog,
  projections: readonly Projection[],
  meanwhile: Meanwhile,
): Promise<Reached> {
  createUniqueIndexes(db, projections);
  const fold = new Fold(db, log, projections, { cached: CACHED });
  let events = 0;
  let position: Position = '';
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
  db.exec('BEGIN');
  finish(db, projections);
  return { position, events };
}

/** @throws SQLite's error where rows break an index's rule */
function finish(db: DatabaseSync, projections: readonly Projection[]): void {
  createIndexes(db, projections);
  db.exec('COMMIT; PRAGMA optimize');
}

/** Nobody reads it before it is whole, and a crash throws it away: nothing is flushed until then. */
function newFile(
  folder: string,
  log: EventLog,
  projections: readonly Projection[],
  journal: 'OFF' | 'MEMORY',
): NewFile {
  const { path, generation } = buildingPath(folder);
  const db = new DatabaseSync(path);
  // What an index is sorted in goes to a file when it is too large for the cache.
  db.exec(`PRAGMA journal_mode = ${journal}; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA cache_size = -32768; PRAGMA temp_store = FILE;`);
  createViews(db, log.logId, projections);
  return { db, generation };
}

async function filled<R extends Reached | undefined>(
  { db }: NewFile,
  fill: (db: DatabaseSync) => Promise<R>,
): Promise<R> {
  try {
    return await fill(db);
  } finally {
    db.close();
  }
}

function published(folder: string, { generation }: NewFile, reached: Reached): Built {
  return { path: publishGeneration(folder, generation), generation, ...reached };
}
