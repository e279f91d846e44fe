import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { type Engine, openEngine } from '../../src/engine/engine.ts';
import type { ImportReport } from '../../src/import/import-report.ts';
import { importAnswerer, runImport } from '../../src/import/import-run.ts';
import { callLocalSocket } from '../../src/store/local-call.ts';
import { serveLocalSocket } from '../../src/store/local-socket.ts';
import { parcel } from '../engine/parcel-lifecycle.ts';
import { openPlainViews } from '../engine/plain-views.ts';
import { PARCEL_MAPPING } from './import-house.ts';

const HOUR_MS = 3_600_000;
const folders: string[] = [];
const engines: Engine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'redress-import-run-'));
  folders.push(folder);
  return folder;
}

async function open(folder: string) {
  const engine = await openEngine(
    { dataFolder: folder, masterKeyFile: join(folder, 'master.key'), timeZone: 'Asia/Shanghai' },
    {
      clock: { now: () => Date.now() },
      log: { warn() {}, error() {} },
      lifecycles: [parcel],
      workflows: [],
      openViews: openPlainViews,
    },
  );
  engines.push(engine);
  return engine;
}

/** Sixty parcels of two days ago, half of them answered only today: their first replies were due yesterday. */
function logFile(folder: string): string {
  const from = Date.now() - 48 * HOUR_MS;
  const rows = Array.from({ length: 60 }, (_, index) => {
    const row = { parcel: `P${index}`, who: 'ann' };
    const replyHours = index % 2 === 0 ? 2 : 40;
    return [
      { ...row, n: 0, what: 'missed', at: new Date(from + index * 1000).toISOString() },
      { ...row, n: 1, what: 'reply', at: new Date(from + replyHours * HOUR_MS + index * 1000).toISOString() },
    ];
  });
  const path = join(folder, 'log.ndjson');
  writeFileSync(
    path,
    rows
      .flat()
      .map(row => JSON.stringify(row))
      .join('\n'),
  );
  return path;
}

const call = (logFilePath: string) => ({
  mapping: PARCEL_MAPPING,
  mappingFile: 'parcels.yaml',
  logFile: logFilePath,
});

async function typesOf(engine: Engine) {
  const events = await engine.store.readAll('', 100_000);
  const types = events.filter(event => event.streamId.startsWith('parcel-')).map(event => event.type);
  return Object.fromEntries([...Map.groupBy(types, type => type)].map(([type, all]) => [type, all.length]));
}

describe('an import in a house that is open', () => {
  test('fires its timers itself, and lets time go on for its cases at its end', async () => {
    const engine = await open(newFolder());
    const seen: number[] = [];
    const report = await runImport(
      call(logFile(newFolder())),
      engine,
      () => seen.push(engine.heldCases.size),
      new AbortController().signal,
    );

    expect(report.rows).toMatchObject({ imported: 120, rejected: 0 });
    expect(new Set(seen)).toEqual(new Set([60]));
    expect(engine.heldCases.size).toBe(0);
    expect(await typesOf(engine)).toMatchObject({
      SlaClockMet: 30,
      SlaClockBreached: 30,
      SlaClockFulfilled: 30,
    });
  });

  test('cut off before a restart, keeps its cases from breaching until it has gone on', async () => {
    const folder = newFolder();
    const file = logFile(newFolder());
    const first = await open(folder);
    const stop = new AbortController();
    const { handler } = first;
    let commands = 0;
    const stopping = {
      ...handler,
      handle: (request: Parameters<typeof handler.handle>[0]) => {
        commands++;
        if (commands === 70) stop.abort();
        return handler.handle(request);
      },
    };
    const cut = await runImport(call(file), { ...first, handler: stopping }, () => {}, stop.signal);
    expect(cut.finished).toBe(false);
    expect((await first.ready()).warnings.join()).toMatch(/import of depot was cut off/);
    await first.close();

    const second = await open(folder);
    second.wakeTimers();
    await sleep(600);
    const before = await typesOf(second);
    expect(before.SlaClockBreached).toBeUndefined();
    const rest = await runImport(call(file), second, () => {}, new AbortController().signal);

    expect(rest.finished).toBe(true);
    expect(await typesOf(second)).toMatchObject({
      SlaClockMet: 30,
      SlaClockBreached: 30,
      SlaClockFulfilled: 30,
    });
    // What the calendar does not know yet is told from the date on which the tests run.
    const warnings = (await second.ready()).warnings.filter(each => !each.startsWith('calendar '));
    expect(warnings).toEqual([]);
  });

  test('is asked for over the local socket, and stops when the caller hangs up', async () => {
    const folder = newFolder();
    const engine = await open(folder);
    const answer = importAnswerer(engine);
    const socket = await serveLocalSocket(folder, (_method, params, emit, signal) =>
      answer(params, emit, signal),
    );
    const file = logFile(newFolder());

    const hangUp = new AbortController();
    const lost = callLocalSocket(folder, 'import', call(file), {
      signal: hangUp.signal,
      onProgress: () => hangUp.abort(),
    });
    await expect(lost).rejects.toMatchObject({ reason: 'lost' });
    while (engine.heldCases.size > 0 && engine.heldCases.unfinished().length === 0) await sleep(10);

    const report = await callLocalSocket(folder, 'import', call(file));
    // What the handler answered, as JSON.
    expect((report as ImportReport).finished).toBe(true);
    expect(await typesOf(engine)).toMatchObject({ ParcelMissed: 60, SlaClockMet: 30, SlaClockFulfilled: 30 });
    const wrong = callLocalSocket(folder, 'import', { ...call(file), mapping: 'source: depot' });
    await expect(wrong).rejects.toMatchObject({ reason: 'refused', remoteName: 'MappingError' });
    await socket.close();
  });
});
