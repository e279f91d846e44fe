import { isDeepStrictEqual } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { pendingTimers } from '../../domain/sla/timers.ts';
import {
  type DueTimer,
  type DueTimers,
  startTimekeeper,
  type Timekeeper,
} from '../../src/engine/timekeeper.ts';
import { StoreUnavailableError } from '../../src/store/event-store.ts';
import { agent, HOUR_MS, house, MONDAY } from './house.ts';
import { parcel } from './parcel-lifecycle.ts';
import { VirtualTime } from './virtual-time.ts';

const keepers: Timekeeper[] = [];
afterEach(async () => {
  for (const keeper of keepers.splice(0)) await keeper.close();
});

/** A house with a timekeeper in virtual time, and a view that is as far behind as a test wants. */
function keptHouse(before?: { time: VirtualTime; of: ReturnType<typeof house> }) {
  const time = before?.time ?? new VirtualTime(MONDAY);
  const of = house({
    clock: time,
    ...(before === undefined ? {} : { store: before.of.store, keys: before.of.keys }),
  });
  const view = {
    pending: [] as DueTimer[],
    position: '',
    blocked: undefined as string | undefined,
    looks: 0,
  };
  const views: DueTimers = {
    dueTimers(byAt, limit, after) {
      view.looks++;
      const due = view.pending.filter(({ at }) => at <= byAt).sort((a, b) => a.at - b.at);
      const from = due.findIndex(row => isDeepStrictEqual(row, after)) + 1;
      return due.slice(from, from + limit);
    },
    nextTimerAt: () => view.pending.map(({ at }) => at).sort((a, b) => a - b)[0],
    health: () => ({
      position: view.position,
      ...(view.blocked === undefined ? {} : { blocked: view.blocked }),
    }),
  };
  const problems: string[] = [];
  const keeper = startTimekeeper({
    handler: of.handler,
    views,
    lifecycles: [parcel],
    logId: of.store.logId,
    clock: time,
    log: {
      warn: (_: object, text: string) => problems.push(text),
      error: (_: object, text: string) => problems.push(text),
    },
    alarm: time.alarm,
  });
  keepers.push(keeper);
  /** Lets the view catch up with the log. */
  const project = async () => {
    const events = await of.store.readAll('', 100_000);
    const streams = [...new Set(events.map(e => e.streamId).filter(id => id.startsWith('parcel-')))];
    view.pending = [];
    for (const streamId of streams) {
      const loaded = await of.handler.load(parcel, streamId.slice('parcel-'.length));
      for (const { at, name, cycle } of loaded === undefined ? [] : pendingTimers(loaded.state))
        view.pending.push({ streamId, at, name, cycle });
    }
    view.position = events.at(-1)?.position ?? '';
    keeper.wake();
  };
  const types = async (caseId: string) => (await of.stream(caseId)).slice(2).map(e => e.type);
  return { ...of, time, view, keeper, project, types, problems };
}

