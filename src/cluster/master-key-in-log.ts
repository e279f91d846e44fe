import { v7 as uuidv7 } from 'uuid';
import { LOG_STREAM_ID } from '../../domain/log/fixed-streams.ts';
import { houseEvents } from '../../domain/log/house-events.ts';
import { houseMetadata } from '../../domain/log/house-metadata.ts';
import { patientAppend } from '../engine/patient-append.ts';
import type { NumberedMasterKey } from '../privacy/key-wrap.ts';
import { type MasterKey, MasterKeyError, readMasterKey } from '../privacy/master-key.ts';
import type { EventStore } from '../store/event-store.ts';

/**
 * The master key that every node has, as its file holds it: it is never made up, since each node would make another.
 * @throws MasterKeyError
 */
export function readSharedMasterKey(file: string): MasterKey {
  try {
    return readMasterKey(file);
  } catch (error) {
    if (!(error instanceof MasterKeyError)) throw error;
    throw new MasterKeyError(
      `${error.message} With a log that nodes share no master key is made up: give every node the same one, and name its file by REDRESS_MASTER_KEY_FILE`,
      { cause: error },
    );
  }
}

/**
 * Compares the master key with the fingerprint in the log; the first node of a new log writes it there. Of two that do
 * so at once with different keys one is refused.
 * @throws MasterKeyError for another key than the log names; StoreUnavailableError
 */
export async function agreeOnMasterKey(
  store: EventStore,
  master: MasterKey,
  clock: { now(): number },
): Promise<NumberedMasterKey> {
  const { MasterKeyNamed } = houseEvents;
  for (;;) {
    const ofLog = await store.readStream(LOG_STREAM_ID);
    const named = ofLog.filter(({ type }) => type === 'MasterKeyNamed');
    const last = named.at(-1);
    if (last !== undefined) {
      const { fingerprint } = MasterKeyNamed.schema.parse(last.data);
      if (fingerprint === master.id) return { number: named.length, master };
      throw new MasterKeyError(
        `the log names the master key with the fingerprint ${fingerprint}, and this node was given ${master.id}: ` +
          'name the file with the right one by REDRESS_MASTER_KEY_FILE; it is the same on every node',
      );
    }
    const now = clock.now();
    const commandId = uuidv7();
    await patientAppend(store, LOG_STREAM_ID, ofLog.length - 1, [
      {
        eventId: uuidv7(),
        type: 'MasterKeyNamed',
        schemaVersion: MasterKeyNamed.schemaVersion,
        data: { fingerprint: master.id },
        sealed: [],
        metadata: houseMetadata(commandId, now),
      },
    ]);
  }
}
