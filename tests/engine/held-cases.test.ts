import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v4 as uuidv4 } from 'uuid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HeldCases, ImportRunsError } from '../../src/engine/held-cases.ts';
import { startTimekeeper } from '../../src/engine/timekeeper.ts';
import { HOUR_MS, house, MONDAY } from './house.ts';
import { parcel } from './parcel-lifecycle.ts';
import { VirtualTime } from './virtual-time.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redress-held-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const record = (streamIds: readonly string[]) => ({
  importId: '7b0f7f0c-4a5e-4e7b-9b3e-111111111111',
  source: 'depot',
  startedAt: MONDAY,
  streamIds: [...streamIds],
});

describe('cases held back by an import', () => {
  it('stay held over a restart, until the import has come to its end', () => {
    const before = new HeldCases(folder);
    before.begin(record(['parcel-a', 'parcel-b']));

    const after = new HeldCases(folder);
    expect(after.has('parcel-a')).toBe(true);
    expect(after.has('parcel-c')).toBe(false);
    expect(after.unfinished()).toEqual([
      { importId: record([]).importId, source: 'depot', startedAt: MONDAY, cases: 2 },
    ]);

    after.begin(record(['parcel-c']));
    expect(after.unfinished()).toEqual([]);
    expect([...'abc'].map(name => after.has(`parcel-${name}`))).toEqual([true, true, true]);
    after.end(record([]).importId);
    expect(after.has('parcel-a')).toBe(false);
    expect(new HeldCases(folder).size).toBe(0);
  });

  it('say what lies in the way of their folder, and which record cannot be read', () => {
    const path = join(folder, 'unfinished-imports');
    writeFileSync(path, 'a note');
    expect(() => new HeldCases(folder)).toThrow(
      `${path} is a file, where the house keeps a folder of that name: move it away and start again`,
    );
    rmSync(path);
    mkdirSync(path);
    const half = join(path, `${record([]).importId}.json`);
    for (const text of ['{"importId"', '{}']) {
      writeFileSync(half, text);
      expect(() => new HeldCases(folder)).toThrow(`${half} is no record of an unfinished import`);
    }
  });

  it('are let go of by a run that is stopped, and stay held', () => {
    const held = new HeldCases(folder);
    const letGo = held.begin(record(['parcel-a']));
    expect(() => held.begin(record(['parcel-a']))).toThrow(ImportRunsError);
    letGo();
    expect(held.unfinished()).toHaveLength(1);
    expect(held.has('parcel-a')).toBe(true);
    held.begin(record(['parcel-a']));
  });

  it('are passed over by the timekeeper, which looks after the others', async () => {
    const time = new VirtualTime(MONDAY);
    const { handler, store, open, stream } = house({ clock: time });
    const mine = await open({}, { commandId: uuidv4() });
    const imported = await open({}, { commandId: uuidv4() });
    const held = new HeldCases(folder);
    held.begin(record([`parcel-${imported}`]));
    const keeper = startTimekeeper({
      handler,
      views: {
        dueTimers: () =>
          [mine, imported].map(id => ({ streamId: `parcel-${id}`, at: MONDAY, name: 'x', cycle: 1 })),
        nextTimerAt: () => MONDAY,
        // As if it had seen all.
        health: () => ({ position: '~' }),
      },
      lifecycles: [parcel],
      logId: store.logId,
      clock: time,
      log: { warn: () => {}, error: () => {} },
      alarm: time.alarm,
      heldBack: held,
    });
    await time.pass(48 * HOUR_MS);
    keeper.wake();
    await time.pass(HOUR_MS);
    const types = async (id: string) => (await stream(id)).map(event => event.type);
    expect(await types(mine)).toContain('SlaClockBreached');
    expect(await types(imported)).toEqual(['ParcelMissed', 'SlaClockStarted']);

    held.end(record([]).importId);
    keeper.wake();
    await time.pass(HOUR_MS);
    expect(await types(imported)).toContain('SlaClockBreached');
    await keeper.close();
  });
});
