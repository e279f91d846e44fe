import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { hasRoom, watchedStore } from '../../src/engine/watched-store.ts';
import { StoreUnavailableError } from '../../src/store/event-store.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import { house, testClock } from './house.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('a full disk', () => {
  it('is told to the sender, leaves nothing half written, and is over when there is room', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'redress-full-'));
    folders.push(folder);
    const clock = testClock();
    const path = join(folder, 'events.db');
    const opened = await openSqliteStore({ path, clock });
    const { store, health } = watchedStore(opened, () => hasRoom(folder));
    const of = house({ clock, store });
    const caseId = await of.open();
    const reader = new DatabaseSync(path, { readOnly: true });
    const pages = Number(reader.prepare('PRAGMA page_count').get()?.page_count);
    reader.close();
    await opened.execute(`PRAGMA max_page_count = ${pages + 4}`);

    const note = { type: 'note', data: { text: 'x'.repeat(1_500) } };
    const outcomes: unknown[] = [];
    for (let i = 0; i < 20; i++) {
      outcomes.push(
        await of.send(note, { caseId }).then(
          o => o.outcome,
          (error: unknown) => error,
        ),
      );
    }
    const failures = outcomes.filter(o => o instanceof StoreUnavailableError);
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.every(error => error.reason === 'full')).toBe(true);
    expect(await health.trouble()).toContain('full');
    const accepted = outcomes.filter(o => o === 'accepted').length;
    expect(await of.stream(caseId)).toHaveLength(2 + accepted);

    await opened.execute('PRAGMA max_page_count = 1000000');
    expect(await of.send(note, { caseId })).toMatchObject({ outcome: 'accepted', revision: 2 + accepted });
    expect(await health.trouble()).toBeUndefined();
    await store.close();
  });
});
