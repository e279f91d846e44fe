import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { StoredEvent } from '../../domain/log/envelope.ts';
import { personal } from '../../domain/log/personal.ts';
import { masterKeyOf } from '../../src/privacy/master-key.ts';
import { sealBox } from '../../src/privacy/sealed-box.ts';
import { createSealer, type SealInput } from '../../src/privacy/sealer.ts';
import { openSqliteKeyStore } from '../../src/privacy/sqlite-key-store.ts';
import { figure } from './figure.ts';

const received = z.object({
  text: personal(z.string()),
  contactId: z.uuid(),
  contactName: personal(z.string(), 'contactId'),
  items: z.array(z.object({ product: z.string(), remark: personal(z.string()).optional() })),
});
const clockStarted = z.object({ clock: z.string(), dueAt: z.int() });

/** What sealing, opening and a new subject's key cost on the way of an append, in microseconds. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'redress-bench-seal-'));
  const keys = openSqliteKeyStore({ path: join(folder, 'keys.db'), masterKey: masterKeyOf(randomBytes(32)) });
  try {
    const sealer = createSealer(keys);
    const text = '拉头脱落，布带在车缝处开裂，客户要求两天内答复。'.repeat(6);
    const data = {
      text,
      contactId: randomUUID(),
      contactName: '王小明',
      items: [{ product: 'P-5', remark: '右侧' }, { product: 'P-6' }],
    };
    const event = (body: SealInput['data']): SealInput => ({
      eventId: randomUUID(),
      streamId: `complaint-${randomUUID()}`,
      type: 'ComplaintReceived',
      schemaVersion: 1,
      data: body,
    });
    const oneSubject = z.object({ text: received.shape.text });
    const known = event(data);
    const withCommand = { ...known, command: { type: 'receive', data } };
    const body = JSON.stringify(data);
    const clock = event({ clock: 'firstReply', dueAt: 1 });
    const sealed: StoredEvent = {
      ...known,
      ...sealer.seal(known, { event: oneSubject }),
      revision: 0,
      metadata: {
        occurredAt: 1,
        decidedAt: 1,
        recordedAt: 1,
        actor: { id: randomUUID(), role: 'agent', via: 'http' },
        commandId: randomUUID(),
        correlationId: randomUUID(),
        deciderVersion: 1,
      },
    };
    const subject = randomUUID();

    const measure = (name: string, work: () => void): void => figure('seal', name, microseconds(work), 'µs');
    const [key, plaintext, bound] = [randomBytes(32), Buffer.from(text), Buffer.from(known.eventId)];
    measure('cipherAlone', () => sealBox(key, plaintext, bound));
    measure('sealNothingPersonal', () => sealer.seal(clock, { event: clockStarted }));
    measure('sealOneBlock', () => sealer.seal(known, { event: oneSubject }));
    measure('sealTwoBlocks', () => sealer.seal(known, { event: received }));
    measure('sealTwoBlocksWithCommand', () =>
      sealer.seal(withCommand, { event: received, command: received }),
    );
    measure('openOneBlock', () => sealer.open(sealed));
    measure('bodyMac', () => sealer.bodyMac(subject, body));
    figure('seal', 'newSubject', await newSubjectMicroseconds(() => keys.keyFor(randomUUID())), 'µs');
  } finally {
    await keys.close();
    rmSync(folder, { recursive: true });
  }
}

const RUNS = 20_000;

function microseconds(work: () => void): number {
  for (let times = 0; times < RUNS / 4; times++) work();
  const from = performance.now();
  for (let times = 0; times < RUNS; times++) work();
  return ((performance.now() - from) / RUNS) * 1000;
}

/** With all that new keys cost: making, wrapping and flushing them in batches, and writing whose they are. */
async function newSubjectMicroseconds(work: () => void): Promise<number> {
  const from = performance.now();
  for (let times = 0; times < RUNS; times++) {
    work();
    // As a server does, which gets back to its event loop: batches are made between requests.
    if (times % 16 === 0) await new Promise(setImmediate);
  }
  return ((performance.now() - from) / RUNS) * 1000;
}
