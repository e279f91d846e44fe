import { v4 as uuidv4 } from 'uuid';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CommandOf } from '../../domain/case/event-definition.ts';
import { erasure, type erasureCommands } from '../../domain/privacy/erasure.ts';
import { nodeOperations } from '../../src/cli/node-operations.ts';
import type { House } from '../../src/engine/open-house.ts';
import { type Cluster, cluster, give, received, told } from './cluster.ts';

let of: Cluster;
beforeEach(async () => {
  of = await cluster();
});
afterEach(() => of.close());

const officer = uuidv4();
const asking = (userId: string) => ({
  actor: { id: userId, role: 'privacyOfficer' as const, via: 'cli' as const },
  commandId: uuidv4(),
  keyed: false,
  correlationId: uuidv4(),
});
const step = (house: House, id: string, command: CommandOf<typeof erasureCommands>) =>
  house.people.give(erasure, { ...asking(officer), id, command });

/** Asks on one node that a case be forgotten, and approves it there. */
async function erased(house: House, caseId: string): Promise<string> {
  const id = uuidv4();
  const asked = await step(house, id, {
    type: 'requestErasure',
    data: { userId: officer, subjects: [{ kind: 'case', id: caseId }], ground: 'consentWithdrawn' },
  });
  expect(asked.outcome).toBe('accepted');
  const approved = await house.privacy.approve(id, asking(uuidv4()));
  expect(approved.outcome).toBe('accepted');
  return id;
}

/** Of a key that nobody has destroyed or cut off, and of one that a scavenge would take away. */
const keysNamedBy = (house: House, caseId: string) =>
  house.store
    .readStream(`complaint-${caseId}`)
    .then(events => [...new Set(events.flatMap(({ sealed }) => sealed.map(({ keyId }) => keyId)))]);

describe('an erasure on nodes that share a log', () => {
  it('is carried out by every node, names who has, and waits for a scavenge of the database', {
    timeout: 120_000,
  }, async () => {
    const [a, b] = [await of.start('a'), await of.start('b')];
    const { caseId } = await give(a, 'receive', received());
    await give(a, 'withdraw', {}, { caseId });
    expect(await told(b, caseId)).toContain('13800138000');
    const keyIds = await keysNamedBy(a, caseId);
    expect(keyIds).toHaveLength(1);

    const ids = [a, b].map(house => house.node?.nodeId ?? '');
    const id = await erased(a, caseId);
    await vi.waitFor(
      async () => {
        await b.upToDate();
        expect(
          b.privacy.register
            .erasure(id)
            ?.purgedBy?.map(each => each.nodeId)
            .sort(),
        ).toEqual(ids.toSorted());
      },
      { timeout: 60_000, interval: 200 },
    );
    for (const house of [a, b]) {
      expect(await told(house, caseId)).not.toContain('13800138000');
      expect(await told(house, caseId)).toContain('[erased]');
      await house.upToDate();
      const certificate = house.privacy.register.erasure(id);
      expect(certificate).toMatchObject({ stage: 'unreachable', keysDestroyed: 1 });
      expect(certificate && house.privacy.waitsFor(certificate)).toEqual([]);
    }
    // Nobody can ask for the key any more; on the database's disk it lies until the scavenge.
    const wrapped = () => of.server.log.all.filter(event => event.stream === `key-${keyIds[0]}`);
    expect(of.server.log.stream(`key-${keyIds[0]}`).map(event => event.type)).toEqual(['KeyDestroyed']);
    expect(wrapped().map(event => event.type)).toEqual(['KeyMade', 'KeyDestroyed']);
    of.server.log.scavenge();
    expect(wrapped().map(event => event.type)).toEqual(['KeyDestroyed']);

    const confirmed = await step(b, id, {
      type: 'confirmScavenge',
      data: { userId: officer, databaseNodes: ['db1'] },
    });
    expect(confirmed.outcome).toBe('accepted');
    await vi.waitFor(
      async () => {
        await a.upToDate();
        expect(a.privacy.register.erasure(id)).toMatchObject({
          stage: 'destroyed',
          scavenged: { databaseNodes: ['db1'], confirmedBy: officer },
        });
      },
      { timeout: 60_000, interval: 200 },
    );
    // The case goes on without the words.
    await give(b, 'addNote', { text: 'erased on request' }, { caseId });
    expect(await told(a, caseId)).not.toContain('13800138000');
  });

  it('waits for a node that was away, which lets go when it runs again', { timeout: 120_000 }, async () => {
    const [a, b] = [await of.start('a'), await of.start('b')];
    const { caseId } = await give(b, 'receive', received());
    await give(b, 'withdraw', {}, { caseId });
    const awayId = b.node?.nodeId;
    await b.close();
    const id = await erased(a, caseId);
    await a.privacy.settled();
    await a.upToDate();
    const certificate = a.privacy.register.erasure(id);
    expect(certificate && a.privacy.waitsFor(certificate)).toEqual([awayId]);
    await expect(nodeOperations['nodes.retire'](a, { nodeId: a.node?.nodeId })).rejects.toThrow(
      'this is the node itself',
    );
    const again = await of.start('b');
    await vi.waitFor(
      async () => {
        await a.upToDate();
        const now = a.privacy.register.erasure(id);
        expect(now && a.privacy.waitsFor(now)).toEqual([]);
      },
      { timeout: 60_000, interval: 200 },
    );
    expect(await told(again, caseId)).not.toContain('13800138000');
  });

  it('waits no more for a node that was retired', { timeout: 120_000 }, async () => {
    const [a, b] = [await of.start('a'), await of.start('b')];
    const { caseId } = await give(b, 'receive', received());
    await give(b, 'withdraw', {}, { caseId });
    await b.close();
    const id = await erased(a, caseId);
    await a.privacy.settled();
    await nodeOperations['nodes.retire'](a, { nodeId: b.node?.nodeId });
    const certificate = a.privacy.register.erasure(id);
    expect(certificate && a.privacy.waitsFor(certificate)).toEqual([]);
    expect(await nodeOperations['nodes.list'](a)).toMatchObject({ nodes: [{ nodeId: a.node?.nodeId }] });
  });
});
