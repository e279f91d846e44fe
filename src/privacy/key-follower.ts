import type { Position } from '../../domain/log/envelope.ts';
import type { LogFollower } from '../directory/log-follower.ts';
import type { EventLog } from '../store/event-store.ts';
import type { KeyUse, SqliteKeyStore } from './sqlite-key-store.ts';

/**
 * Tells the key store from the log whose the keys are that were given out before a crash. A checkpoint in another
 * log, or beyond the end of one that was put back from a backup, counts for nothing: the log is read from its start.
 */
export async function keyFollower(keys: SqliteKeyStore, log: EventLog): Promise<LogFollower> {
  const inThisLog = `${log.logId} `;
  const head = await log.head();
  const stored = keys.checkpoint();
  let checkpoint: Position = stored.startsWith(inThisLog) ? stored.slice(inThisLog.length) : '';
  if (checkpoint > head) checkpoint = '';
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
