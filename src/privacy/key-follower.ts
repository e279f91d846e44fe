import type { LogFollower } from '../directory/log-follower.ts';
import type { KeyUse, SqliteKeyStore } from './sqlite-key-store.ts';

/** Tells the key store from the log whose the keys are that were given out before a crash. */
export function keyFollower(keys: SqliteKeyStore): LogFollower {
  return {
    checkpoint: () => keys.checkpoint(),
    take(events, upTo) {
      const uses = new Map<string, KeyUse>();
      for (const { sealed } of events) {
        for (const { subject, keyId } of sealed) uses.set(keyId + subject, { subject, keyId });
      }
      keys.reconcile(uses.values(), upTo);
    },
    // Keys are given out before the events that name them are appended: up to a durable position all are known.
    moveCheckpoint: durable => keys.setCheckpoint(durable),
  };
}
