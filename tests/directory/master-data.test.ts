import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { v4 } from 'uuid';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { customer } from '../../domain/master-data/customer.ts';
import { type FollowingDirectory, openDirectory } from '../../src/directory/directory-file.ts';
import { createDirectoryService, type DirectoryService } from '../../src/directory/directory-service.ts';
import { catchUp } from '../../src/directory/log-follower.ts';
import { BadMasterCursorError, masterIdOf } from '../../src/directory/master-data.ts';
import { createMemoryKeyStore } from '../../src/privacy/memory-key-store.ts';
import { createSealer } from '../../src/privacy/sealer.ts';
import type { EventStore } from '../../src/store/event-store.ts';
import { memoryStore } from '../../src/store/memory-store.ts';

const now = Date.UTC(2026, 10, 24, 8);
let folder: string;
let store: EventStore;
let following: FollowingDirectory;
let service: DirectoryService;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'redress-master-'));
  store = memoryStore({ clock: { now: () => now } });
  await open();
});
afterEach(async () => {
  following.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

async function open(name = 'directory.db'): Promise<void> {
  following = await openDirectory({ path: join(folder, name), log: store });
  const sealer = createSealer(createMemoryKeyStore());
  service = createDirectoryService({ store, sealer, clock: { now: () => now }, directory: following });
}

async function register(code: string, name: string): Promise<string> {
  const id = masterIdOf(store.logId, 'customer', code);
  const commandId = v4();
  const outcome = await service.give(customer, {
    actor: { id: v4(), role: 'admin', via: 'cli' },
    commandId,
    keyed: false,
    correlationId: commandId,
    id,
    command: { type: 'registerCustomer', data: { code, name } },
  });
  if (outcome.outcome !== 'accepted') throw new Error(JSON.stringify(outcome));
  return id;
}

/** What stands in the file from now on, as a checkpoint writes it. */
async function checkpoint(): Promise<void> {
  following.moveCheckpoint(await store.head());
}

const list = (more: object = {}) =>
  following.directory.listMaster({ category: 'customer', limit: 200, ...more });

describe('master data', () => {
  test('is there at once, and after every kind of start', async () => {
    const early = await register('A-1', '南洋制衣');
    await checkpoint();
    const late = await register('A-2', 'Nanyang');
    const all = { ids: [early, late] };
    expect(list()).toEqual(all);
    following.close();

    // As after a crash: the second came after the checkpoint.
    await open();
    expect(list()).toEqual({ ids: [early] });
    await catchUp(store, [following]);
    expect(list()).toEqual(all);
    following.close();

    await open('another.db');
    await catchUp(store, [following]);
    expect(list()).toEqual(all);
    expect(following.directory.customer(late)).toMatchObject({
      code: 'A-2',
      name: 'Nanyang',
      retired: false,
    });
  });

  test('is not in the file before the log’s checkpoint is', async () => {
    const id = await register('A-1', 'Nanyang');
    following.close();
    await open();
    expect(following.directory.customer(id)).toBeUndefined();
  });

  test('has one record for a code, however it is written', () => {
    const of = (code: string) => masterIdOf(store.logId, 'product', code);
    expect(of('5vs－CFC ')).toBe(of('5VS-CFC'));
    expect(of('5VS-CFC')).not.toBe(of('5VS-CFD'));
    expect(masterIdOf(store.logId, 'supplier', '5VS-CFC')).not.toBe(of('5VS-CFC'));
  });

  test('takes no cursor but its own', () => {
    expect(() => list({ after: 'x' })).toThrow(BadMasterCursorError);
  });

  test('is listed the same, in whatever pages, written or not yet', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(
          fc.tuple(fc.stringMatching(/^[a-zA-Z0-9中文😀é-]{1,6}$/u), fc.constantFrom('甲 A', '乙 b')),
          {
            maxLength: 12,
            selector: ([code]) => code.normalize('NFKC').toUpperCase(),
          },
        ),
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom('', '甲', 'B', 'a', '中'),
        async (records, writtenUpTo, limit, search) => {
          store = memoryStore({ clock: { now: () => now } });
          await open(`${v4()}.db`);
          try {
            for (const [index, [code, name]] of records.entries()) {
              await register(code, name);
              if (index === writtenUpTo) await checkpoint();
            }
            const seen: string[] = [];
            for (let after: string | undefined; ; ) {
              const page = list({ search, limit, ...(after === undefined ? {} : { after }) });
              seen.push(...page.ids);
              after = page.next;
              if (after === undefined) break;
            }
            const wanted = records
              .filter(([code, name]) => `${code}\n${name}`.toLowerCase().includes(search.toLowerCase()))
              .map(([code]) => code)
              .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
            expect(seen).toEqual(wanted.map(code => masterIdOf(store.logId, 'customer', code)));
          } finally {
            following.close();
          }
        },
      ),
      { numRuns: 40 },
    );
    await open();
  });
});
