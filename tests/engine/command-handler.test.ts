import { v4 as uuidv4 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { UpgradeNeededError } from '../../src/engine/command-handler.ts';
import { clientCommandId } from '../../src/engine/command-id.ts';
import type { CommandOutcome } from '../../src/engine/command-request.ts';
import { type EventStore, StoreUnavailableError } from '../../src/store/event-store.ts';
import { memoryStore } from '../../src/store/memory-store.ts';
import { agent, HOUR_MS, house, MONDAY, QA_HEAD, TEAM_LEAD } from './house.ts';
import { parcel } from './parcel-lifecycle.ts';

const note = (text = 'n') => ({ type: 'note', data: { text } });

function accepted(outcome: CommandOutcome) {
  if (outcome.outcome !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(outcome)}`);
  return outcome;
}

describe('an accepted command', () => {
  it('opens a case whose id follows from the command id', async () => {
    const one = house();
    const commandId = uuidv4();
    const outcome = accepted(await one.send({ type: 'open', data: { label: 'A1' } }, { commandId }));
    const again = house({ store: memoryStore({ clock: one.clock, newLogId: () => one.store.logId }) });
    const elsewhere = accepted(await again.send({ type: 'open', data: { label: 'A1' } }, { commandId }));
    expect(elsewhere.caseId).toBe(outcome.caseId);
  });

  it('answers with what is stored', async () => {
    const { send, stream } = house();
    const outcome = accepted(
      await send({ type: 'open', data: { label: 'A1', description: 'left at 张三’s' } }),
    );
    const stored = (await stream(outcome.caseId)).map(({ position: _, ...event }) => event);
    expect(outcome.events).toEqual(stored);
    expect(outcome).toMatchObject({ revision: 1, etag: 1, replayed: false });
    expect(outcome.position).toBe((await stream(outcome.caseId)).at(-1)?.position);
  });

  it('carries the whole command on its first event alone, personal values sealed', async () => {
    const { send, stream, sealer } = house();
    const { caseId } = accepted(await send({ type: 'open', data: { label: 'A1', description: 'secret' } }));
    const [first, second] = await stream(caseId);
    expect(first?.metadata.command).toEqual({ type: 'open', data: { label: 'A1', description: '[sealed]' } });
    expect(first && sealer.open(first).metadata.command).toEqual({
      type: 'open',
      data: { label: 'A1', description: 'secret' },
    });
    expect(second?.metadata).not.toHaveProperty('command');
  });

  it('carries a mac of the command on its first event if its sender can send it again, and only then', async () => {
    const { send, stream } = house();
    const command = { type: 'open', data: { label: 'A1', description: 'secret' } };
    const keyed = accepted(await send(command, { commandId: uuidv4(), keyed: true }));
    const [first, second] = await stream(keyed.caseId);
    expect(first?.metadata.bodyMac).toMatch(/^[0-9a-f]{64}$/);
    expect(second?.metadata).not.toHaveProperty('bodyMac');
    const unkeyed = accepted(await send(command));
    expect((await stream(unkeyed.caseId))[0]?.metadata).not.toHaveProperty('bodyMac');
  });

  it('is stamped with three instants, actor, policy and calendar', async () => {
    const { send, stream, clock } = house();
    const actor = agent({ onBehalfOf: uuidv4() });
    const receivedAt = MONDAY - HOUR_MS;
    const outcome = await send(
      { type: 'open', data: { label: 'A1', receivedAt } },
      { actor, now: MONDAY - 60_000 },
    );
    const [first] = await stream(accepted(outcome).caseId);
    expect(first?.metadata).toMatchObject({
      occurredAt: receivedAt,
      decidedAt: MONDAY - 60_000,
      recordedAt: clock.at,
      actor: { id: actor.id, role: 'agent', via: 'http', onBehalfOf: actor.onBehalfOf },
      policyVersion: 1,
      calendarVersion: 1,
      deciderVersion: 1,
    });
  });

  it('is never recorded earlier than the event before, though the wall clock goes back', async () => {
    const { send, open, stream, clock } = house();
    const caseId = await open();
    clock.at = MONDAY - HOUR_MS;
    await send(note(), { caseId });
    const events = await stream(caseId);
    expect(events.at(-1)?.metadata).toMatchObject({ recordedAt: MONDAY, decidedAt: MONDAY - HOUR_MS });
  });

  it('with no events adds nothing', async () => {
    const { send, open, stream } = house();
    const caseId = await open();
    const system = agent({ role: 'system', roles: ['system'], via: 'timer' });
    const data = { name: 'firstReply', cycle: 9, kind: 'breach', key: '', armedRevision: 1, at: MONDAY };
    const outcome = await send({ type: 'fireTimer', data }, { caseId, actor: system });
    expect(outcome).toMatchObject({ outcome: 'accepted', events: [], replayed: false, revision: 1 });
    expect(await stream(caseId)).toHaveLength(2);
  });
});

describe('the same command sent again', () => {
  const key = { keyed: true, commandId: uuidv4() };

  it('adds nothing and gets the same answer, over restarts too', async () => {
    const { send, open, store, keys, clock, stream } = house();
    const caseId = await open();
    const first = accepted(await send({ type: 'search', data: {} }, { caseId, ...key }));
    await send(note(), { caseId });
    const restarted = house({ store, keys, clock });
    for (const node of [send, restarted.send]) {
      const again = accepted(await node({ type: 'search', data: {} }, { caseId, ...key }));
      expect({ ...again, events: again.events.map(e => e.eventId) }).toEqual({
        ...first,
        folded: undefined,
        events: first.events.map(e => e.eventId),
        replayed: true,
      });
    }
    expect(await stream(caseId)).toHaveLength(6);
  });

  it('is known before If-Match is looked at', async () => {
    const { send, open } = house();
    const caseId = await open();
    await send(note(), { caseId, ...key, ifMatch: 1 });
    expect(await send(note(), { caseId, ...key, ifMatch: 1 })).toMatchObject({
      outcome: 'accepted',
      replayed: true,
    });
  });

  it('opens no second case, after a restart and side by side', async () => {
    const { send, store, keys, clock, stream } = house();
    const command = { type: 'open', data: { label: 'A1', description: 'x' } };
    const outcomes = await Promise.all([send(command, key), send(command, key)]);
    const restarted = house({ store, keys, clock });
    outcomes.push(await restarted.send(command, key));
    expect(outcomes.map(o => accepted(o).replayed)).toEqual([false, true, true]);
    expect(await stream(accepted(outcomes[0] ?? { outcome: 'notFound' }).caseId)).toHaveLength(2);
  });

  it('with another body under the same key is refused', async () => {
    const { send, open, stream } = house();
    const caseId = await open();
    await send(note('one'), { caseId, ...key });
    expect(await send(note('two'), { caseId, ...key })).toEqual({ outcome: 'keyReused' });
    expect(await stream(caseId)).toHaveLength(3);
  });

  it('is decided afresh when it was rejected before', async () => {
    const { send, open } = house();
    const caseId = await open();
    const actor = agent();
    expect(await send({ type: 'inspect', data: {} }, { caseId, ...key, actor })).toMatchObject({
      outcome: 'rejected',
    });
    const qualified = {
      ...actor,
      qualifications: [{ name: 'remoteJudgement' as const, validUntil: MONDAY }],
    };
    expect(await send({ type: 'inspect', data: {} }, { caseId, ...key, actor: qualified })).toMatchObject({
      outcome: 'accepted',
      replayed: false,
    });
  });

  it('has an id made of principal, command type and key in the log', () => {
    const logId = uuidv4();
    const client = { principal: uuidv4(), commandType: 'note', idempotencyKey: 'k' };
    expect(clientCommandId(logId, client)).toBe(clientCommandId(logId, { ...client }));
    expect(clientCommandId(logId, { ...client, commandType: 'search' })).not.toBe(
      clientCommandId(logId, client),
    );
    expect(clientCommandId(uuidv4(), client)).not.toBe(clientCommandId(logId, client));
  });
});

describe('writers side by side', () => {
  it('on one node all succeed, one after the other', async () => {
    const { send, open, stream } = house();
    const caseId = await open();
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => send(note(), { caseId })));
    expect(outcomes.every(o => o.outcome === 'accepted')).toBe(true);
    expect((await stream(caseId)).map(e => e.revision)).toEqual(Array.from({ length: 52 }, (_, i) => i));
  });

  it('on two nodes decide again on what the other wrote', async () => {
    const one = house();
    const two = house({ store: one.store, keys: one.keys, clock: one.clock });
    const caseId = await one.open();
    await two.handler.load(parcel, caseId);
    await one.send({ type: 'search', data: {} }, { caseId });
    expect(await two.send(note(), { caseId })).toMatchObject({ outcome: 'accepted', revision: 5 });
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, (_, i) => (i % 2 === 0 ? one : two).send(note(), { caseId })),
    );
    expect(outcomes.map(o => o.outcome)).toEqual(Array.from({ length: 6 }, () => 'accepted'));
  });

  it('of the same command on two nodes write it once', async () => {
    const one = house();
    const two = house({ store: one.store, keys: one.keys, clock: one.clock });
    const caseId = await one.open();
    await two.handler.load(parcel, caseId);
    const commandId = uuidv4();
    const outcomes = await Promise.all([one, two].map(node => node.send(note(), { caseId, commandId })));
    expect(outcomes.map(o => accepted(o).replayed).sort()).toEqual([false, true]);
    expect(await one.stream(caseId)).toHaveLength(3);
  });

  it('give up with a conflict after a few decisions in vain', async () => {
    const inner = house();
    const caseId = await inner.open();
    let tries = 0;
    const crowded: EventStore = {
      ...forwarding(inner.store),
      append: async (streamId, expected, events) => {
        if (!streamId.startsWith('parcel-')) return inner.store.append(streamId, expected, events);
        tries++;
        await inner.send(note(), { caseId });
        return inner.store.append(streamId, expected, events);
      },
    };
    const { send } = house({ store: crowded, keys: inner.keys, clock: inner.clock });
    expect(await send(note(), { caseId })).toEqual({ outcome: 'conflict', revision: 1 + tries });
    expect(tries).toBe(5);
  });

  it('are not told no on a state that another node has left behind', async () => {
    const one = house();
    const two = house({ store: one.store, keys: one.keys, clock: one.clock });
    const caseId = await one.open();
    await two.handler.load(parcel, caseId);
    await one.send({ type: 'search', data: {} }, { caseId });
    expect(await two.send(note(), { caseId, ifMatch: 4 })).toMatchObject({ outcome: 'accepted' });
  });
});

describe('If-Match', () => {
  it('takes the revision that was seen, and refuses an older one', async () => {
    const { send, open } = house();
    const caseId = await open();
    expect(await send(note(), { caseId, ifMatch: 1 })).toMatchObject({ outcome: 'accepted', etag: 2 });
    expect(await send(note(), { caseId, ifMatch: 1 })).toEqual({ outcome: 'preconditionFailed', etag: 2 });
  });

  it('is not spoilt by a timer', async () => {
    const { send, open, clock, handler } = house();
    const caseId = await open();
    clock.at = MONDAY + 20 * HOUR_MS;
    const actor = agent({ role: 'system', roles: ['system'], via: 'timer' });
    const data = {
      name: 'firstReply',
      cycle: 1,
      kind: 'warn',
      key: '0.8',
      armedRevision: 1,
      at: MONDAY + 19.2 * HOUR_MS,
    };
    await send({ type: 'fireTimer', data }, { caseId, actor });
    expect(await handler.load(parcel, caseId)).toMatchObject({ revision: 2, etag: 1 });
    expect(await send(note(), { caseId, ifMatch: 1 })).toMatchObject({
      outcome: 'accepted',
      revision: 3,
      etag: 3,
    });
  });
});

describe('roles', () => {
  it('are checked by the table of the lifecycle before anything is decided', async () => {
    const { send, open, stream } = house();
    const caseId = await open();
    const customer = agent({ role: 'customer', roles: ['customer'] });
    expect(await send(note(), { caseId, actor: customer })).toEqual({
      outcome: 'forbidden',
      needs: ['agent', 'lead'],
    });
    expect(await stream(caseId)).toHaveLength(2);
  });

  it('record the one under which the command was allowed', async () => {
    const { send, open, stream } = house();
    const caseId = await open();
    const actor = agent({ role: 'qa', roles: ['qa', 'lead'] });
    await send(note(), { caseId, actor });
    expect((await stream(caseId)).at(-1)?.metadata.actor.role).toBe('lead');
  });
});

describe('a case that cannot be acted on', () => {
  it('is not found where there is none', async () => {
    const { send, handler } = house();
    expect(await send(note(), { caseId: uuidv4() })).toEqual({ outcome: 'notFound' });
    expect(await handler.load(parcel, uuidv4())).toBeUndefined();
  });

  it('needs an upgrade when a newer release wrote in it', async () => {
    const { send, open, store, handler, stream } = house();
    const caseId = await open();
    const [first] = await stream(caseId);
    if (first === undefined) throw new Error('no event');
    const { streamId: _s, revision: _r, position: _p, ...event } = first;
    await store.append(`parcel-${caseId}`, 1, [
      { ...event, eventId: uuidv4(), type: 'ParcelBeamed', sealed: [] },
    ]);
    expect(await send(note(), { caseId })).toEqual({ outcome: 'upgradeNeeded', type: 'ParcelBeamed v1' });
    await expect(handler.load(parcel, caseId)).rejects.toThrow(UpgradeNeededError);
    const other = await open();
    await store.append(`parcel-${other}`, 1, [{ ...event, eventId: uuidv4(), schemaVersion: 2, sealed: [] }]);
    expect(await send(note(), { caseId: other })).toEqual({
      outcome: 'upgradeNeeded',
      type: 'ParcelMissed v2',
    });
  });

  it('can only be brought to its end beyond 5,000 events', async () => {
    const { send, open, stream } = house();
    const caseId = await open();
    for (let i = 0; i < 1666; i++) await send({ type: 'search', data: {} }, { caseId });
    expect(await stream(caseId)).toHaveLength(5000);
    expect(await send(note(), { caseId })).toEqual({ outcome: 'caseTooLong', limit: 5000 });
    expect(await send({ type: 'close', data: {} }, { caseId })).toMatchObject({ outcome: 'accepted' });
  });
});

describe('a rejection', () => {
  it('is a value with its reason and what is possible', async () => {
    const { send, open } = house();
    const caseId = await open();
    expect(await send({ type: 'inspect', data: {} }, { caseId })).toEqual({
      outcome: 'rejected',
      reason: 'notQualified',
      details: { needs: 'remoteJudgement', possible: ['note', 'search', 'close'] },
      revision: 1,
    });
  });

  it('is journalled: who tried what, when, and why not', async () => {
    const { send, open, store, sealer } = house();
    const caseId = await open();
    await send({ type: 'close', data: {} }, { caseId });
    const actor = agent();
    const commandId = uuidv4();
    await send(note('hidden'), { caseId, actor, commandId });
    await send(note('hidden too'), { caseId, actor });
    const [journalled, second] = await store.readStream(`rejection-${caseId}`);
    expect(journalled).toMatchObject({
      type: 'CommandRejected',
      data: {
        lifecycle: 'complaint',
        command: 'note',
        reason: 'alreadyClosed',
        details: { closed: true, possible: [] },
        decidedOnRevision: 2,
      },
      metadata: { actor: { id: actor.id }, commandId, command: { type: 'note', data: { text: '[sealed]' } } },
    });
    expect(journalled && sealer.open(journalled).metadata.command?.data).toEqual({ text: 'hidden' });
    expect(second?.revision).toBe(1);
  });

  it('of an opening command is journalled under the id that the case would have had', async () => {
    const { send, store } = house();
    const commandId = uuidv4();
    await send({ type: 'open', data: { label: 'nothing' } }, { commandId });
    const journalled = (await store.readAll('', 10)).at(-1);
    expect(journalled).toMatchObject({
      data: { reason: 'nothingLost', decidedOnRevision: -1 },
      metadata: { commandId },
    });
    const opened = accepted(await send({ type: 'open', data: { label: 'A1' } }, { commandId }));
    expect(journalled?.streamId).toBe(`rejection-${opened.caseId}`);
  });

  it('goes on being journalled after a restart', async () => {
    const { send, open, store, keys, clock } = house();
    const caseId = await open();
    await send({ type: 'inspect', data: {} }, { caseId });
    await house({ store, keys, clock }).send({ type: 'inspect', data: {} }, { caseId });
    expect((await store.readStream(`rejection-${caseId}`)).map(e => e.revision)).toEqual([0, 1]);
  });

  it('fills the journal with no more than sixty a minute of one principal', async () => {
    const { send, open, store, clock, warnings } = house();
    const caseId = await open();
    const actor = agent();
    const fail = () => send({ type: 'inspect', data: {} }, { caseId, actor });
    for (let i = 0; i < 70; i++) expect(await fail()).toMatchObject({ outcome: 'rejected' });
    expect(await store.readStream(`rejection-${caseId}`)).toHaveLength(60);
    expect(warnings).toHaveLength(1);
    clock.at += 60_000;
    await fail();
    expect(await store.readStream(`rejection-${caseId}`)).toHaveLength(61);
  });

  it('is given though the journal cannot be written', async () => {
    const inner = house();
    const caseId = await inner.open();
    const store: EventStore = {
      ...forwarding(inner.store),
      append: async () => {
        throw new StoreUnavailableError('full', 'no room');
      },
    };
    const { send, warnings } = house({ store, keys: inner.keys, clock: inner.clock });
    expect(await send({ type: 'inspect', data: {} }, { caseId })).toMatchObject({ outcome: 'rejected' });
    expect(warnings).toMatchObject([{ cause: 'full' }]);
  });
});

describe('the context of a decision', () => {
  it('is recorded only as far as it was read', async () => {
    const { send, open, stream } = house();
    const caseId = await open();
    const qualifications = [{ name: 'remoteJudgement' as const, validUntil: MONDAY + HOUR_MS }];
    const actor = agent({ qualifications, teamId: uuidv4(), department: 'sales' });
    await send(note(), { caseId, actor });
    await send({ type: 'inspect', data: {} }, { caseId, actor });
    await send({ type: 'ask', data: {} }, { caseId, actor });
    const contexts = (await stream(caseId)).slice(2).map(e => e.metadata.context);
    expect(contexts).toEqual([
      undefined,
      { actor: { qualifications } },
      { organisation: { heads: [QA_HEAD] } },
    ]);
  });

  it('names a linked case by stream and revision', async () => {
    const { send, open, stream } = house();
    const survivorId = await open();
    const caseId = await open();
    await send({ type: 'mergeInto', data: { survivorId } }, { caseId });
    expect((await stream(caseId)).at(-1)).toMatchObject({
      data: { survivorId, survivorPhase: 'missed' },
      metadata: { context: { linkedCase: { streamId: `parcel-${survivorId}`, revision: 1 } } },
    });
    expect(await send({ type: 'mergeInto', data: { survivorId: uuidv4() } }, { caseId })).toMatchObject({
      reason: 'noSuchSurvivor',
    });
  });

  it('of a rejection is journalled with it', async () => {
    const { send, open, store } = house();
    const caseId = await open();
    await send({ type: 'inspect', data: {} }, { caseId });
    const [journalled] = await store.readStream(`rejection-${caseId}`);
    expect(journalled?.metadata.context).toEqual({ actor: { qualifications: [] } });
  });
});

describe('a store in trouble', () => {
  it('that cannot say what it stored is sent the same bytes again', async () => {
    const inner = house();
    let failures = 2;
    const store: EventStore = {
      ...forwarding(inner.store),
      append: async (...args) => {
        const result = await inner.store.append(...args);
        if (failures-- > 0) throw new StoreUnavailableError('io', 'lost the answer', { ambiguous: true });
        return result;
      },
    };
    const { send, stream } = house({ store, keys: inner.keys, clock: inner.clock });
    const outcome = accepted(await send({ type: 'open', data: { label: 'A1' } }));
    expect(outcome).toMatchObject({ revision: 1, replayed: false });
    expect(await stream(outcome.caseId)).toHaveLength(2);
  });

  it('that is full is told to the sender, and the case goes on when there is room', async () => {
    const inner = house();
    const caseId = await inner.open();
    let full = true;
    const store: EventStore = {
      ...forwarding(inner.store),
      append: async (...args) => {
        if (full) throw new StoreUnavailableError('full', 'no room');
        return inner.store.append(...args);
      },
    };
    const { send } = house({ store, keys: inner.keys, clock: inner.clock });
    await expect(send(note(), { caseId })).rejects.toThrow(StoreUnavailableError);
    full = false;
    expect(await send(note(), { caseId })).toMatchObject({ outcome: 'accepted', revision: 2 });
  });
});

describe('a bug of a lifecycle', () => {
  it('writes no event that its own schema refuses', async () => {
    const { send, open, stream } = house();
    const caseId = await open();
    await expect(send({ type: 'misbehave', data: { how: 'malformed' } }, { caseId })).rejects.toThrow(
      /malformed DepotSearched: depot/,
    );
    expect(await stream(caseId)).toHaveLength(2);
  });

  it('writes no event that cannot be folded, and the case goes on', async () => {
    const { send, open, stream } = house();
    const caseId = await open();
    await expect(send({ type: 'misbehave', data: { how: 'unfoldable' } }, { caseId })).rejects.toThrow(
      'no such depot',
    );
    expect(await stream(caseId)).toHaveLength(2);
    expect(await send(note(), { caseId })).toMatchObject({ outcome: 'accepted' });
  });
});

describe('an escalation', () => {
  it('names who leads now', async () => {
    const { send, open, clock, stream } = house();
    const caseId = await open();
    clock.at = MONDAY + 25 * HOUR_MS;
    const actor = agent({ role: 'system', roles: ['system'], via: 'timer' });
    const data = {
      name: 'firstReply',
      cycle: 1,
      kind: 'breach',
      key: '',
      armedRevision: 1,
      at: MONDAY + 24 * HOUR_MS,
    };
    await send({ type: 'fireTimer', data }, { caseId, actor });
    const [, , breached, escalated] = await stream(caseId);
    expect(breached).toMatchObject({
      type: 'SlaClockBreached',
      metadata: { occurredAt: MONDAY + 24 * HOUR_MS },
    });
    expect(escalated?.data).toMatchObject({ level: 1, recipients: [{ userId: TEAM_LEAD, role: 'lead' }] });
  });
});

/** A store whose methods can be replaced one by one. */
function forwarding(store: EventStore): EventStore {
  return {
    logId: store.logId,
    moves: store.moves,
    append: (...args) => store.append(...args),
    readStream: (...args) => store.readStream(...args),
    readAll: (...args) => store.readAll(...args),
    readTypes: (...args) => store.readTypes(...args),
    head: () => store.head(),
    onAppended: listener => store.onAppended(listener),
    eventsBetween: (...args) => store.eventsBetween(...args),
    close: () => store.close(),
  };
}
