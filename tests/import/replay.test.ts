import { v4 as uuidv4 } from 'uuid';
import { describe, expect, test } from 'vitest';
import { defineWorkflow } from '../../domain/case/workflow.ts';
import { uuidOf } from '../../domain/log/envelope.ts';
import type { LogLine } from '../../src/import/log-lines.ts';
import { agent, testClock } from '../engine/house.ts';
import { parcel } from '../engine/parcel-lifecycle.ts';
import { importHouse, linesOf, PARCEL_MAPPING } from './import-house.ts';

const at = (local: string) => `2026-03-${local}:00+08:00`;
const ms = (local: string) => Date.parse(at(local));
type House = Awaited<ReturnType<typeof importHouse>>;

/** One parcel missed on a Monday and answered on Wednesday; another answered at once. Its lines are in no order. */
const HISTORY = [
  { parcel: 'A', n: 1, what: 'reply', who: 'ann', at: at('04T09:00') },
  { parcel: 'B', n: 1, what: 'reply', who: 'bob', at: at('02T12:00') },
  { parcel: 'A', n: 0, what: 'missed', who: 'ann', at: at('02T10:00') },
  { parcel: 'B', n: 0, what: 'missed', who: 'ann', at: at('02T11:00') },
];

async function streamOf(house: House, label: string) {
  const events = await house.events();
  const first = events.find(event => event.data.label === label);
  return events.filter(event => event.streamId === first?.streamId);
}

describe('an import', () => {
  test('fires the timers between two rows at their true instants, in order', async () => {
    const house = await importHouse();
    const report = await house.run(linesOf(HISTORY), PARCEL_MAPPING);

    expect(report.rows).toMatchObject({ read: 4, imported: 4, rejected: 0, broken: 0 });
    const a = await streamOf(house, 'A');
    // 24 hours by the default policy; warned at 0.8 of it, level 2 four hours after it.
    expect(a.map(({ type, metadata }) => [type, metadata.occurredAt, metadata.decidedAt])).toEqual([
      ['ParcelMissed', ms('02T10:00'), ms('02T10:00')],
      ['SlaClockStarted', ms('02T10:00'), ms('02T10:00')],
      ['SlaClockWarned', ms('03T05:12'), ms('03T05:12')],
      ['SlaClockBreached', ms('03T10:00'), ms('03T10:00')],
      ['SlaClockEscalated', ms('03T10:00'), ms('03T10:00')],
      ['SlaClockEscalated', ms('03T14:00'), ms('03T14:00')],
      ['ParcelNoted', ms('04T09:00'), ms('04T09:00')],
      ['SlaClockFulfilled', ms('04T09:00'), ms('04T09:00')],
    ]);
    expect(report.timers).toEqual({ breach: 1, escalate: 1, warn: 1 });
    const b = await streamOf(house, 'B');
    expect(b.map(event => event.type)).toEqual([
      'ParcelMissed',
      'SlaClockStarted',
      'ParcelNoted',
      'SlaClockMet',
    ]);
  });

  test('says that it is one, and when each event was written in truth', async () => {
    const house = await importHouse();
    const { importId } = await house.run(linesOf(HISTORY), PARCEL_MAPPING);

    const events = await house.events();
    expect(events.every(({ metadata }) => metadata.importId === importId)).toBe(true);
    expect(events.every(({ metadata }) => metadata.recordedAt === house.clock.now())).toBe(true);
    expect(new Set(events.map(({ metadata }) => metadata.actor.via))).toEqual(new Set(['import', 'timer']));
  });

  test('fires what lies between the last row and now, and leaves what lies ahead', async () => {
    const house = await importHouse({ clock: testClock(ms('03T12:00')) });
    await house.run(linesOf([HISTORY[2] ?? {}]), PARCEL_MAPPING);

    const a = await streamOf(house, 'A');
    // The escalation of 14:00 is still to come.
    expect(a.map(event => event.type)).toEqual([
      'ParcelMissed',
      'SlaClockStarted',
      'SlaClockWarned',
      'SlaClockBreached',
      'SlaClockEscalated',
    ]);
    expect(a.at(-1)?.metadata.decidedAt).toBe(ms('03T10:00'));
  });

  test('lets a row at the due instant itself keep the promise', async () => {
    const house = await importHouse();
    const [reply, , missed] = HISTORY;
    await house.run(linesOf([missed ?? {}, { ...reply, at: at('03T10:00') }]), PARCEL_MAPPING);

    const types = (await streamOf(house, 'A')).map(event => event.type);
    expect(types).toContain('SlaClockMet');
    expect(types).not.toContain('SlaClockBreached');
  });

  test('orders rows of one instant by their keys', async () => {
    const house = await importHouse();
    const row = { parcel: 'A', who: 'ann', at: at('02T10:00') };
    const report = await house.run(
      linesOf([
        { ...row, n: 10, what: 'close' },
        { ...row, n: 9, what: 'note', text: 'before it is closed' },
        { ...row, n: 8, what: 'missed' },
      ]),
      PARCEL_MAPPING,
    );
    expect(report.rows).toMatchObject({ imported: 3, rejected: 0 });
  });

  test('tells a row that the rules refuse by its line, and goes on', async () => {
    const house = await importHouse();
    const row = { parcel: 'A', who: 'ann' };
    const report = await house.run(
      linesOf([
        { ...row, n: 0, what: 'missed', at: at('02T10:00') },
        { ...row, n: 1, what: 'inspect', at: at('02T10:01') },
        { ...row, n: 2, what: 'note', at: at('02T10:02') },
        { ...row, n: 3, what: 'heard', at: at('02T10:03') },
        { ...row, n: 4, what: 'close', at: at('02T10:04') },
        { ...row, n: 5, what: 'note', text: 'late', at: at('02T10:05') },
      ]),
      PARCEL_MAPPING,
    );
    expect(report.rows).toMatchObject({ imported: 2, rejected: 3, leftOut: 1 });
    expect(report.refused.map(({ line, command, reason }) => [line, command, reason])).toEqual([
      [2, 'inspect', 'notQualified'],
      [3, 'note', 'missingKey'],
      [6, 'note', 'alreadyClosed'],
    ]);
    expect(report.leftOutBecause).toEqual([{ activity: 'heard', reason: 'hearsay', rows: 1 }]);
  });

  test('makes a user of each actor once, and gives nobody a token', async () => {
    const house = await importHouse();
    const report = await house.run(linesOf(HISTORY), PARCEL_MAPPING);
    await house.run(linesOf(HISTORY), PARCEL_MAPPING);

    expect(report.people).toBe(2);
    expect(house.directory.userIds()).toHaveLength(2);
    expect(house.directory.userIds().map(id => house.directory.user(id)?.roles)).toEqual([
      ['agent', 'lead'],
      ['agent', 'lead'],
    ]);
    expect(house.directory.teams().map(team => team.name)).toEqual(['Depot']);
    expect(await house.people.listTokens(house.clock.now())).toEqual([]);
  });
});

