import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Position } from '../../domain/log/envelope.ts';
import { BoundedCache } from '../privacy/bounded-cache.ts';
import { HASH_BYTES, nodeHash } from './merkle.ts';
import { consistencyPath, inclusionPath, rootOf, type SubtreeReader } from './subtrees.ts';
import {
  openTreeFileReadOnly,
  readable,
  readTreeState,
  TILE_HASHES,
  TILE_LEVELS,
  TreeFileError,
  type TreeState,
  tileNumber,
} from './tree-file.ts';

const ID_BYTES = 16;
const CACHED_TILES = 64;

/** A tile with all the nodes in it: `nodes[3][0]` is over its first eight hashes. Only whole subtrees are there. */
type FoldedTile = readonly (readonly Uint8Array[])[];

/** Roots and proofs out of `tree.db`, beside its writer. What is asked of a tree is not changed by its growing. */
export class TreeReader {
  readonly #db: DatabaseSync;
  readonly #tile: StatementSync;
  readonly #tilesFrom: StatementSync;
  readonly #afterOf: StatementSync;
  readonly #cache = new BoundedCache<FoldedTile>(CACHED_TILES);

  private constructor(db: DatabaseSync) {
    this.#db = db;
    this.#tile = db.prepare('SELECT hashes FROM tile WHERE number = ?');
    this.#tilesFrom = db.prepare(
      `SELECT number, hashes, event_ids FROM tile WHERE number >= ? AND number < ${tileNumber(1, 0)} ORDER BY number LIMIT 1`,
    );
    this.#afterOf = db.prepare('SELECT after_position FROM tile WHERE number = ?');
  }

  /** `undefined` where there is no tree yet. @throws TreeFileError */
  static open(path: string): TreeReader | undefined {
    const db = openTreeFileReadOnly(path);
    if (db === undefined) return undefined;
    try {
      return readable(path, () => new TreeReader(db));
    } catch (error) {
      db.close();
      throw error;
    }
  }

  state(): TreeState {
    return readTreeState(this.#db);
  }

  root(size: number): Uint8Array {
    return rootOf(size, this.#read);
  }

  /** @throws RangeError */
  inclusionPath(index: number, size: number): readonly Uint8Array[] {
    return inclusionPath(index, size, this.#read);
  }

  /** @throws RangeError */
  consistencyPath(oldSize: number, newSize: number): readonly Uint8Array[] {
    return consistencyPath(oldSize, newSize, this.#read);
  }

  /** The leaves from one on, in order, a tile at a time. */
  *leaves(
    from = 0,
  ): Generator<{ readonly index: number; readonly hashed: Uint8Array; readonly eventId: string }> {
    for (let index = from; ; ) {
      const row = this.#tilesFrom.get(Math.floor(index / TILE_HASHES));
      if (!(row?.hashes instanceof Uint8Array) || !(row.event_ids instanceof Uint8Array)) return;
      const ids = Buffer.from(row.event_ids);
      const first = Number(row.number) * TILE_HASHES;
      const count = row.hashes.length / HASH_BYTES;
      if (first > index || first + count <= index) return;
      for (; index < first + count; index++) {
        const at = index - first;
        const hashed = row.hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
        yield { index, hashed, eventId: ids.toString('hex', at * ID_BYTES, (at + 1) * ID_BYTES) };
      }
    }
  }

  /** The index of the leaf at a position of the log; `undefined` where the tree has another there, or none yet. */
  indexAt(position: Position, hashed: Uint8Array): number | undefined {
    const tile = this.#tileHolding(position);
    if (tile === undefined) return undefined;
    const hashes = this.#tile.get(tile)?.hashes;
    if (!(hashes instanceof Uint8Array)) return undefined;
    const bytes = Buffer.from(hashes.buffer, hashes.byteOffset, hashes.length);
    for (let at = bytes.indexOf(hashed); at >= 0; at = bytes.indexOf(hashed, at + 1)) {
      if (at % HASH_BYTES === 0) return tile * TILE_HASHES + at / HASH_BYTES;
    }
    return undefined;
  }

  /** Where the leaf with an index is: after this position of the log, and behind so many other leaves. */
  placeOf(index: number): { readonly after: Position; readonly behindLeaves: number } | undefined {
    const after = this.#afterOf.get(Math.floor(index / TILE_HASHES))?.after_position;
    return typeof after === 'string' ? { after, behindLeaves: index % TILE_HASHES } : undefined;
  }

  /** The index of an event by its id (a uuid), by looking through all of them: 16 bytes each. */
  indexOf(eventId: string): number | undefined {
    const wanted = Buffer.from(eventId.replaceAll('-', ''), 'hex');
    if (wanted.length !== ID_BYTES) return undefined;
    for (let tile = 0; ; tile++) {
      const ids = this.#tilesFrom.get(tile)?.event_ids;
      if (!(ids instanceof Uint8Array)) return undefined;
      const bytes = Buffer.from(ids.buffer, ids.byteOffset, ids.length);
      for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) {
        if (at % ID_BYTES === 0) return tile * TILE_HASHES + at / ID_BYTES;
      }
    }
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  /** Positions rise with tiles: the last one that begins before it. */
  #tileHolding(position: Position): number | undefined {
    let [low, high] = [0, Math.ceil(this.state().size / TILE_HASHES) - 1];
    let found: number | undefined;
    while (low <= high) {
      const middle = Math.floor((low + high) / 2);
      const after = this.#afterOf.get(middle)?.after_position;
      if (typeof after !== 'string') return undefined;
      if (after < position) {
        found = middle;
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return found;
  }

  readonly #read: SubtreeReader = (level, index) => {
    const tileLevel = Math.floor(level / TILE_LEVELS);
    const inTile = level % TILE_LEVELS;
    const perTile = TILE_HASHES / 2 ** inTile;
    const tile = Math.floor(index / perTile);
    const node = this.#folded(tileLevel, tile, (index % perTile) * 2 ** inTile + 2 ** inTile)[inTile]?.[
      index % perTile
    ];
    if (node === undefined)
      throw new TreeFileError(`the file of hashes lacks tile ${tile} of level ${tileLevel}`);
    return node;
  };

  /** With at least `needed` hashes: one that was remembered may have grown since. */
  #folded(level: number, index: number, needed: number): FoldedTile {
    const key = String(tileNumber(level, index));
    const known = this.#cache.get(key);
    if (known !== undefined && (known[0]?.length ?? 0) >= needed) return known;
    const hashes = this.#tile.get(tileNumber(level, index))?.hashes;
    const folded = hashes instanceof Uint8Array ? fold(hashes) : [];
    this.#cache.set(key, folded);
    return folded;
  }
}

function fold(hashes: Uint8Array): FoldedTile {
  const count = hashes.length / HASH_BYTES;
  const rows = [
    Array.from({ length: count }, (_, at) => hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)),
  ];
  for (let below = rows[0] ?? []; below.length > 1; below = rows.at(-1) ?? []) {
    const row: Uint8Array[] = [];
    for (let at = 0; at + 1 < below.length; at += 2) {
      const [left, right] = [below[at], below[at + 1]];
      if (left !== undefined && right !== undefined) row.push(nodeHash(left, right));
    }
    rows.push(row);
  }
  return rows;
}