describe('the timekeeper', () => {
  it('records warning, breach and escalation at their true instants, once each', async () => {
    const { open, project, time, stream, types } = keptHouse();
    const caseId = await open();
    for (let hour = 0; hour < 72; hour++) {
      await project();
      await time.pass(HOUR_MS);
    }
    expect(await types(caseId)).toEqual([
      'SlaClockWarned',
      'SlaClockBreached',
      'SlaClockEscalated',
      'SlaClockEscalated',
    ]);
    const events = (await stream(caseId)).slice(2);
    expect(events.map(e => e.metadata.occurredAt)).toEqual([
      MONDAY + 19.2 * HOUR_MS,
      MONDAY + 24 * HOUR_MS,
      MONDAY + 24 * HOUR_MS,
      MONDAY + 28 * HOUR_MS,
    ]);
    expect(events.every(e => e.metadata.actor.via === 'timer' && e.metadata.actor.role === 'system')).toBe(
      true,
    );
  });

  it('waits for commands on their way, two seconds after the instant', async () => {
    const { open, project, time, types } = keptHouse();
    const caseId = await open();
    await project();
    await time.pass(19.2 * HOUR_MS + 1_999);
    expect(await types(caseId)).toEqual([]);
    await time.pass(201);
    expect(await types(caseId)).toEqual(['SlaClockWarned']);
  });

  it('waits so for each timer of a case, whatever the view says of the case', async () => {
    const { open, time, view, types, keeper } = keptHouse();
    const caseId = await open();
    time.jump(19.2 * HOUR_MS + 1_000);
    view.pending = [{ name: 'x', cycle: 1, streamId: `parcel-${caseId}`, at: MONDAY }];
    keeper.wake();
    await time.pass(500);
    expect(view.looks).toBeGreaterThan(0);
    expect(await types(caseId)).toEqual([]);
  });

  it('fires nothing twice while the view is behind', async () => {
    const { open, project, time, types, keeper } = keptHouse();
    const caseId = await open();
    await project();
    await time.pass(20 * HOUR_MS);
    for (let i = 0; i < 10; i++) {
      keeper.wake();
      await time.pass(1_000);
    }
    expect(await types(caseId)).toEqual(['SlaClockWarned']);
    expect(keeper.status().fired).toBe(1);
  });

  it('records what fell due while the service was down, late, in order and at the true instants', async () => {
    const first = keptHouse();
    const caseId = await first.open();
    await first.keeper.close();
    first.time.jump(100 * HOUR_MS);
    const { project, time, types, stream } = keptHouse({ time: first.time, of: first });
    await project();
    await time.pass(1_000);
    expect(await types(caseId)).toEqual([
      'SlaClockWarned',
      'SlaClockBreached',
      'SlaClockEscalated',
      'SlaClockEscalated',
    ]);
    const breached = (await stream(caseId))[3];
    expect(breached).toMatchObject({
      data: { dueAt: MONDAY + 24 * HOUR_MS },
      metadata: { occurredAt: MONDAY + 24 * HOUR_MS },
    });
    expect(breached?.data.detectedAt).toBeGreaterThanOrEqual(MONDAY + 100 * HOUR_MS);
  });

  it('breaches no clock that was met in time, though the view has not heard of it', async () => {
    const { open, project, time, types, send } = keptHouse();
    const caseId = await open();
    await project();
    time.jump(23 * HOUR_MS);
    await send({ type: 'reply', data: {} }, { caseId });
    await time.pass(10 * HOUR_MS);
    expect(await types(caseId)).toEqual(['ParcelNoted', 'SlaClockMet']);
  });

  it('of two nodes records everything once', async () => {
    const one = keptHouse();
    const two = keptHouse({ time: one.time, of: one });
    const cases = [];
    for (let i = 0; i < 5; i++) cases.push(await one.open());
    await one.project();
    await two.project();
    await one.time.pass(25 * HOUR_MS);
    await one.project();
    await two.project();
    await one.time.pass(25 * HOUR_MS);
    for (const caseId of cases) {
      expect((await one.types(caseId)).sort()).toEqual(
        ['SlaClockWarned', 'SlaClockBreached', 'SlaClockEscalated', 'SlaClockEscalated'].sort(),
      );
    }
    expect(one.keeper.status().fired + two.keeper.status().fired).toBe(15);
  });

  it('never sleeps longer than a minute, and looks no more than that when nothing is due', async () => {
    const { open, project, time, view } = keptHouse();
    await open();
    await project();
    await time.pass(1_000);
    const before = view.looks;
    await time.pass(10 * HOUR_MS);
    expect(time.longestDelayMs).toBeLessThanOrEqual(60_000);
    expect(view.looks - before).toBeLessThanOrEqual(600);
  });

  it('notices within a minute that the machine slept', async () => {
    const { open, project, time, types } = keptHouse();
    const caseId = await open();
    await project();
    await time.pass(1_000);
    time.jump(20 * HOUR_MS);
    await time.pass(60_000);
    expect(await types(caseId)).toEqual(['SlaClockWarned']);
  });

  it('fires nothing by a view that cannot be relied on, says so, and goes on when it can', async () => {
    const { open, project, time, types, view, keeper } = keptHouse();
    const caseId = await open();
    await project();
    view.blocked = 'the deadlines view is faulted';
    await time.pass(20 * HOUR_MS);
    expect(await types(caseId)).toEqual([]);
    expect(keeper.status()).toMatchObject({ state: 'blocked', problem: 'the deadlines view is faulted' });
    view.blocked = undefined;
    await time.pass(60_000);
    expect(await types(caseId)).toEqual(['SlaClockWarned']);
    expect(keeper.status()).toMatchObject({ state: 'waiting', fired: 1 });
  });

  it('tries again, further and further apart, while the store cannot be written', async () => {
    const inner = keptHouse();
    const caseId = await inner.open();
    await inner.keeper.close();
    let full = true;
    let tries = 0;
    const keeper = startTimekeeper({
      handler: {
        read: inner.handler.read,
        handle: async request => {
          tries++;
          if (full) throw new StoreUnavailableError('full', 'no room');
          return inner.handler.handle(request);
        },
      },
      views: {
        dueTimers: byAt =>
          byAt >= MONDAY + 19.2 * HOUR_MS
            ? [{ streamId: `parcel-${caseId}`, at: byAt, name: 'x', cycle: 1 }]
            : [],
        nextTimerAt: () => MONDAY + 19.2 * HOUR_MS,
        health: () => ({ position: '' }),
      },
      lifecycles: [parcel],
      logId: inner.store.logId,
      clock: inner.time,
      log: { warn() {}, error() {} },
      alarm: inner.time.alarm,
    });
    keepers.push(keeper);
    await inner.time.pass(20 * HOUR_MS);
    expect(keeper.status().problem).toBe('no room');
    expect(tries).toBeGreaterThan(10);
    expect(tries).toBeLessThan(120);
    full = false;
    await inner.time.pass(60_000);
    expect(await inner.types(caseId)).toEqual(['SlaClockWarned']);
    expect(keeper.status().problem).toBeUndefined();
  });

  it('is waited for until the first of what is due is recorded, and not for more', async () => {
    const { open, project, time, keeper, types } = keptHouse();
    await keeper.look();
    const caseId = await open();
    await project();
    time.jump(30 * HOUR_MS);
    await keeper.look();
    expect((await types(caseId))[0]).toBe('SlaClockWarned');
    // Nothing is due, or nothing may be fired: it does not keep a start waiting.
    await project();
    await keeper.look();
    await keeper.close();
    await keeper.look();
  });

  it('leaves a case alone for a minute of which the view says what its stream does not', async () => {
    const { open, time, view, keeper, handler } = keptHouse();
    const caseId = await open();
    view.pending = [{ name: 'x', cycle: 1, streamId: `parcel-${caseId}`, at: MONDAY - HOUR_MS }];
    let reads = 0;
    const { read } = handler;
    handler.read = (...args) => {
      reads++;
      return read(...args);
    };
    for (let i = 0; i < 50; i++) {
      keeper.wake();
      await time.pass(1_000);
    }
    expect(reads).toBe(1);
    await time.pass(11_000);
    expect(reads).toBe(2);
  });
});

describe('a timer command', () => {
  it('is not for people', async () => {
    const { open, send } = keptHouse();
    const caseId = await open();
    const data = { name: 'firstReply', cycle: 1, kind: 'warn', key: '0.8', armedRevision: 1, at: MONDAY };
    expect(await send({ type: 'fireTimer', data }, { caseId, actor: agent() })).toMatchObject({
      outcome: 'forbidden',
    });
  });
});
