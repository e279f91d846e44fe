import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_DEFECT_CATEGORIES } from '../../domain/complaint/default-defect-categories.ts';
import { openDirectory } from '../../src/directory/directory-file.ts';
import { createDirectoryService } from '../../src/directory/directory-service.ts';
import { bootstrap } from '../../src/engine/bootstrap.ts';
import { createMemoryKeyStore } from '../../src/privacy/memory-key-store.ts';
import { createSealer } from '../../src/privacy/sealer.ts';
import { memoryStore } from '../../src/store/memory-store.ts';
import { testClock } from './house.ts';

describe('the first start', () => {
  it('of two nodes at once makes one policy, one calendar, one list of categories and one team', async () => {
    const clock = testClock();
    const store = memoryStore({ clock });
    const sealer = createSealer(createMemoryKeyStore());
    const folder = mkdtempSync(join(tmpdir(), 'redress-bootstrap-'));
    const node = async (name: string) => {
      const directory = await openDirectory({ path: join(folder, name), log: store });
      const { give } = createDirectoryService({ store, sealer, clock, directory });
      return { start: () => bootstrap({ store, clock, give }), close: () => directory.close() };
    };
    const nodes = [await node('one.db'), await node('two.db')];
    await Promise.all(nodes.map(each => each.start()));
    await Promise.all(nodes.map(each => each.start()));
    for (const each of nodes) each.close();
    rmSync(folder, { recursive: true });
    const streams = (await store.readAll('', 100)).map(e => e.streamId);
    expect(new Set(streams).size).toBe(5);
    expect(streams).toHaveLength(5);
  });
});

describe('the default defect categories', () => {
  it('have codes of their own', () => {
    const codes = DEFAULT_DEFECT_CATEGORIES.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});
