import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../domain/log/envelope.ts';
import { deadlineTable } from '../../projections/deadlines.ts';
import { ViewReader } from '../../src/views/view-reader.ts';
import { append, caseIdOf, storedOf, type Told } from './cases-in-a-log.ts';
import { ViewFolder } from './view-folder.ts';

const STARTED_AT = Date.parse('2026-09-24T01:00:00Z');
const HOUR_MS = 3_600_000;
const clock = { clock: 'firstReply', cycle: 1 };
const dueAt = STARTED_AT + 10 * HOUR_MS;
const warnings = [0.5, 0.8, 'closedTime'].map((threshold, n) => ({
  threshold,
  at: STARTED_AT + (5 + n) * HOUR_MS,
}));

/** A complaint whose clock has three warnings; the first, the third and the second are given, then it is broken. */
const told: Told = [
  { type: 'ComplaintReceived', data: { items: [], teamId: caseIdOf(99) }, occurredAt: STARTED_AT },
  {
    type: 'SlaClockStarted',
    data: {
      ...clock,
      startedAt: STARTED_AT,
      target: { kind: 'elapsed', hours: 10 },
      schedule: { dueAt, provisional: false, warnings, policyVersion: 1, calendar: { id: 'cn', version: 1 } },
    },
    occurredAt: STARTED_AT,
  },
  ...[0.5, 'closedTime', 0.8].map((threshold, n) => ({
    type: 'SlaClockWarned',
    data: { ...clock, threshold, dueAt, recipients: [] },
    occurredAt: STARTED_AT + (6 + n) * HOUR_MS,
  })),
  {
    type: 'SlaClockBreached',
    data: { ...clock, dueAt, recipients: [], level: 1 },
    occurredAt: dueAt,
  },
];
const stored: readonly StoredEvent[] = storedOf(`complaint-${caseIdOf(0)}`, told);

let views: ViewFolder;
beforeEach(async () => {
  views = await ViewFolder.make();
});
afterEach(() => views.close());

function deadline() {
  const reader = new ViewReader();
  reader.moveTo(views.path);
  const [row] = reader.rows(deadlineTable, '', []);
  reader.close();
  return row;
}

describe('a warning of a case that the views have let go', () => {
  it('changes its deadline as a rebuild would, one after the other', async () => {
    await append(views.store, stored.slice(0, 2));
    await views.follow();
    const seen: unknown[] = [];
    for (const event of stored.slice(2, 5)) {
      await views.reopen();
      await append(views.store, [event]);
      await views.follow();
      const row = deadline();
      seen.push([row?.nextKind, row?.nextKey, row?.pending?.length ?? null, row?.warned]);
      expect(await views.differences()).toEqual([]);
    }
    expect(seen).toEqual([
      ['warn', '0.8', 3, true],
      ['warn', '0.8', 2, true],
      ['breach', '', null, true],
    ]);
  });

  it('stands before what follows it in the same commit', async () => {
    await append(views.store, stored.slice(0, 2));
    await views.follow();
    await views.reopen();
    for (const event of stored.slice(2)) await append(views.store, [event]);
    await views.follow();
    expect(deadline()).toMatchObject({ status: 'breached', warned: true });
    expect(await views.differences()).toEqual([]);
  });

  it('is nothing where there is no deadline', async () => {
    await append(views.store, stored.slice(0, 1));
    await views.follow();
    await views.reopen();
    const [, , warned] = stored;
    if (warned === undefined) throw new Error('the story has no warning');
    await append(views.store, [{ ...warned, revision: 1 }]);
    await views.follow();
    expect(deadline()).toBeUndefined();
    expect(await views.differences()).toEqual([]);
  });

  it('does not have the stream read again', async () => {
    await append(views.store, stored.slice(0, 2));
    await views.follow();
    const follower = await views.reopen();
    let reads = 0;
    const { readStream } = views.log;
    views.log.readStream = (...of) => {
      reads++;
      return readStream.apply(views.log, of);
    };
    await append(views.store, stored.slice(2, 3));
    await follower.follow();
    expect(reads).toBe(0);
    await append(views.store, stored.slice(3, 5));
    for (const event of stored.slice(5)) await append(views.store, [event]);
    await follower.follow();
    expect(reads).toBe(1);
  });
});
