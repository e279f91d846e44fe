import { uuidOf } from '../../domain/log/envelope.ts';
import { erasureEvents } from '../../domain/privacy/erasure.ts';
import type { EventLog } from '../store/event-store.ts';
import type { KeyStore } from './key-store.ts';

const LOOK_AT_EVENTS = 20_000;

/**
 * Destroys, in a key store that was put back, the keys of everybody whose erasure was approved: by the log, and by a
 * list from elsewhere (`redress privacy list` of before), for a log that was put back to before an approval. To
 * be done before a house is opened over them. Reads through the whole log, without decoding it.
 * @returns the subjects that are erased, and how many keys there still were
 */
export async function replayErasures(parts: {
  readonly log: Pick<EventLog, 'readTypes'>;
  readonly keys: Pick<KeyStore, 'isErased' | 'eraseSubject'>;
  readonly alsoSubjects?: readonly string[];
}): Promise<{ readonly subjects: readonly string[]; readonly keysDestroyed: number }> {
  const { log, keys, alsoSubjects = [] } = parts;
  const asked = new Map<string, readonly string[]>();
  const subjects = new Set(alsoSubjects);
  for (let after = ''; ; ) {
    const page = await log.readTypes(after, ['ErasureRequested', 'ErasureApproved'], LOOK_AT_EVENTS);
    for (const { type, streamId, data } of page.events) {
      const erasureId = uuidOf(streamId);
      if (type === 'ErasureRequested') {
        const request = erasureEvents.ErasureRequested.schema.parse(data);
        asked.set(
          erasureId,
          request.subjects.map(({ id }) => id),
        );
      } else for (const subject of asked.get(erasureId) ?? []) subjects.add(subject);
    }
    if (page.upTo === after) break;
    after = page.upTo;
  }
  let keysDestroyed = 0;
  for (const subject of subjects) {
    if (!keys.isErased(subject)) keysDestroyed += await keys.eraseSubject(subject);
  }
  return { subjects: [...subjects], keysDestroyed };
}
