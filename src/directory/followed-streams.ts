import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Position, RecordedEvent, StoredEvent } from '../../domain/log/envelope.ts';
import type { EventLog } from '../store/event-store.ts';
import type { LogFollower } from './log-follower.ts';

/** Streams of a few kinds, found without reading the whole log. */
export interface FollowedStreams extends LogFollower {
  /**
   * To be called before an append to one of the streams; what it returns, after it with the events that were stored
   * (none, if it failed). In between the checkpoint stays.
   */
  appending(): (stored: readonly StoredEvent[]) => void;
  close(): void;
}

/** Rows that are kept in the file beside: they are written with its checkpoint alone, so that none is ahead of it. */
export interface FollowedRows {
  /** Raised with every change of the tables or of what stands in them: the file then begins anew. */
  readonly version: number;
  readonly schema: string;
  open(db: DatabaseSync): void;
  /** Called in the transaction that moves the checkpoint. */
  write(): void;
  /** Called once that transaction is through. */
  written(): void;
}

/** Tells several of an append: each takes what concerns it. */
export function appendingOf(
  each: readonly Pick<FollowedStreams, 'appending'>[],
): FollowedStreams['appending'] {
  return () => {
    const told = each.map(streams => streams.appending());
    return stored => {
      for (const tell of told) tell(stored);
    };
  };
}

const SCHEMA_VERSION = 1;
const schemaOf = (rows: FollowedRows | undefined): string => `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS stream (stream_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS state (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    log_id TEXT NOT NULL,
    checkpoint TEXT NOT NULL
  ) STRICT;
  ${rows?.schema ?? ''}
  PRAGMA user_version = ${versionOf(rows)};
`;
const versionOf = (rows: FollowedRows | undefined): number => SCHEMA_VERSION + 100 * (rows?.version ?? 0);

/**
 * Opens a small file beside the log: which of the streams there are, so that a start reads those and what came after
 * the checkpoint, instead of the whole log. Derived, without a name or token in it: when it is missing, of another
 * version or of another log, it begins anew, and the next `catchUp` reads the log from its start.
 */
export async function openFollowedStreams(options: {
  readonly path: string;
  readonly log: EventLog;
  readonly concerns: (streamId: string) => boolean;
  /** Takes events of such streams in, each stream's in order; some may come twice. */
  readonly apply: (events: readonly StoredEvent[]) => void;
  readonly rows?: FollowedRows;
  /** Which streams are read again at a start, as nothing in the file says what is in them; all, if not given. */
  readonly readsAgain?: (streamId: string) => boolean;
}): Promise<FollowedStreams> {
  const { path, log, concerns, rows, readsAgain = () => true } = options;
  const db = await openFile(path, log, rows);
  rows?.open(db);
  const addStream = db.prepare('INSERT INTO stream VALUES (?) ON CONFLICT DO NOTHING');
  const setCheckpoint = db.prepare('UPDATE state SET checkpoint = ?');
  const known = new Set(
    db
      .prepare('SELECT stream_id FROM stream')
      .all()
      .map(row => String(row.stream_id)),
  );
  for (const streamId of known) options.apply(await log.readStream(streamId));

  let checkpoint: Position = String(db.prepare('SELECT checkpoint FROM state').get()?.checkpoint);
  let unwritten: string[] = [];
  let appendsInFlight = 0;

  function apply(all: readonly StoredEvent[]): void {
    const events = all.filter(({ streamId }) => concerns(streamId));
    options.apply(events);
    for (const { streamId } of events) {
      if (known.has(streamId) || !readsAgain(streamId)) continue;
      known.add(streamId);
      unwritten.push(streamId);
    }
  }

  function write(position: Position): void {
    db.exec('BEGIN IMMEDIATE');
    try {
      for (const streamId of unwritten) addStream.run(streamId);
      rows?.write();
      setCheckpoint.run(position);
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
    unwritten = [];
    rows?.written();
    checkpoint = position;
  }

  return {
    checkpoint: () => checkpoint,
    take(events: readonly RecordedEvent[], upTo: Position) {
      apply(events);
      write(upTo);
    },
    moveCheckpoint(durable) {
      // An append on its way may be durable already, below the position, and not yet be applied here.
      if (appendsInFlight === 0 && durable > checkpoint) write(durable);
    },
    appending() {
      appendsInFlight++;
      return stored => {
        apply(stored);
        appendsInFlight--;
      };
    },
    close: () => db.close(),
  };
}

async function openFile(path: string, log: EventLog, rows: FollowedRows | undefined): Promise<DatabaseSync> {
  const head = await log.head();
  const usable = tryOpen(path, versionOf(rows));
  const state = usable?.prepare('SELECT log_id, checkpoint FROM state').get();
  if (usable !== undefined && state?.log_id === log.logId && String(state.checkpoint) <= head) return usable;
  usable?.close();
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
  const db = new DatabaseSync(path);
  db.exec(schemaOf(rows));
  db.prepare("INSERT INTO state VALUES (1, ?, '')").run(log.logId);
  return db;
}

function tryOpen(path: string, version: number): DatabaseSync | undefined {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path);
    if (db.prepare('PRAGMA user_version').get()?.user_version === version) {
      db.exec('PRAGMA synchronous = NORMAL');
      return db;
    }
  } catch {
    // Damaged, or no database: it is derived, and made anew.
  }
  db?.close();
  return undefined;
}
