import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isLeafStream, leafOf } from '../../src/audit/leaf.ts';
import { isConsistent, isIncluded, leafHash } from '../../src/audit/merkle.ts';
import { TreeFollower } from '../../src/audit/tree-follower.ts';
import { TreeReader } from '../../src/audit/tree-reader.ts';
import { TreeWriter } from '../../src/audit/tree-writer.ts';
import { positionOf } from '../../src/store/position.ts';
import { openSqliteLog } from '../../src/store/sqlite-log.ts';
import type { BodyReader, StoredBody } from '../../src/store/stored-bodies.ts';
import { bodiesOf, openSqliteBodies } from '../../src/store/stored-bodies.ts';
import { leafHash as leafOfEnvelope } from '../log-format/leaf-hash.ts';
import { naiveRoot } from './naive-tree.ts';
import { provenLog } from './proven-log.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redress-tree-'));
  path = join(folder, 'tree.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Every seventh event is none of the tree's. */
function bodyAt(number: number): StoredBody {
  const id = `${String(number).padStart(8, '0')}-0000-7000-8000-000000000000`;
  const streamId = number % 7 === 0 ? `key-${id}` : `complaint-${id}`;
  const body = `{"data":{"n":${number}},"eventId":"${id}","metadata":{},"revision":0,"schemaVersion":1,"sealed":[],"streamId":"${streamId}","type":"A"}`;
  return { position: positionOf(number), streamId, revision: 0, body };
}

/** A log of so many events, which can grow. */
function growingLog(): BodyReader & { count: number } {
  return {
    logId: 'log',
    count: 0,
    async after(position, limit) {
      const from = Number(position) + 1;
      return Array.from({ length: Math.max(0, Math.min(limit, this.count - from + 1)) }, (_, at) =>
        bodyAt(from + at),
      );
    },
    ofStream: async () => [],
    async head() {
      return this.count === 0 ? '' : positionOf(this.count);
    },
    async close() {},
  };
}

const leavesUpTo = (count: number) =>
  Array.from({ length: count }, (_, at) => bodyAt(at + 1)).filter(({ streamId }) => isLeafStream(streamId));

function demand<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is none');
  return value;
}

