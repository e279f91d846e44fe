import { v7 as uuidv7 } from 'uuid';
import { LOG_STREAM_ID } from '../../domain/log/fixed-streams.ts';
import { lastMove, logMoved } from '../../domain/log/log-moved.ts';
import { base64Of, sameHash } from '../audit/merkle.ts';
import type { WallClock } from '../clock.ts';
import { NoLogError } from '../store/log-place.ts';
import { compareBeginning, copyRest, treeOf } from './copy-log.ts';
import type { LogAddress } from './log-address.ts';
import { MigrationError } from './migration-error.ts';
import { moveKeys } from './move-keys.ts';
import { type OpenLog, openLog } from './open-log.ts';

export interface MigrationWanted {
  readonly from: LogAddress;
  readonly to: LogAddress;
  /** The log was moved before, and what it was moved to is lost: its closed source is copied once more. */
  readonly again?: boolean;
  /** The file of the master key that wraps the house's keys; without it `master.key` in the data folder. */
  readonly masterKeyFile?: string | undefined;
}

export interface MigrationProgress {
  readonly doing: 'comparing' | 'copying' | 'verifying';
  readonly events: number;
}

export interface Migrated {
  readonly logId: string;
  /** In the tree, in both stores alike. */
  readonly events: number;
  readonly root: string;
  /** How often the log has moved, this time included. */
  readonly move: number;
  /** That this call copied; the rest was there. */
  readonly copied: number;
  /** That were brought to where its nodes look for them. */
  readonly keys: number;
}

/**
 * Moves the log to a store of the other kind: copies every event with its id, its times and its place among all,
 * closes the source with `LogMoved`, which is copied as the last, and reads the target back. Until then the target
 * opens for nobody, and the source for nobody after. The keys go along. Cut off at any point, it is called again and
 * goes on.
 * @throws MigrationError, DataFolderBusyError, LogFileError, LogElsewhereError, StoreUnavailableError
 */
export async function migrate(
  { from, to, again = false, masterKeyFile }: MigrationWanted,
  clock: WallClock,
  onProgress: (progress: MigrationProgress) => void,
): Promise<Migrated> {
  if (from.home === to.home) {
    throw new MigrationError(
      'a log moves from the embedded store to EventStoreDB or back; within one kind, a backup is what copies it',
    );
  }
  await using opened = new AsyncDisposableStack();
  const source = await openLog(from);
  opened.defer(() => source.close());
  const target = await openTarget(source, to, again);
  opened.defer(() => target.close());
  if (target.store.logId !== source.store.logId) {
    throw new MigrationError(
      `${target.shown} holds another log (${target.store.logId}) than ${source.shown} (${source.store.logId}): name an empty target`,
    );
  }

  const beginning = await compareBeginning(source, target, told(onProgress, 'comparing'));
  const before = beginning.tree.size;
  await target.mark('unfinished');
  const copying = told(onProgress, 'copying');
  const most = await copyRest(source, target, beginning, copying);
  const keys = await moveKeys({ source, target }, masterKeyFile, clock);
  const all = await copyRest(source, target, most, copying);
  const { closedAt, move } = await closed(source, target, all.tree, clock);
  const { tree } = await copyRest(source, target, all, copying);

  const copy = await treeOf(target.bodies, told(onProgress, 'verifying'));
  const [root, copiedRoot] = [tree.root(), copy.root()];
  if (copy.size !== tree.size || !sameHash(root, copiedRoot)) {
    throw new MigrationError(
      `the copy in ${target.shown} has ${copy.size} events with the root ${base64Of(copiedRoot)}, and what was read of ` +
        `${source.shown} had ${tree.size} with ${base64Of(root)}: it stays closed. Empty the target, and move again`,
    );
  }
  if ((await source.store.head()) !== closedAt) {
    throw new MigrationError(
      `something was written to ${source.shown} after it was closed: stop every node that serves it, and move again`,
    );
  }
  await target.mark('whole');
  const { logId } = source.store;
  return { logId, events: tree.size, root: base64Of(root), move, copied: tree.size - before, keys };
}

async function openTarget(source: OpenLog, to: LogAddress, again: boolean): Promise<OpenLog> {
  const [first, ...later] = await source.store.readStream(LOG_STREAM_ID);
  if (first === undefined) throw new MigrationError(`there is no log in ${source.shown}`);
  const { position: _position, ...firstEvent } = first;
  const moved = lastMove(later);
  if (moved?.to !== to.home || again) return openLog(to, firstEvent);
  try {
    // It was copied whole before it was closed.
    return await openLog(to);
  } catch (error) {
    if (!(error instanceof NoLogError)) throw error;
    throw new MigrationError(
      `the log in ${source.shown} moved at ${new Date(moved.movedAt).toISOString()}, and not to ${to.shown}, where there is none: ` +
        'name where it went. Only if that is lost for good, --again copies it once more',
    );
  }
}

/** Appends the source's last event, where an earlier call has not; answers its position. */
async function closed(
  source: OpenLog,
  target: OpenLog,
  tree: { readonly size: number; root(): Uint8Array },
  clock: WallClock,
): Promise<{ readonly closedAt: string; readonly move: number }> {
  const ofLog = await source.store.readStream(LOG_STREAM_ID);
  const last = lastMove(ofLog);
  const lastEvent = ofLog.at(-1);
  if (last !== undefined && last.to === target.home && lastEvent !== undefined) {
    return { closedAt: lastEvent.position, move: last.move };
  }
  const move = (last?.move ?? 0) + 1;
  const event = logMoved(
    { move, from: source.home, to: target.home, size: tree.size, root: base64Of(tree.root()) },
    { eventId: uuidv7(), commandId: uuidv7() },
    clock.now(),
  );
  const result = await source.store.append(LOG_STREAM_ID, ofLog.length - 1, [event]);
  if (result.outcome === 'appended') return { closedAt: result.position, move };
  throw new MigrationError(
    `something else writes into ${source.shown}: stop every node that serves it, and move again`,
  );
}

/** Not for each event: a terminal is not written to as fast as a log is read. */
function told(onProgress: (progress: MigrationProgress) => void, doing: MigrationProgress['doing']) {
  let next = 0;
  return (events: number): void => {
    const now = performance.now();
    if (now < next) return;
    next = now + 200;
    onProgress({ doing, events });
  };
}
