import { rmSync, writeFileSync } from 'node:fs';
import { v4 as uuidv4 } from 'uuid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { firstUser } from '../../src/cli/first-user.ts';
import type { House } from '../../src/engine/open-house.ts';
import {
  type Cluster,
  cluster,
  complaint,
  give,
  received,
  request,
  told,
  writeMasterKey,
} from './cluster.ts';

let of: Cluster;
beforeEach(async () => {
  of = await cluster();
});
afterEach(() => of.close());

describe('nodes that share a log', () => {
  it('make one log when they start first at once', async () => {
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map(name => of.start(name)));
    expect(new Set([a, b, c].map(house => house?.store.logId)).size).toBe(1);
    const events = (await a?.store.readAll('', 1_000)) ?? [];
    const counted = (type: string) => events.filter(event => event.type === type).length;
    expect({
      created: counted('LogCreated'),
      keys: counted('MasterKeyNamed'),
      policies: counted('PolicyPublished'),
      calendars: counted('CalendarPublished'),
      categories: counted('DefectCategoriesPublished'),
      teams: counted('TeamRegistered'),
      nodes: counted('NodeRegistered'),
    }).toEqual({ created: 1, keys: 1, policies: 1, calendars: 1, categories: 1, teams: 1, nodes: 3 });
  });

  it('make one first user when they start first at once, and show its token once', async () => {
    const houses = await Promise.all(['a', 'b', 'c'].map(name => of.start(name)));
    const tokens = await Promise.all(houses.map(house => firstUser(house)));
    expect(tokens.filter(token => token !== undefined)).toHaveLength(1);
    const [any] = houses;
    await any?.upToDate();
    expect(any?.directory.userIds()).toHaveLength(1);
    const events = (await any?.store.readAll('', 1_000)) ?? [];
    const counted = (type: string) => events.filter(event => event.type === type).length;
    expect([counted('UserRegistered'), counted('TokenIssued'), counted('TeamLeadSet')]).toEqual([1, 1, 1]);
    // A start that was cut off before the token finds what there is.
    expect(await firstUser(await of.start('d'))).toBeUndefined();
  });

  it('show on one what was written on another, personal words too, and do the same command once', async () => {
    const [a, b] = [await of.start('a'), await of.start('b')];
    const commandId = uuidv4();
    const opening = request('receive', received(), { commandId, keyed: true });
    const [first, second] = await Promise.all([a.handler.handle(opening), b.handler.handle(opening)]);
    if (first.outcome !== 'accepted' || second.outcome !== 'accepted') throw new Error('not accepted');
    expect([first.replayed, second.replayed].filter(Boolean)).toHaveLength(1);
    expect(second.caseId).toBe(first.caseId);
    const { caseId } = first;
    expect(await told(b, caseId)).toContain('13800138000');
    const note = await give(b, 'addNote', { text: 'asked again by 13900139000' }, { caseId });
    expect(await a.views.waitFor(note.position, 20_000)).toBe(true);
    expect(await b.views.waitFor(note.position, 20_000)).toBe(true);
    expect(a.views.numberOf(caseId)).toBe(b.views.numberOf(caseId));
    expect(await told(a, caseId)).toContain('13900139000');
    // The same key with another body.
    const other = request('receive', received({ channel: 'email' }), { commandId, keyed: true });
    expect(await b.handler.handle(other)).toEqual({ outcome: 'keyReused' });
    expect(await a.handler.load(complaint, caseId)).toMatchObject({ revision: note.revision });
  });

  it('go on after all of them were stopped, with the keys that are in the database', async () => {
    const a = await of.start('a');
    const { caseId } = await give(a, 'receive', received());
    await a.close();
    const b = await of.start('b');
    expect(await told(b, caseId)).toContain('13800138000');
    const again = await of.start('a');
    expect(again.node?.nodeId).toBe(a.node?.nodeId);
    expect(again.node?.nodes.working()).toHaveLength(2);
    await give(again, 'addNote', { text: 'Back again.' }, { caseId });
    expect(await told(b, caseId)).toContain('Back again.');
  });
});

describe('the master key of a shared log', () => {
  it('is never made up', async () => {
    rmSync(of.masterKeyFile);
    await expect(of.start('a')).rejects.toThrow('no master key is made up');
  });

  it('is the one whose fingerprint is in the log, and no other starts a node', async () => {
    await of.start('a');
    const other = `${of.masterKeyFile}.other`;
    writeMasterKey(other, 8);
    await expect(of.start('b', { REDRESS_MASTER_KEY_FILE: other })).rejects.toThrow(
      /the log names the master key with the fingerprint [0-9a-f]{32}, and this node was given/,
    );
  });
});

describe('the secret that signs notifications, of nodes that send them', () => {
  const secretFile = (name: string, byte: number): string => {
    const path = `${of.masterKeyFile}.${name}`;
    writeFileSync(path, `whsec_${Buffer.alloc(32, byte).toString('base64')}\n`, { mode: 0o600 });
    return path;
  };
  const sending = (file: string) => ({
    REDRESS_NOTIFY_URL: 'http://127.0.0.1:9/',
    REDRESS_NOTIFY_SECRET_FILE: file,
  });
  const warned = async (house: House): Promise<string> => {
    await house.upToDate();
    return (await house.ready()).warnings.join();
  };

  it('is never made up', async () => {
    await expect(of.start('a', { REDRESS_NOTIFY_URL: 'http://127.0.0.1:9/' })).rejects.toThrow(
      'the secret that signs webhooks cannot be read',
    );
  });

  it('has to be the same: each says which nodes have another, until they have not', async () => {
    const [one, two] = [secretFile('one', 1), secretFile('two', 2)];
    const a = await of.start('a', sending(one));
    const b = await of.start('b', sending(two));
    const silent = await of.start('c');
    expect(await warned(a)).toContain(`on the nodes ${b.node?.nodeId}: put the same file on every node`);
    expect(await warned(b)).toContain(`on the nodes ${a.node?.nodeId}:`);
    expect(await warned(silent)).not.toContain('the secret that signs notifications');
    await b.close();
    const again = await of.start('b', sending(one));
    for (const house of [a, again]) {
      expect(await warned(house)).not.toContain('the secret that signs notifications');
    }
    const events = await a.store.readAll('', 1_000);
    expect(events.filter(event => event.type === 'NodeConfigured')).toHaveLength(3);
  });
});
