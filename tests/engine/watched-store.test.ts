import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hasRoom, watchedStore } from '../../src/engine/watched-store.ts';
import { type EventStore, StoreUnavailableError } from '../../src/store/event-store.ts';
import { memoryStore } from '../../src/store/memory-store.ts';
import { testClock } from './house.ts';

const folders: string[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function troubled(folder = mkdtempSync(join(tmpdir(), 'redress-watched-'))) {
  folders.push(folder);
  const inner = memoryStore({ clock: testClock() });
  const append = vi
    .spyOn(inner, 'append')
    .mockRejectedValue(new StoreUnavailableError('full', 'the disk is full'));
  const watched = watchedStore(inner, () => hasRoom(folder));
  const tryAppend = () => watched.store.append('party-00000000-0000-4000-8000-000000000000', -1, []);
  return { ...watched, tryAppend, append };
}

/** What the store and its probe go by is the process's own time. */
function later(ms: number): void {
  const now = performance.now();
  vi.spyOn(performance, 'now').mockReturnValue(now + ms);
}

describe('the health of the log', () => {
  it('is good until an append fails, and again after one that does not', async () => {
    const { health, tryAppend, append } = troubled();
    expect(await health.trouble()).toBeUndefined();
    await expect(tryAppend()).rejects.toThrow('the disk is full');
    expect(await health.trouble()).toBe('the disk is full');
    const appended: Awaited<ReturnType<EventStore['append']>> = { outcome: 'conflict', actualRevision: 1 };
    append.mockResolvedValue(appended);
    await tryAppend();
    expect(await health.trouble()).toBeUndefined();
  });

  it('is found good again by writing beside the log, when nobody sends a command', async () => {
    const { health, tryAppend } = troubled();
    await expect(tryAppend()).rejects.toThrow();
    later(6_000);
    expect(await health.trouble()).toBeUndefined();
  });

  it('stays bad where nothing can be written', async () => {
    const { health, tryAppend } = troubled(join(tmpdir(), 'redress-no-such-folder'));
    await expect(tryAppend()).rejects.toThrow();
    later(6_000);
    expect(await health.trouble()).toBe('the disk is full');
  });
});
