import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Position, RecordedEvent } from '../../domain/log/envelope.ts';
import { LOG_STREAM_ID } from '../../domain/log/fixed-streams.ts';
import {
  AppendTooLargeError,
  type EventStore,
  MAX_APPEND_BYTES,
  type NewEvent,
} from '../../src/store/event-store.ts';
import { newEvent, newEvents, newStreamId } from './new-event.ts';
import { storeAgreesWithModel } from './store-model.ts';

export interface OpenedStore {
  readonly store: EventStore;
  /** Closes the store and opens the same log again; left out where nothing outlives the store. */
  readonly reopen?: () => Promise<EventStore>;
  /** Closes and removes everything. */
  readonly close: () => Promise<void>;
}

/** What every store behind the port promises. `open` gives a new log. */
export function eventStoreContract(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name}, as every event store`, () => {
    let opened: OpenedStore;
    let store: EventStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.close());

    describe('a new log', () => {
      it('begins with its own id and format version', async () => {
        const [first] = await store.readAll('', 1);
        expect(first).toMatchObject({
          streamId: LOG_STREAM_ID,
          revision: 0,
          type: 'LogCreated',
          data: { logId: store.logId, formatVersion: 1 },
        });
      });

      it('has its first event as head', async () => {
        const [first] = await store.readAll('', 10);
        expect(await store.head()).toBe(first?.position);
      });
    });

    describe('reading by type', () => {
      it('gives the events of the types asked for, and says how far it looked', async () => {
        const kinds = ['PartyRegistered', 'NoteTaken', 'Taken'];
        const streamId = newStreamId();
        const events = Array.from({ length: 9 }, (_, at) => {
          const type = kinds[at % 3] ?? '';
          // What only looks like a type, inside the data, is none.
          return { ...newEvent(), type, data: { text: '"type":"Taken"}', end: { type: 'Taken' } } };
        });
        await store.append(streamId, -1, events);
        const all = await store.readAll('', 100);
        const found: RecordedEvent[] = [];
        let after: Position = '';
        for (;;) {
          const { events: some, upTo, atEnd } = await store.readTypes(after, ['Taken', 'PartyRegistered'], 4);
          if (upTo === after) break;
          // Nothing is on its way here: who is told that it is at the end is there.
          if (atEnd === true) expect(upTo).toBe(await store.head());
          expect(some.every(e => e.position > after && e.position <= upTo)).toBe(true);
          found.push(...some);
          after = upTo;
        }
        expect(after).toBe(await store.head());
        expect(found).toEqual(all.filter(e => ['Taken', 'PartyRegistered'].includes(e.type)));
        expect(await store.readTypes('', [], 100)).toMatchObject({ events: [], upTo: after });
      });
    });

    describe('an append', () => {
      it('numbers the events of a new stream from 0', async () => {
        const streamId = newStreamId();
        const result = await store.append(streamId, -1, newEvents(3));
        expect(result).toMatchObject({ outcome: 'appended', revision: 2 });
        expect((await store.readStream(streamId)).map(event => event.revision)).toEqual([0, 1, 2]);
      });

      it('goes on where the stream ends', async () => {
        const streamId = newStreamId();
        await store.append(streamId, -1, newEvents(2));
        expect(await store.append(streamId, 1, newEvents(2))).toMatchObject({ revision: 3 });
      });

      it('answers with the position of its last event', async () => {
        const streamId = newStreamId();
        const result = await store.append(streamId, -1, newEvents(2));
        const stored = await store.readStream(streamId);
        expect(result).toMatchObject({ position: stored.at(-1)?.position });
        expect(await store.head()).toBe(stored.at(-1)?.position);
        const { recordedAt } = stored.at(-1)?.metadata ?? {};
        // A store that several nodes write to does not say.
        expect((await store.recordedUntil?.()) ?? recordedAt).toBe(recordedAt);
      });

      it('is read back by who was told of it', async () => {
        const streamId = newStreamId();
        await store.append(streamId, -1, [newEvent({ text: 'a' })]);
        expect(await store.readStream(streamId)).toHaveLength(1);
        expect((await readWhole(store)).at(-1)?.streamId).toBe(streamId);
      });

      it.each([
        ['to a stream that exists as if it did not', 2, -1, 1],
        ['at a revision that has passed', 3, 1, 2],
        ['at a revision that has not come', 1, 4, 0],
        ['to a stream that does not exist as if it did', 0, 0, -1],
      ])('%s is a conflict that tells the last revision', async (_, existing, expected, actualRevision) => {
        const streamId = newStreamId();
        if (existing > 0) await store.append(streamId, -1, newEvents(existing));
        const before = await store.head();
        const result = await store.append(streamId, expected, newEvents(2));
        expect(result).toEqual({ outcome: 'conflict', actualRevision });
        expect(await store.head()).toBe(before);
      });

      it('refuses what a caller can only mean by mistake', async () => {
        const streamId = newStreamId();
        const before = await store.head();
        const one = newEvents(1);
        await expect(store.append(streamId, -1, [])).rejects.toThrow(TypeError);
        await expect(store.append('complaint-7', -1, one)).rejects.toThrow(TypeError);
        await expect(store.append(streamId, -2, one)).rejects.toThrow(TypeError);
        await expect(store.append(streamId, 0.5, one)).rejects.toThrow(TypeError);
        await expect(store.append(streamId, -1, [{ ...newEvent(), eventId: 'x' }])).rejects.toThrow(
          TypeError,
        );
        await expect(store.append(streamId, -1, [newEvent({ a: Number.NaN })])).rejects.toThrow(TypeError);
        await expect(store.append(streamId, -1, [newEvent({ a: '\ud800' })])).rejects.toThrow(TypeError);
        expect(await store.head()).toBe(before);
      });
    });

    describe('the same events sent again at the same revision', () => {
      it('answer as they did at first', async () => {
        const streamId = newStreamId();
        const events = newEvents(3);
        const first = await store.append(streamId, -1, events);
        expect(await store.append(streamId, -1, events)).toEqual(first);
        expect(await store.readStream(streamId)).toHaveLength(3);
      });

      it('answer as they did at first when others have followed', async () => {
        const streamId = newStreamId();
        const events = newEvents(2);
        const first = await store.append(streamId, -1, events);
        await store.append(streamId, 1, newEvents(4));
        expect(await store.append(streamId, -1, events)).toEqual(first);
        expect(await store.readStream(streamId)).toHaveLength(6);
      });

      it('in one go are stored once', async () => {
        const streamId = newStreamId();
        const events = newEvents(2);
        const results = await Promise.all([1, 2, 3].map(() => store.append(streamId, -1, events)));
        expect(new Set(results.map(result => JSON.stringify(result))).size).toBe(1);
        expect(results[0]).toMatchObject({ outcome: 'appended', revision: 1 });
        expect(await store.readStream(streamId)).toHaveLength(2);
      });

      it('as a prefix answer with the place of the last one sent', async () => {
        const streamId = newStreamId();
        const events = newEvents(3);
        await store.append(streamId, -1, events);
        const position = (await store.readStream(streamId))[1]?.position;
        const result = await store.append(streamId, -1, events.slice(0, 2));
        expect(result).toEqual({ outcome: 'appended', revision: 1, position });
      });

      it('mixed with new ones are a conflict', async () => {
        const streamId = newStreamId();
        const events = newEvents(2);
        const conflict = { outcome: 'conflict', actualRevision: 1 };
        await store.append(streamId, -1, events);
        expect(await store.append(streamId, -1, [...events, newEvent()])).toEqual(conflict);
        expect(await store.append(streamId, -1, [newEvent(), ...events.slice(1)])).toEqual(conflict);
        expect(await store.append(streamId, -1, events.toReversed())).toEqual(conflict);
        expect(await store.readStream(streamId)).toHaveLength(2);
      });
    });

    describe('appends at the same time', () => {
      it('to one stream at one revision: one wins', async () => {
        const streamId = newStreamId();
        const results = await Promise.all(
          Array.from({ length: 20 }, () => store.append(streamId, -1, newEvents(2))),
        );
        expect(results.filter(result => result.outcome === 'appended')).toHaveLength(1);
        expect(results.filter(result => result.outcome === 'conflict')).toEqual(
          Array.from({ length: 19 }, () => ({ outcome: 'conflict', actualRevision: 1 })),
        );
      });

      it('to one stream at revisions that follow each other: all are stored', async () => {
        const streamId = newStreamId();
        const results = await Promise.all([
          store.append(streamId, -1, newEvents(2)),
          store.append(streamId, 1, newEvents(1)),
          store.append(streamId, 2, newEvents(3)),
        ]);
        expect(results.map(result => result.outcome)).toEqual(['appended', 'appended', 'appended']);
        expect(await store.readStream(streamId)).toHaveLength(6);
      });

      it('do not disturb each other when one is refused', async () => {
        const [good, bad, large] = [newStreamId(), newStreamId(), newStreamId()];
        const results = await Promise.allSettled([
          store.append(bad, 3, newEvents(1)),
          store.append(good, -1, newEvents(1)),
          store.append(large, -1, [newEvent({ text: 'x'.repeat(MAX_APPEND_BYTES) })]),
          store.append(good, 0, newEvents(1)),
          store.append(bad, -1, []),
        ]);
        expect(
          results.map(result => (result.status === 'fulfilled' ? result.value.outcome : 'thrown')),
        ).toEqual(['conflict', 'appended', 'thrown', 'appended', 'thrown']);
        expect(await store.readStream(good)).toHaveLength(2);
        expect(await store.readStream(large)).toEqual([]);
      });

      it('stay whole and together in the log', async () => {
        const streams = Array.from({ length: 30 }, () => newStreamId());
        await Promise.all(streams.map(streamId => store.append(streamId, -1, newEvents(4))));
        const order = (await readWhole(store))
          .map(event => event.streamId)
          .filter(id => id !== LOG_STREAM_ID);
        for (let at = 0; at < order.length; at += 4) expect(new Set(order.slice(at, at + 4)).size).toBe(1);
        expect(order).toHaveLength(120);
      });
    });

    describe('a reader of the whole log', () => {
      it('gets every event once, in order, page by page', async () => {
        await Promise.all(Array.from({ length: 25 }, () => store.append(newStreamId(), -1, newEvents(3))));
        const whole = await store.readAll('', 1_000);
        for (const limit of [1, 2, 7, 76, 77]) expect(await readWhole(store, limit)).toEqual(whole);
        const positions = whole.map(event => event.position);
        expect(positions).toEqual([...new Set(positions)].toSorted());
        expect(whole).toHaveLength(76);
      });

      it('gets nothing after the head', async () => {
        await store.append(newStreamId(), -1, newEvents(1));
        expect(await store.readAll(await store.head(), 10)).toEqual([]);
      });

      it('that races with writers misses nothing and sees nothing twice', async () => {
        const writers = Array.from({ length: 8 }, async () => {
          for (let round = 0; round < 12; round++) await store.append(newStreamId(), -1, newEvents(2));
        });
        const seen: RecordedEvent[] = [];
        const done = Promise.all(writers).then(() => store.head());
        let end: Position | undefined;
        done.then(position => {
          end = position;
        });
        let after: Position = '';
        while (end === undefined || after < end) {
          const page = await store.readAll(after, 5);
          seen.push(...page);
          after = page.at(-1)?.position ?? after;
          if (page.length === 0) await new Promise(resolve => setImmediate(resolve));
        }
        expect(seen).toEqual(await store.readAll('', 1_000));
        expect(seen).toHaveLength(1 + 8 * 12 * 2);
      });

      it('hears what is no position', async () => {
        await expect(store.readAll('yesterday', 1)).rejects.toThrow(TypeError);
      });
    });

    describe('a reader of one stream', () => {
      it('gets nothing of a stream that does not exist', async () => {
        expect(await store.readStream(newStreamId())).toEqual([]);
      });

      it('starts at the revision it names', async () => {
        const streamId = newStreamId();
        await store.append(streamId, -1, newEvents(5));
        expect((await store.readStream(streamId, 3)).map(event => event.revision)).toEqual([3, 4]);
        expect(await store.readStream(streamId, 5)).toEqual([]);
      });

      it('gets events as they were given, and as the whole log gives them', async () => {
        const streamId = newStreamId();
        const events = newEvents(3);
        await store.append(streamId, -1, events);
        const stored = await store.readStream(streamId);
        expect(stored.map(withoutPlace)).toEqual(events);
        expect(stored).toEqual((await readWhole(store)).filter(event => event.streamId === streamId));
      });

      it('gets a stream of 5,000 events', async () => {
        const streamId = newStreamId();
        for (let revision = -1; revision < 4_999; revision += 500) {
          await store.append(streamId, revision, newEvents(500));
        }
        const stored = await store.readStream(streamId);
        expect(stored.map(event => event.revision)).toEqual(Array.from({ length: 5_000 }, (_, at) => at));
      });
    });

    describe('what is stored', () => {
      it('comes back as it was, in every script and to the last digit', async () => {
        const data = {
          拉链: '拉头脱落 🧵 ́ \u0000 \u001f \u2028 \\ " / \ud83d\ude00',
          numbers: [0, -0.5, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 2 ** 53, 0.1 + 0.2, 123456789.123],
          '': [null, true, false, [], {}, [[]]],
          '10': 'ten',
          '9': 'nine',
          ﬀ: 1,
          '\u{1f600}': 2,
        };
        const streamId = newStreamId();
        await store.append(streamId, -1, [newEvent(data)]);
        const [stored] = await store.readStream(streamId);
        expect(canonicalize(stored?.data)).toBe(canonicalize(data));
      });

      it('comes back as it was, whatever JSON holds', async () => {
        const json = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ stringUnit: 'grapheme' }));
        await fc.assert(
          fc.asyncProperty(json, async value => {
            const streamId = newStreamId();
            const data: NewEvent['data'] = JSON.parse(JSON.stringify(value));
            await store.append(streamId, -1, [newEvent(data)]);
            const [stored] = await store.readStream(streamId);
            expect(canonicalize(stored?.data)).toBe(canonicalize(data));
          }),
        );
      });

      it('is not changed by who reads it or gave it', async () => {
        const streamId = newStreamId();
        const given = { list: [1] };
        const appending = store.append(streamId, -1, [newEvent(given)]);
        given.list.push(2);
        await appending;
        const [read] = await store.readStream(streamId);
        if (read !== undefined) read.data.list = 'changed';
        expect((await store.readStream(streamId))[0]?.data).toEqual({ list: [1] });
      });

      it('holds no property of an event that the envelope does not have', async () => {
        const streamId = newStreamId();
        await store.append(streamId, -1, newEvents(1));
        const [read] = await store.readStream(streamId);
        if (read === undefined) throw new Error('nothing was stored');
        const again = newStreamId();
        await store.append(again, -1, [read]);
        const [copy] = await store.readStream(again);
        expect(copy).toMatchObject({ streamId: again, revision: 0, eventId: read.eventId });
        expect(copy?.position).not.toBe(read.position);
      });
    });

    describe('a decision too large', () => {
      it('is refused before anything is written', async () => {
        const streamId = newStreamId();
        const half = 'x'.repeat(MAX_APPEND_BYTES / 2);
        const events = [newEvent({ half }), newEvent({ half })];
        await expect(store.append(streamId, -1, events)).rejects.toThrow(AppendTooLargeError);
        expect(await store.readStream(streamId)).toEqual([]);
      });

      it('is measured in bytes, not in characters', async () => {
        const text = '链'.repeat(MAX_APPEND_BYTES / 3);
        const refused = store.append(newStreamId(), -1, [newEvent({ text })]);
        await expect(refused).rejects.toThrow(AppendTooLargeError);
      });

      it('is taken when it is just under the limit', async () => {
        const streamId = newStreamId();
        const text = 'x'.repeat(MAX_APPEND_BYTES - 2_000);
        expect(await store.append(streamId, -1, [newEvent({ text })])).toMatchObject({ outcome: 'appended' });
        expect((await store.readStream(streamId))[0]?.data).toEqual({ text });
      });
    });

    describe('a listener', () => {
      it('hears of events that can be read', async () => {
        const told: { readonly position: Position; readonly readable: Promise<boolean> }[] = [];
        store.onAppended(position => {
          const isThere = (events: readonly RecordedEvent[]) => events.some(e => e.position === position);
          told.push({ position, readable: store.readAll('', 1_000).then(isThere) });
        });
        await store.append(newStreamId(), -1, newEvents(2));
        // Of an append whose answer was lost each event may be told of by itself.
        expect(told.at(-1)?.position).toBe(await store.head());
        for (const { readable } of told) expect(await readable).toBe(true);
      });

      it('hears of the newest event by the time that the append is answered', async () => {
        const heard: Position[] = [];
        store.onAppended(position => heard.push(position));
        const results = await Promise.all([1, 2, 3].map(() => store.append(newStreamId(), -1, newEvents(2))));
        const positions = results.map(result => (result.outcome === 'appended' ? result.position : 'none'));
        expect(heard.at(-1)).toBe(positions.toSorted().at(-1));
      });

      it('hears nothing of conflicts and resends', async () => {
        const streamId = newStreamId();
        const events = newEvents(1);
        await store.append(streamId, -1, events);
        const heard: Position[] = [];
        store.onAppended(position => heard.push(position));
        await store.append(streamId, -1, events);
        await store.append(streamId, -1, newEvents(1));
        expect(heard).toEqual([]);
      });

      it('that throws harms neither the append nor other listeners', async () => {
        const warned = new Promise(resolve => process.once('warning', resolve));
        const heard: Position[] = [];
        store.onAppended(() => {
          throw new Error('a listener broke');
        });
        store.onAppended(position => heard.push(position));
        expect(await store.append(newStreamId(), -1, newEvents(1))).toMatchObject({ outcome: 'appended' });
        expect(heard).toHaveLength(1);
        expect(await warned).toMatchObject({ message: 'a listener broke' });
      });

      it('hears no more once it has stopped', async () => {
        const heard: Position[] = [];
        const stop = store.onAppended(position => heard.push(position));
        stop();
        await store.append(newStreamId(), -1, newEvents(1));
        expect(heard).toEqual([]);
      });
    });

    describe('a closed store', () => {
      it('refuses appends and reads', async () => {
        await store.close();
        const closed = { name: 'StoreUnavailableError', reason: 'closed' };
        await expect(store.append(newStreamId(), -1, newEvents(1))).rejects.toMatchObject(closed);
        await expect(store.readStream(newStreamId())).rejects.toMatchObject(closed);
        await expect(store.readAll('', 1)).rejects.toMatchObject(closed);
        await expect(store.head()).rejects.toMatchObject(closed);
      });

      it('has finished what it was asked before', async () => {
        const streamId = newStreamId();
        const appending = store.append(streamId, -1, newEvents(2));
        await store.close();
        expect(await appending).toMatchObject({ outcome: 'appended', revision: 1 });
      });

      it('closes again without harm', async () => {
        await store.close();
        await store.close();
      });
    });

    it('does what a simple model does, whatever its clients do in whatever order', async () => {
      await storeAgreesWithModel(store);
    });

    it('keeps everything when it is opened again', async ({ skip }) => {
      const { reopen } = opened;
      if (reopen === undefined) return skip('nothing outlives this store');
      const streamId = newStreamId();
      const events = newEvents(3);
      const first = await store.append(streamId, -1, events);
      const before = await store.readAll('', 100);
      const { logId } = store;
      store = await reopen();
      expect(store.logId).toBe(logId);
      expect(await store.readAll('', 100)).toEqual(before);
      expect(await store.append(streamId, -1, events)).toEqual(first);
      expect(await store.append(streamId, 2, newEvents(1))).toMatchObject({
        outcome: 'appended',
        revision: 3,
      });
    });
  });
}

async function readWhole(store: EventStore, limit = 50): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (;;) {
    const page = await store.readAll(events.at(-1)?.position ?? '', limit);
    if (page.length === 0) return events;
    events.push(...page);
  }
}

function withoutPlace(event: RecordedEvent): NewEvent {
  const { streamId: _, revision: __, position: ___, ...rest } = event;
  return rest;
}
