import { v4 as uuidv4 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { createMemoryKeyStore } from '../../src/privacy/memory-key-store.ts';
import { replayErasures } from '../../src/privacy/replay-erasures.ts';
import { memoryStore } from '../../src/store/memory-store.ts';
import { published, testClock } from '../engine/house.ts';

/** A log of one erasure, as far as these types of events. */
async function logWith(subject: string, ...types: readonly string[]) {
  const log = memoryStore({ clock: testClock() });
  const streamId = `erasure-${uuidv4()}`;
  const data: Record<string, object> = {
    ErasureRequested: {
      subjects: [{ kind: 'party', id: subject }],
      ground: 'objection',
      requestedBy: uuidv4(),
    },
    ErasureApproved: { approvedBy: uuidv4() },
    ErasureRefused: { because: 'notTheirData', refusedBy: uuidv4() },
  };
  for (const [at, type] of types.entries()) {
    await log.append(streamId, at - 1, [published(streamId, type, data[type] ?? {})]);
  }
  return log;
}

describe('a key store that was put back', () => {
  it('loses the keys of everybody whose erasure the log approved', async () => {
    const [subject, other] = [uuidv4(), uuidv4()];
    const keys = createMemoryKeyStore();
    const { keyId } = keys.keyFor(subject);
    const kept = keys.keyFor(other);
    const log = await logWith(subject, 'ErasureRequested', 'ErasureApproved');
    expect(await replayErasures({ log, keys })).toEqual({ subjects: [subject], keysDestroyed: 1 });
    expect(keys.keyById(keyId)).toBeUndefined();
    expect(keys.keyById(kept.keyId)).toEqual(kept);
    // Done already: nothing more to destroy.
    expect(await replayErasures({ log, keys })).toEqual({ subjects: [subject], keysDestroyed: 0 });
  });

  it.each([
    ['only asked for', ['ErasureRequested']],
    ['refused', ['ErasureRequested', 'ErasureRefused']],
  ])('keeps the keys where an erasure was %s', async (_what, types) => {
    const subject = uuidv4();
    const keys = createMemoryKeyStore();
    const { keyId } = keys.keyFor(subject);
    expect(await replayErasures({ log: await logWith(subject, ...types), keys })).toMatchObject({
      keysDestroyed: 0,
    });
    expect(keys.keyById(keyId)).toBeDefined();
  });

  it('loses the keys of those on a list from elsewhere, whom its log does not know of yet', async () => {
    const subject = uuidv4();
    const keys = createMemoryKeyStore();
    keys.keyFor(subject);
    const log = await logWith(subject, 'ErasureRequested');
    const alsoSubjects = [subject];
    expect(await replayErasures({ log, keys, alsoSubjects })).toEqual({
      subjects: [subject],
      keysDestroyed: 1,
    });
    expect(keys.isErased(subject)).toBe(true);
  });
});