describe('an import of what is there already', () => {
  test('adds nothing', async () => {
    const house = await importHouse();
    await house.run(linesOf(HISTORY), PARCEL_MAPPING);
    const head = await house.store.head();
    const again = await house.run(linesOf(HISTORY), PARCEL_MAPPING);

    expect(again.rows).toMatchObject({ imported: 0, alreadyThere: 4, rejected: 0 });
    expect(await house.store.head()).toBe(head);
  });

  test('adds the rows that are new', async () => {
    const house = await importHouse({ clock: testClock(ms('02T13:00')) });
    const [, reply, , missed] = HISTORY;
    await house.run(linesOf([missed ?? {}]), PARCEL_MAPPING);
    const report = await house.run(linesOf([reply ?? {}, missed ?? {}]), PARCEL_MAPPING);

    expect(report.rows).toMatchObject({ imported: 1, alreadyThere: 1 });
    expect((await streamOf(house, 'B')).at(-1)?.type).toBe('SlaClockMet');
  });

  test('tells a new row of a time that its case is past, and does not rewrite what happened since', async () => {
    const house = await importHouse();
    const [reply, , missed] = HISTORY;
    await house.run(linesOf([missed ?? {}]), PARCEL_MAPPING);
    const head = await house.store.head();
    const report = await house.run(linesOf([missed ?? {}, { ...reply, at: at('03T09:00') }]), PARCEL_MAPPING);

    expect(report.refused).toMatchObject([{ line: 2, reason: 'caseHasGoneOn' }]);
    expect(await house.store.head()).toBe(head);
  });
});

/** A longer history: forty parcels over a month, some never answered. */
function manyParcels(): readonly LogLine[] {
  const rows = Array.from({ length: 40 }, (_, index) => {
    const from = ms('02T08:00') + index * 17 * 3_600_000;
    const row = { parcel: `P${index}`, who: index % 2 ? 'ann' : 'bob' };
    const steps = [
      { ...row, n: 0, what: 'missed', at: from },
      { ...row, n: 1, what: 'note', text: 'looked for', at: from + 3_600_000 },
      { ...row, n: 2, what: 'reply', at: from + (index % 5) * 11 * 3_600_000 + 7_200_000 },
      { ...row, n: 3, what: 'close', at: from + 100 * 3_600_000 },
    ];
    return index % 7 === 0 ? steps.slice(0, 2) : steps;
  });
  return linesOf(rows.flat().map(row => ({ ...row, at: new Date(row.at).toISOString() })));
}

