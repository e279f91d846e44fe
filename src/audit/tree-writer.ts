import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Position } from '../../domain/log/envelope.ts';
import type { Leaf } from './leaf.ts';
import { HASH_BYTES, nodeHash } from './merkle.ts';
import { openTreeFile, readTreeState, TILE_HASHES, type TreeState, tileNumber } from './tree-file.ts';

const ID_BYTES = 16;

/** A leaf, and the position after which its event comes. */
export interface PlacedLeaf extends Leaf {
  readonly after: Position;
}

/** The tile at the right edge of a level: the one that still grows. */
interface OpenTile {
  index: number;
  count: number;
  readonly hashes: Uint8Array;
  after: Position;
  readonly eventIds: Uint8Array;
  changed: boolean;
}

/** Adds leaves to `tree.db`: two hashes a leaf in the mean, and a few tiles written a batch, however large the tree. */
export class TreeWriter {
  readonly #db: DatabaseSync;
  readonly #put: StatementSync;
  readonly #setState: StatementSync;
  readonly #edge: OpenTile[] = [];
  #state: TreeState;

  /** @throws TreeFileError */
  constructor(path: string, logId: string) {
    this.#db = openTreeFile(path, logId);
    this.#state = readTreeState(this.#db);
    this.#put = this.#db.prepare(
      'INSERT INTO tile (number, hashes, after_position, event_ids) VALUES (?, ?, ?, ?) ' +
        'ON CONFLICT DO UPDATE SET hashes = excluded.hashes, event_ids = excluded.event_ids',
    );
    this.#setState = this.#db.prepare('UPDATE state SET size = ?, position = ?');
    this.#readEdge();
  }

  get state(): TreeState {
    return this.#state;
  }

  /** Adds leaves and notes that the log was looked at up to a position, in one transaction. */
  append(leaves: readonly PlacedLeaf[], upTo: Position): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      for (const leaf of leaves) this.#add(0, leaf.hashed, leaf);
      for (const [level, tile] of this.#edge.entries()) if (tile.changed) this.#write(level, tile);
      const size = this.#state.size + leaves.length;
      this.#setState.run(size, upTo);
      this.#db.exec('COMMIT');
      this.#state = { ...this.#state, size, position: upTo };
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      this.#readEdge();
      throw error;
    }
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  #add(level: number, hashed: Uint8Array, leaf?: PlacedLeaf): void {
    let tile = this.#edge[level];
    if (tile === undefined) {
      tile = emptyTile(0);
      this.#edge[level] = tile;
    }
    tile.hashes.set(hashed, tile.count * HASH_BYTES);
    if (leaf !== undefined) {
      if (tile.count === 0) tile.after = leaf.after;
      tile.eventIds.set(Buffer.from(leaf.eventId, 'hex'), tile.count * ID_BYTES);
    }
    tile.count++;
    tile.changed = true;
    if (tile.count < TILE_HASHES) return;
    this.#write(level, tile);
    this.#add(level + 1, rootOfTile(tile.hashes));
    this.#edge[level] = emptyTile(tile.index + 1);
  }

  #write(level: number, tile: OpenTile): void {
    const hashes = tile.hashes.subarray(0, tile.count * HASH_BYTES);
    const ids = level === 0 ? tile.eventIds.subarray(0, tile.count * ID_BYTES) : null;
    this.#put.run(tileNumber(level, tile.index), hashes, level === 0 ? tile.after : null, ids);
    tile.changed = false;
  }

  /** As it was last committed. */
  #readEdge(): void {
    this.#edge.length = 0;
    const get = this.#db.prepare('SELECT hashes, after_position, event_ids FROM tile WHERE number = ?');
    let hashes = this.#state.size;
    for (let level = 0; hashes > 0; level++) {
      const tile = emptyTile(Math.floor(hashes / TILE_HASHES));
      const row = get.get(tileNumber(level, tile.index));
      tile.count = hashes % TILE_HASHES;
      if (tile.count > 0 && row?.hashes instanceof Uint8Array) {
        tile.hashes.set(row.hashes.subarray(0, tile.count * HASH_BYTES));
        tile.after = String(row.after_position ?? '');
        if (row.event_ids instanceof Uint8Array) {
          tile.eventIds.set(row.event_ids.subarray(0, tile.count * ID_BYTES));
        }
      }
      this.#edge[level] = tile;
      hashes = tile.index;
    }
  }
}

function emptyTile(index: number): OpenTile {
  return {
    index,
    count: 0,
    hashes: new Uint8Array(TILE_HASHES * HASH_BYTES),
    after: '',
    eventIds: new Uint8Array(TILE_HASHES * ID_BYTES),
    changed: false,
  };
}

/** Of a full tile. */
function rootOfTile(hashes: Uint8Array): Uint8Array {
  let row = Array.from({ length: TILE_HASHES }, (_, at) =>
    hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  );
  while (row.length > 1) {
    row = Array.from({ length: row.length / 2 }, (_, at) => {
      const [left, right] = [row[2 * at], row[2 * at + 1]];
      if (left === undefined || right === undefined)
        throw new RangeError('a full tile has an even number of hashes');
      return nodeHash(left, right);
    });
  }
  const [root] = row;
  if (root === undefined) throw new RangeError('a tile has hashes');
  return root;
}
