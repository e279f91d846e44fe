import type { Position } from '../../domain/log/envelope.ts';
import type { BodyReader, StoredBody } from '../store/stored-bodies.ts';
import { isLeafStream, leafOf } from './leaf.ts';
import { sameHash } from './merkle.ts';
import { TreeReader } from './tree-reader.ts';
import { type PlacedLeaf, TreeWriter } from './tree-writer.ts';

const PAGE_EVENTS = 2_000;

/**
 * The log is not what it was when its hashes were taken: somebody or something has changed it, or has put an earlier
 * one in its place. The hashes are kept as they are: they are what tells.
 */
export class TreeMismatchError extends Error {
  override readonly name = 'TreeMismatchError';
}

/** Adds the log's events to the tree as they come. One at work a data folder. */
export class TreeFollower {
  readonly #log: BodyReader;
  readonly #writer: TreeWriter;

  /** @throws TreeMismatchError, TreeFileError */
  static async open(path: string, log: BodyReader): Promise<TreeFollower> {
    const writer = new TreeWriter(path, log.logId);
    try {
      await demandFit(path, writer, log);
      return new TreeFollower(log, writer);
    } catch (error) {
      writer.close();
      throw error;
    }
  }

  private constructor(log: BodyReader, writer: TreeWriter) {
    this.#log = log;
    this.#writer = writer;
  }

  get size(): number {
    return this.#writer.state.size;
  }

  get position(): Position {
    return this.#writer.state.position;
  }

  /** Takes in what the log has more, a page a transaction; tells after each how far it is. */
  async follow(onProgress: () => void = () => {}): Promise<void> {
    for (;;) {
      const page = await this.#log.after(this.position, PAGE_EVENTS);
      const last = page.at(-1);
      if (last === undefined) return;
      this.#writer.append(placed(page, this.position), last.position);
      onProgress();
    }
  }

  close(): void {
    this.#writer.close();
  }
}

function placed(page: readonly StoredBody[], from: Position): readonly PlacedLeaf[] {
  const leaves: PlacedLeaf[] = [];
  let after = from;
  for (const event of page) {
    if (isLeafStream(event.streamId)) leaves.push({ ...leafOf(event), after });
    after = event.position;
  }
  return leaves;
}

/** A quick look at the join: all of it is looked at by `verify` alone. */
async function demandFit(path: string, writer: TreeWriter, log: BodyReader): Promise<void> {
  const { logId, size, position } = writer.state;
  if (logId !== log.logId) {
    throw new TreeMismatchError(`the hashes are of the log ${logId}, and this is the log ${log.logId}`);
  }
  if ((await log.head()) < position) {
    throw new TreeMismatchError(`the log ends before the ${size} events whose hashes were taken`);
  }
  if (size === 0) return;
  const reader = TreeReader.open(path);
  try {
    const place = reader?.placeOf(size - 1);
    const [last] = reader?.leaves(size - 1) ?? [];
    if (place === undefined || last === undefined) {
      throw new TreeMismatchError(`the hash of event ${size - 1} is missing`);
    }
    const found = await leafAfter(log, place.after, place.behindLeaves);
    if (found === undefined || !sameHash(leafOf(found).hashed, last.hashed)) {
      throw new TreeMismatchError(`event ${size - 1} of the log is not the one whose hash was taken`);
    }
  } finally {
    reader?.close();
  }
}

/** The event of a leaf: the first after a position that has so many leaves of that position's successors before it. */
export async function leafAfter(
  log: BodyReader,
  after: Position,
  behindLeaves: number,
): Promise<StoredBody | undefined> {
  let left = behindLeaves;
  for (let from = after; ; ) {
    const page = await log.after(from, left + 1);
    const last = page.at(-1);
    if (last === undefined) return undefined;
    for (const event of page) {
      if (!isLeafStream(event.streamId)) continue;
      if (left === 0) return event;
      left--;
    }
    from = last.position;
  }
}
