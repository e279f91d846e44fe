import { v4 as uuidv4 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { delayOf } from '../../src/cluster/shares.ts';

const nodes = Array.from({ length: 5 }, () => uuidv4());
const streams = Array.from({ length: 2_000 }, () => `complaint-${uuidv4()}`);
const ownerOf = (streamId: string, of: readonly string[]) =>
  of.filter(nodeId => delayOf(streamId, nodeId, of) === 0);

describe('the share of a node', () => {
  it('is whole and apart: every stream has one node that does not wait, and the others come one after the other', () => {
    for (const streamId of streams.slice(0, 200)) {
      const delays = nodes.map(nodeId => delayOf(streamId, nodeId, nodes)).toSorted((a, b) => a - b);
      expect(delays).toEqual([0, 10_000, 11_000, 12_000, 13_000]);
    }
  });

  it('is about as large as any other', () => {
    const counts = new Map<string, number>();
    for (const streamId of streams) {
      const [owner = ''] = ownerOf(streamId, nodes);
      counts.set(owner, (counts.get(owner) ?? 0) + 1);
    }
    // 400 on average, with a standard deviation of 18: seven of them.
    for (const nodeId of nodes) expect(Math.abs((counts.get(nodeId) ?? 0) - 400)).toBeLessThan(126);
  });

  it('only grows when a node goes, and does not change hands among those that stay', () => {
    const left = nodes.slice(1);
    for (const streamId of streams.slice(0, 500)) {
      const [before] = ownerOf(streamId, nodes);
      const [after] = ownerOf(streamId, left);
      if (before !== nodes[0]) expect(after).toBe(before);
    }
  });

  it('is everything for a node that knows of no other', () => {
    expect(delayOf(streams[0] ?? '', nodes[0] ?? '', [])).toBe(0);
  });
});
