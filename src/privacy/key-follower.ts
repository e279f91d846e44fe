import type { Position } from '../../domain/log/envelope.ts';
import type { LogFollower } from '../directory/log-follower.ts';
import type { EventLog } from '../store/event-store.ts';
import { KeyFileError } from './key-file.ts';
import type { KeyUse, SqliteKeyStore } from './sqlite-key-store.ts';

/**
 * Tells the key store from the log whose the keys are that were given out before a crash. A checkpoint in another
 * log, or beyond the end of one that was put back from a backup, counts for nothing: the log is read from its start.
 * @throws KeyFileError when the keys are of another log and this one has just begun: that one is lost, and what is
 *   written from now on would hide it
 */
export async function keyFollower(keys: SqliteKeyStore, log: EventLog): Promise<LogFollower> {
  const inThisLog = `${log.logId} `;
  const head = await log.head();
  const stored = keys.checkpoint();
  let checkpoint: Position = stored.startsWith(inThisLog) ? stored.slice(inThisLog.length) : '';
  if (checkpoint > head) checkpoint = '';
  if (stored !== '' && !stored.startsWith(inThisLog) && (await log.readAll('', 2)).length < 2) {
    throw new KeyFileError(
      `the log is gone: keys.db holds the keys of the log ${stored.split(' ')[0]}, and the one here has just begun. ` +
        'Put events.db back from its backup (redress restore), or begin anew in an empty folder',
    );
  }
  return {
    checkpoint: () => checkpoint,
    take(events, upTo) {
      const uses = new Map<string, KeyUse>();
      for (const { sealed } of events) {
        for (const { subject, keyId } of sealed) uses.set(keyId + subject, { subject, keyId });
      }
      keys.reconcile(uses.values(), inThisLog + upTo);
      checkpoint = upTo;
    },
    moveCheckpoint(durable) {
      if (durable <= checkpoint) return;
      // Keys are given out before the events that name them are appended: up to a durable position all are known.
      keys.setCheckpoint(inThisLog + durable);
      checkpoint = durable;
    },
  };
}