describe('the file of hashes', () => {
  it('has the same roots, proofs and places, by whatever batches and restarts it was filled', async () => {
    const growths = fc.array(fc.record({ more: fc.integer({ min: 0, max: 900 }), reopen: fc.boolean() }), {
      minLength: 1,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(growths, fc.nat(), async (steps, chance) => {
        rmSync(path, { force: true });
        const log = growingLog();
        let follower = await TreeFollower.open(path, log);
        for (const { more, reopen } of steps) {
          log.count += more;
          await follower.follow();
          if (!reopen) continue;
          follower.close();
          follower = await TreeFollower.open(path, log);
        }
        follower.close();

        const events = leavesUpTo(log.count);
        const leaves = events.map(({ body }) => leafHash(body));
        const reader = demand(TreeReader.open(path));
        const size = leaves.length;
        expect(reader.state()).toEqual({
          logId: 'log',
          size,
          position: log.count === 0 ? '' : positionOf(log.count),
        });
        const root = naiveRoot(leaves);
        expect(hex(reader.root(size))).toBe(hex(root));
        expect([...reader.leaves()].map(({ hashed }) => hex(hashed))).toEqual(leaves.map(hex));
        if (size > 0) {
          const index = chance % size;
          const leaf = demand(leaves[index]);
          const event = demand(events[index]);
          expect(isIncluded({ leaf, index, size, path: reader.inclusionPath(index, size), root })).toBe(true);
          expect(reader.indexAt(event.position, leaf)).toBe(index);
          expect(reader.indexAt(event.position, leafHash('another'))).toBeUndefined();
          expect(reader.indexOf(event.streamId.slice('complaint-'.length))).toBe(index);
          const oldRoot = naiveRoot(leaves.slice(0, index));
          const way = reader.consistencyPath(index, size);
          expect(isConsistent({ oldSize: index, oldRoot, newSize: size, newRoot: root, path: way })).toBe(
            true,
          );
        }
        reader.close();
      }),
      { numRuns: 25 },
    );
  });

  it('takes three levels of tiles, and proves in them', async () => {
    const writer = new TreeWriter(path, 'log');
    const leaves = Array.from({ length: 66_000 }, (_, at) => leafHash(String(at)));
    for (let from = 0; from < leaves.length; from += 5_000) {
      const batch = leaves.slice(from, from + 5_000);
      const placed = batch.map((hashed, at) => ({
        hashed,
        eventId: '0'.repeat(32),
        after: positionOf(from + at),
      }));
      writer.append(placed, positionOf(from + batch.length));
    }
    writer.close();
    const reader = demand(TreeReader.open(path));
    const root = reader.root(66_000);
    for (const index of [0, 255, 256, 65_535, 65_536, 65_999]) {
      const proof = {
        leaf: demand(leaves[index]),
        index,
        size: 66_000,
        path: reader.inclusionPath(index, 66_000),
        root,
      };
      expect(isIncluded(proof)).toBe(true);
    }
    for (const oldSize of [1, 256, 257, 65_536, 65_999]) {
      const oldRoot = reader.root(oldSize);
      const way = reader.consistencyPath(oldSize, 66_000);
      expect(isConsistent({ oldSize, oldRoot, newSize: 66_000, newRoot: root, path: way })).toBe(true);
    }
    reader.close();
  });

  it('keeps what it was asked of a tree the same while that grows', async () => {
    const log = growingLog();
    log.count = 300;
    const follower = await TreeFollower.open(path, log);
    await follower.follow();
    const reader = demand(TreeReader.open(path));
    const { size } = reader.state();
    const before = [hex(reader.root(size)), reader.inclusionPath(size - 1, size).map(hex)];
    log.count = 1_000;
    await follower.follow();
    expect([hex(reader.root(size)), reader.inclusionPath(size - 1, size).map(hex)]).toEqual(before);
    expect(hex(reader.root(reader.state().size))).toBe(
      hex(naiveRoot(leavesUpTo(1_000).map(e => leafHash(e.body)))),
    );
    follower.close();
    reader.close();
  });

  it('does not go on over a log that is not the one whose hashes it took, and keeps them', async () => {
    const log = growingLog();
    log.count = 20;
    const follower = await TreeFollower.open(path, log);
    await follower.follow();
    follower.close();
    const changed = (by: Partial<BodyReader & { count: number }>) =>
      TreeFollower.open(path, { ...growingLog(), count: 20, ...by });
    await expect(changed({ logId: 'other' })).rejects.toThrow('the hashes are of the log log');
    await expect(changed({ count: 19 })).rejects.toThrow('the log ends before');
    const forged = { after: async () => [{ ...bodyAt(20), body: 'another' }] };
    await expect(changed(forged)).rejects.toThrow('is not the one whose hash was taken');
    const reader = demand(TreeReader.open(path));
    expect(reader.state().size).toBe(leavesUpTo(20).length);
    reader.close();
  });
});

describe('a leaf', () => {
  it('is the hash that the log format says, of what lies in the store and of what is read back', async () => {
    const log = await provenLog();
    await log.append(7);
    const events = await openSqliteLog(join(log.folder, 'events.db'));
    const raw = await openSqliteBodies(join(log.folder, 'events.db')).after('', 100);
    const read = await events.readAll('', 100);
    const again = await bodiesOf(events).after('', 100);
    expect(raw).toHaveLength(8);
    for (const [at, event] of read.entries()) {
      const body = demand(raw[at]);
      expect(again[at]).toEqual(body);
      expect(hex(leafOf(body).hashed)).toBe(leafOfEnvelope(event));
      expect(leafOf(body).eventId).toBe(event.eventId.replaceAll('-', ''));
    }
    await events.close();
    log.remove();
  });
});