/** What a log says of each case, without what a run makes anew: event ids and the wall clock. */
async function told(house: House) {
  const streams = new Map<string, unknown[]>();
  for (const { streamId, type, data, metadata } of await house.events()) {
    const { occurredAt, decidedAt, commandId, actor } = metadata;
    const { text, description, ...plain } = data;
    const told = [type, plain, occurredAt, decidedAt, commandId, actor];
    streams.set(streamId, [...(streams.get(streamId) ?? []), told]);
  }
  return streams;
}

describe('an import that was cut off', () => {
  test('ends as one that was not, wherever it was cut', async () => {
    const logId = uuidv4();
    const whole = await importHouse({ logId });
    await whole.run(manyParcels(), PARCEL_MAPPING);
    const expected = await told(whole);
    expect(expected.size).toBe(40);

    for (const rowsBefore of [1, 25, 70, 120]) {
      const house = await importHouse({ logId });
      const stop = new AbortController();
      let commands = 0;
      const { handler } = house.target;
      const counted = {
        ...handler,
        handle: (request: Parameters<typeof handler.handle>[0]) => {
          commands++;
          if (commands === rowsBefore) stop.abort();
          return handler.handle(request);
        },
      };
      const cut = await house.with({ handler: counted }).run(manyParcels(), PARCEL_MAPPING, {
        signal: stop.signal,
        windowCases: 3,
      });
      expect(cut.finished).toBe(false);
      const rest = await house.run(manyParcels(), PARCEL_MAPPING);
      expect(rest.finished).toBe(true);
      expect(rest.rows.rejected).toBe(0);
      expect(await told(house)).toEqual(expected);
    }
  });

  test('goes on within a row that was half done', async () => {
    const mapping = PARCEL_MAPPING.replace(
      'reply: { give: { command: reply } }',
      'reply: { give: [{ command: search }, { command: reply }] }',
    );
    const house = await importHouse();
    const { handler } = house.target;
    const failing = {
      ...handler,
      handle: (request: Parameters<typeof handler.handle>[0]) =>
        request.command.type === 'reply' ? Promise.reject(new Error('power cut')) : handler.handle(request),
    };
    const rows = linesOf(HISTORY.filter(row => row.parcel === 'B'));
    await expect(house.with({ handler: failing }).run(rows, mapping)).rejects.toThrow('power cut');
    const report = await house.run(rows, mapping);

    expect(report.rows).toMatchObject({ imported: 1, alreadyThere: 1 });
    const types = (await streamOf(house, 'B')).map(event => event.type);
    expect(types.filter(type => type === 'DepotSearched')).toHaveLength(3);
    expect(types.at(-1)).toBe('SlaClockMet');
  });
});

describe('a row that names another case', () => {
  const absorbing = defineWorkflow({
    name: 'absorb',
    on: ['ParcelMerged'],
    react: event => [
      {
        step: 'absorb',
        lifecycle: 'complaint',
        caseId: String(event.data.survivorId),
        command: { type: 'absorb', data: { loserId: uuidOf(event.streamId), label: 'merged' } },
      },
    ],
  });
  const rows = linesOf([
    { parcel: 'A', n: 0, what: 'missed', who: 'ann', at: at('02T10:00') },
    { parcel: 'B', n: 0, what: 'missed', who: 'ann', at: at('02T10:30') },
    { parcel: 'A', n: 1, what: 'merge', other: 'B', who: 'ann', at: at('02T11:00') },
    { parcel: 'B', n: 1, what: 'close', who: 'ann', at: at('02T12:00') },
  ]);

  test('finds that case as it was then, and brings about there what follows before time goes on', async () => {
    const house = await importHouse({ workflows: [absorbing] });
    const report = await house.run(rows, PARCEL_MAPPING);

    expect(report.rows).toMatchObject({ imported: 4 });
    const b = await streamOf(house, 'B');
    expect(b.map(event => event.type).slice(0, 4)).toEqual([
      'ParcelMissed',
      'SlaClockStarted',
      'ParcelAbsorbed',
      'ParcelClosed',
    ]);
    expect(b.at(2)?.metadata).toMatchObject({ decidedAt: ms('02T11:00'), actor: { via: 'workflow' } });
  });

  test('is told when that case was not opened by then', async () => {
    const house = await importHouse();
    const report = await house.run(rows.slice(0, 1).concat(rows.slice(2, 3)), PARCEL_MAPPING);
    expect(report.refused).toMatchObject([{ line: 3, reason: 'unknownCase' }]);
  });
});

test('an import leaves the cases of others alone', async () => {
  const house = await importHouse();
  const opened = await house.handler.handle({
    lifecycle: parcel,
    command: { type: 'open', data: { label: 'live' } },
    actor: agent(),
    commandId: uuidv4(),
    keyed: false,
    correlationId: uuidv4(),
  });
  await house.run(linesOf(HISTORY), PARCEL_MAPPING);
  expect(opened.outcome).toBe('accepted');
  expect((await streamOf(house, 'live')).map(event => event.type)).toEqual([
    'ParcelMissed',
    'SlaClockStarted',
  ]);
});
