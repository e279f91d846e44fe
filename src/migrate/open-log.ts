import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredEvent } from '../../domain/log/envelope.ts';
import type { LogHome } from '../../domain/log/log-moved.ts';
import { systemClock } from '../clock.ts';
import { markUnfinished, markWhole } from '../store/copy-mark.ts';
import { openDataFolder } from '../store/data-folder.ts';
import type { EventStore } from '../store/event-store.ts';
import { markCopy } from '../store/eventstoredb/copy-mark.ts';
import { openEventStoreDb } from '../store/eventstoredb/eventstoredb-store.ts';
import { leaseClient } from '../store/eventstoredb/shared-client.ts';
import { NoLogError } from '../store/log-place.ts';
import type { KeyStreams } from '../store/shared-store.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import { type BodyReader, bodiesOf, openSqliteBodies } from '../store/stored-bodies.ts';
import type { LogAddress } from './log-address.ts';
import { MigrationError } from './migration-error.ts';
import { patiently } from './patience.ts';

/** A log that is copied from or to. */
export interface OpenLog {
  readonly home: LogHome;
  /** For people: without a password. */
  readonly shown: string;
  readonly store: EventStore;
  readonly bodies: BodyReader;
  /** Appends that may be on their way at once and still come into the log in the order in which they were asked for. */
  readonly appendsAtOnce: number;
  /** The data folder of an embedded log, where the keys lie in a file. */
  readonly folder?: string;
  /** On a log that nodes share, where each key has a stream of its own. */
  readonly keyStreams?: KeyStreams;
  /** Whether a service may open it. */
  mark(state: 'unfinished' | 'whole'): Promise<void>;
  close(): Promise<void>;
}

const EVENTS_FILE = 'events.db';
/** They go into one commit, in order. */
const SQLITE_APPENDS = 128;

/**
 * Opens a log to copy it from, or, with the first event of another, to copy that into it. A data folder is owned as by
 * a service.
 * @throws MigrationError; DataFolderBusyError; LogFileError; LogElsewhereError; StoreUnavailableError
 */
export function openLog(address: LogAddress, first?: StoredEvent): Promise<OpenLog> {
  return address.home === 'sqlite'
    ? openFolder(address.folder, address.shown, first)
    : openServer(address.connectionString, address.shown, first);
}

async function openFolder(folder: string, shown: string, first: StoredEvent | undefined): Promise<OpenLog> {
  const path = join(folder, EVENTS_FILE);
  if (first === undefined && !existsSync(path)) throw new NoLogError(`there is no log in ${folder}`);
  await using opened = new AsyncDisposableStack();
  const owned = openDataFolder(folder);
  opened.defer(() => owned.release());
  if (!existsSync(path)) refuseRemains(folder);
  const store = await openSqliteStore({
    path,
    clock: systemClock,
    copy: first === undefined ? {} : { first },
  });
  opened.defer(() => store.close());
  const bodies = openSqliteBodies(path);
  opened.defer(() => bodies.close());
  const all = opened.move();
  return {
    home: 'sqlite',
    shown,
    store,
    bodies,
    appendsAtOnce: SQLITE_APPENDS,
    folder: owned.path,
    async mark(state) {
      if (state === 'unfinished') markUnfinished(path);
      else markWhole(path);
    },
    close: () => all.disposeAsync(),
  };
}

/** What was made of another log would be taken for this one's. */
function refuseRemains(folder: string): void {
  const remains = readdirSync(folder).filter(name => name.endsWith('.db') && name !== 'lock.db');
  if (remains.length === 0) return;
  throw new MigrationError(
    `${folder} has no log, but ${remains.join(', ')} of one: name a folder that is empty, or does not exist`,
  );
}

async function openServer(
  connectionString: string,
  shown: string,
  first: StoredEvent | undefined,
): Promise<OpenLog> {
  await using opened = new AsyncDisposableStack();
  const lease = leaseClient(connectionString);
  opened.defer(() => lease.release());
  const store = await openEventStoreDb({
    connectionString,
    clock: systemClock,
    copy: first === undefined ? {} : { first },
  });
  opened.defer(() => store.close());
  const all = opened.move();
  return {
    home: 'eventstoredb',
    shown,
    store,
    bodies: bodiesOf(store),
    // Of several on their way the server takes the one first that comes first.
    appendsAtOnce: 1,
    keyStreams: store.keyStreams,
    mark: state => patiently(() => markCopy(lease.client, state === 'unfinished')),
    close: () => all.disposeAsync(),
  };
}
