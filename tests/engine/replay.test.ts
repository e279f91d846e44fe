import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pendingTimers } from '../../domain/sla/timers.ts';
import { foldOn, newCase } from '../../src/engine/folded-case.ts';
import { linkedTo } from '../../src/engine/linked-case.ts';
import { retakeDecision } from '../../src/engine/retake-decision.ts';
import { timerRequest } from '../../src/engine/timer-request.ts';
import { agent, HOUR_MS, house, MONDAY } from './house.ts';
import { parcel } from './parcel-lifecycle.ts';

type Act =
  | { readonly kind: 'command'; readonly type: string; readonly node: number; readonly id: number }
  | { readonly kind: 'pass'; readonly hours: number }
  | { readonly kind: 'timer'; readonly node: number };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    kind: fc.constant('command' as const),
    type: fc.constantFrom('note', 'search', 'reply', 'ask', 'inspect', 'close', 'mergeInto'),
    node: fc.nat(1),
    // Few, so that commands come again.
    id: fc.nat(30),
  }),
  fc.record({ kind: fc.constant('pass' as const), hours: fc.integer({ min: -2, max: 30 }) }),
  fc.record({ kind: fc.constant('timer' as const), node: fc.nat(1) }),
);

/** Lives through the acts on two nodes that share a log; answers the case and every state that a node knew. */
async function live(acts: readonly Act[], cachedEvents: number) {
  const parts = { cachedEvents };
  const one = house({ parts });
  const two = house({ store: one.store, keys: one.keys, clock: one.clock, parts });
  const nodes = [one, two];
  const other = await one.open({ label: 'other' });
  const caseId = await one.open({ description: 'lost' });
  const actor = agent({
    roles: ['agent'],
    teamId: other,
    qualifications: [{ name: 'remoteJudgement', validUntil: MONDAY + 40 * HOUR_MS }],
  });
  const kept: { readonly revision: number; readonly state: object }[] = [];
  for (const each of acts) {
    if (each.kind === 'pass') {
      one.clock.at += each.hours * HOUR_MS;
      continue;
    }
    const node = nodes[each.node] ?? one;
    if (each.kind === 'command') {
      const data =
        each.type === 'note'
          ? { text: `note ${each.id}` }
          : each.type === 'mergeInto'
            ? { survivorId: other }
            : {};
      const commandId = `00000000-0000-4000-8000-${String(each.id).padStart(12, '0')}`;
      await node.send({ type: each.type, data }, { caseId, actor, commandId });
    } else {
      const loaded = await node.handler.load(parcel, caseId);
      for (const timer of loaded === undefined ? [] : pendingTimers(loaded.state)) {
        await node.handler.handle(timerRequest(one.store.logId, parcel, caseId, timer));
      }
    }
    const loaded = await node.handler.load(parcel, caseId);
    if (loaded !== undefined) kept.push(loaded);
  }
  return { ...one, caseId, other, kept, events: await one.stream(caseId) };
}

describe('state kept while running', () => {
  it('equals state rebuilt from the log, at every prefix', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { maxLength: 25 }),
        fc.constantFrom(0, 15, 10_000),
        async (acts, cachedEvents) => {
          const { events, kept } = await live(acts, cachedEvents);
          let folded = newCase(parcel);
          const rebuilt = [];
          for (const event of events) {
            folded = foldOn(parcel, folded, [event], event.position);
            const { state, revision, etag } = folded;
            rebuilt.push({ state, revision, etag });
          }
          for (const each of kept) expect(rebuilt[each.revision]).toStrictEqual(each);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('holds every command id that the stream ever accepted, once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 25 }), async acts => {
        const { events } = await live(acts, 10_000);
        const { commands } = foldOn(parcel, newCase(parcel), events, '');
        const runs = events.filter((e, at) => e.metadata.commandId !== events[at - 1]?.metadata.commandId);
        expect(runs.map(e => e.metadata.commandId)).toEqual([...commands.keys()]);
        for (const [commandId, { firstRevision, count }] of commands) {
          const own = events.slice(firstRevision, firstRevision + count);
          expect(own.every(e => e.metadata.commandId === commandId)).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('a decision taken again from the log alone', () => {
  it('gives the same events with the same ids in them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 25 }), async acts => {
        const { events, store, sealer, policies } = await live(acts, 10_000);
        const opened = events.map(event => sealer.open(event));
        let folded = newCase(parcel);
        for (const [at, first] of opened.entries()) {
          if (first.metadata.command !== undefined) {
            const context = first.metadata.context;
            const linkedCase =
              typeof context === 'object' && context !== null && 'linkedCase' in context
                ? context.linkedCase
                : undefined;
            const linked = linkedCase === undefined ? undefined : await linkedAsRecorded(store, linkedCase);
            const again = retakeDecision(parcel, first, folded.state, policies, linked);
            const then = opened.slice(at).filter(e => e.metadata.commandId === first.metadata.commandId);
            expect(again).toMatchObject({
              outcome: 'accepted',
              events: then.map(e => ({ type: e.type, data: e.data, occurredAt: e.metadata.occurredAt })),
            });
          }
          const event = events[at];
          if (event !== undefined) folded = foldOn(parcel, folded, [event], '');
        }
      }),
      { numRuns: 60 },
    );
  });
});

async function linkedAsRecorded(store: ReturnType<typeof house>['store'], recorded: unknown) {
  const { streamId, revision } = recorded as { streamId: string; revision: number };
  const events = (await store.readStream(streamId)).slice(0, revision + 1);
  return linkedTo(parcel, streamId, foldOn(parcel, newCase(parcel), events, ''));
}
