import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { lifecycles } from '../../domain/lifecycles.ts';
import { resultOf } from '../../domain/sla/clock.ts';
import { checkLog } from '../../src/import/check-log.ts';
import type { ImportReport } from '../../src/import/import-report.ts';
import { importLog } from '../../src/import/importer.ts';
import { logLines } from '../../src/import/log-lines.ts';
import { readMapping } from '../../src/import/mapping-file.ts';
import { workflows } from '../../workflows/index.ts';
import { testClock } from '../engine/house.ts';
import { sharedPath } from '../shared-data.ts';
import { importHouse } from './import-house.ts';

const NAME = 'data/event-logs/helpdesk.ndjson.gz';
const DAY_MS = 86_400_000;
const TODAY = Date.parse('2026-11-24T00:00:00Z');

interface Row {
  readonly case: string;
  readonly seq: number;
  readonly activity: string;
  readonly at: string;
  readonly resource: string;
}

/** The raw log read by nothing of ours. */
function rawCases(): readonly (readonly Row[])[] {
  const rows: Row[] = gunzipSync(readFileSync(sharedPath(NAME)))
    .toString('utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
  const cases = Map.groupBy(rows, row => row.case);
  return [...cases.values()].map(own => own.toSorted((a, b) => a.seq - b.seq));
}

/** What the mapping's words come to, counted by hand over the raw rows. */
function countedByHand(cases: readonly (readonly Row[])[]) {
  const count = { closings: 0, reopenings: 0, tooLate: 0, assignments: 0, classified: 0, reclassified: 0 };
  const firstReply = { met: 0, late: 0, cancelled: 0 };
  for (const rows of cases) {
    const receivedAt = Date.parse(rows[0]?.at ?? '');
    let closedAt: number | undefined;
    let assignee = '';
    let classified = false;
    let repliedAt: number | undefined;
    let endedAt: number | undefined;
    for (const { activity, at: written, resource } of rows) {
      const at = Date.parse(written);
      if (activity === 'Take in charge ticket' && closedAt !== undefined) {
        if (at > closedAt + 30 * DAY_MS) {
          count.tooLate++;
          continue;
        }
        closedAt = undefined;
        count.reopenings++;
      }
      if (activity === 'Take in charge ticket' && assignee !== resource) {
        assignee = resource;
        count.assignments++;
      }
      if (['Take in charge ticket', 'Resolve ticket'].includes(activity) && endedAt === undefined)
        repliedAt ??= at;
      if (activity === 'Assign seriousness') {
        if (classified) count.reclassified++;
        else count.classified++;
        classified = true;
      }
      if (activity === 'Closed' && closedAt === undefined) {
        closedAt = at;
        endedAt ??= at;
        count.closings++;
      }
    }
    const dueAt = receivedAt + DAY_MS;
    if (repliedAt !== undefined) firstReply[repliedAt <= dueAt ? 'met' : 'late']++;
    else if (endedAt !== undefined && endedAt <= dueAt) firstReply.cancelled++;
    else firstReply.late++;
  }
  return { ...count, firstReply };
}

describe('the help desk’s history', { timeout: 120_000 }, () => {
  let house: Awaited<ReturnType<typeof importHouse>>;
  let report: ImportReport;
  const lifecycle = lifecycles.find(({ name }) => name === 'complaint');
  const text = readFileSync(join(import.meta.dirname, '../../mappings/helpdesk.yaml'), 'utf8');
  const mapping = readMapping(text, 'helpdesk.yaml', lifecycles);
  const cases = rawCases();
  const byHand = countedByHand(cases);

  beforeAll(async () => {
    if (lifecycle === undefined) throw new Error('there are no complaints');
    house = await importHouse({ clock: testClock(TODAY), lifecycle, workflows });
    report = await importLog(logLines(sharedPath(NAME)), mapping, house.target);
  }, 120_000);

  test('is imported whole, each row with its fate', () => {
    const { imported, leftOut, rejected, ...others } = report.rows;
    expect(others).toEqual({ read: 21_348, broken: 0, alreadyThere: 0, passedBefore: 0 });
    expect(imported + leftOut + rejected).toBe(21_348);
    expect(report).toMatchObject({ cases: 4_580, people: 22, finished: true });
    expect(leftOut).toBe(report.leftOutBecause.reduce((sum, { rows }) => sum + rows, 0));
  });

  test('has one row that the rules refuse: taken up again after the reopening period', () => {
    expect(report.refused.map(({ line, reason }) => [line, reason])).toEqual([
      [7_526, 'reopeningPeriodOver'],
    ]);
    expect(byHand.tooLate).toBe(1);
  });

  test('gives as many commands as one counts by hand', () => {
    expect(report.commands).toMatchObject({
      receive: cases.length,
      close: byHand.closings,
      reopen: byHand.reopenings,
      assign: byHand.assignments,
      classify: byHand.classified,
      reclassify: byHand.reclassified,
    });
  });

  test('has its first replies met and late as one counts by hand', async () => {
    if (lifecycle === undefined) return;
    const results = { met: 0, late: 0, cancelled: 0 };
    const streams = new Set((await house.events()).map(event => event.streamId));
    for (const streamId of streams) {
      const loaded = await house.handler.load(lifecycle, streamId.slice(streamId.indexOf('-') + 1));
      const clock = loaded?.state.clocks.find(c => c.clock === 'firstReply' && c.cycle === 1);
      const result = clock === undefined ? 'none' : resultOf(clock);
      if (result === 'breachedOpen') results.late++;
      else if (result === 'met' || result === 'late' || result === 'cancelled') results[result]++;
      else throw new Error(`the first reply of ${streamId} is ${result}`);
    }
    expect(results).toEqual(byHand.firstReply);
  });

  test('has every timer at its true instant, and each case in order of time', async () => {
    const events = await house.events();
    const decidedAt = new Map<string, number>();
    const outOfOrder = events.filter(({ streamId, metadata }) => {
      const before = decidedAt.get(streamId) ?? 0;
      decidedAt.set(streamId, metadata.decidedAt);
      return metadata.decidedAt < before;
    });
    expect(outOfOrder).toEqual([]);
    expect(events.filter(({ metadata }) => metadata.recordedAt !== TODAY)).toEqual([]);
    // A row may come in between a timer's instant and its grace.
    const untrue = events.filter(({ type, data, metadata }) => {
      if (metadata.actor.via !== 'timer') return false;
      const delayMs = metadata.decidedAt - metadata.occurredAt;
      const detected = type !== 'SlaClockBreached' || data.detectedAt === metadata.decidedAt;
      return !detected || delayMs < 0 || delayMs >= 2_000;
    });
    expect(untrue).toEqual([]);
  });

  test('adds nothing when it is imported again', async () => {
    const head = await house.store.head();
    const again = await importLog(logLines(sharedPath(NAME)), mapping, house.target);
    expect(again.commands).toEqual({});
    expect(again.rows).toMatchObject({ imported: 0 });
    const added = (await house.store.readAll(head, 100)).filter(event => event.type !== 'CommandRejected');
    expect(added).toEqual([]);
  });

  test('passes the dry run', async () => {
    const dry = await checkLog(logLines(sharedPath(NAME)), mapping, house.store.logId, TODAY);
    expect(dry.rows).toMatchObject({ read: 21_348, broken: 0, rejected: 0 });
  });
});
