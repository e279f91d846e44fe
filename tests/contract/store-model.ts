import fc from 'fast-check';
import { expect } from 'vitest';
import type { EventStore, NewEvent } from '../../src/store/event-store.ts';
import { newEvents, newStreamId } from './new-event.ts';

/** What a client does next: append at the end it believes in or beside it, or send its last append again. */
const actionArbitrary = fc.record({
  kind: fc.constantFrom('append', 'append', 'append', 'resend'),
  stream: fc.nat(2),
  /** Added to the revision that the client believes to be the last. */
  revisionError: fc.constantFrom(0, 0, 0, 0, -1, 1),
  count: fc.integer({ min: 1, max: 3 }),
});
type Action = Readonly<{ kind: string; stream: number; revisionError: number; count: number }>;

type ModelResult =
  | { outcome: 'appended'; revision: number }
  | { outcome: 'conflict'; actualRevision: number };

/** The model: streams as arrays of event ids. */
class Model {
  readonly streams = new Map<string, string[]>();

  append(streamId: string, expectedRevision: number, ids: readonly string[]): ModelResult {
    const stored = this.streams.get(streamId) ?? [];
    if (stored.length - 1 === expectedRevision) {
      this.streams.set(streamId, [...stored, ...ids]);
      return { outcome: 'appended', revision: expectedRevision + ids.length };
    }
    const there = stored.slice(expectedRevision + 1, expectedRevision + 1 + ids.length);
    if (there.length === ids.length && there.every((id, at) => id === ids[at])) {
      return { outcome: 'appended', revision: expectedRevision + ids.length };
    }
    return { outcome: 'conflict', actualRevision: stored.length - 1 };
  }
}

/**
 * Several clients act at once, each on its own idea of three streams, their steps interleaved by the scheduler of
 * fast-check; appends asked for in one turn of the event loop are decided in the order in which they were asked for.
 */
export async function storeAgreesWithModel(store: EventStore): Promise<void> {
  const clients = fc.array(fc.array(actionArbitrary, { maxLength: 8 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(clients, fc.scheduler(), async (scripts, scheduler) => {
      const model = new Model();
      const streamIds = [newStreamId(), newStreamId(), newStreamId()];
      const running = scripts.map(script => client(script, store, model, streamIds, scheduler));
      await Promise.all([scheduler.waitFor(Promise.all(running)), ...running]);
      for (const streamId of streamIds) {
        const stored = await store.readStream(streamId);
        expect(stored.map(event => event.eventId)).toEqual(model.streams.get(streamId) ?? []);
      }
    }),
    { numRuns: 40 },
  );
}

async function client(
  script: readonly Action[],
  store: EventStore,
  model: Model,
  streamIds: readonly string[],
  scheduler: fc.Scheduler,
): Promise<void> {
  const believed = new Map<string, number>();
  let last: { streamId: string; expected: number; events: readonly NewEvent[] } | undefined;
  for (const { kind, stream, revisionError, count } of script) {
    await scheduler.schedule(Promise.resolve());
    const streamId = streamIds[stream] ?? '';
    const expected = Math.max(-1, (believed.get(streamId) ?? -1) + revisionError);
    if (kind === 'append' || last === undefined) last = { streamId, expected, events: newEvents(count) };
    const ids = last.events.map(event => event.eventId);
    const asked = model.append(last.streamId, last.expected, ids);
    const result = await store.append(last.streamId, last.expected, last.events);
    expect(result).toMatchObject(asked);
    believed.set(last.streamId, result.outcome === 'appended' ? result.revision : result.actualRevision);
  }
}
