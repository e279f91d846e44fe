import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { v4 as uuidv4 } from 'uuid';
import type { CheckpointToCheck } from '../../src/audit/checked-checkpoints.ts';
import { originOf, signCheckpoint } from '../../src/audit/checkpoint-note.ts';
import { type NoteSigner, newSigner } from '../../src/audit/signed-note.ts';
import { TreeFollower } from '../../src/audit/tree-follower.ts';
import { TreeReader } from '../../src/audit/tree-reader.ts';
import { type VerifyReport, verifyLog } from '../../src/audit/verify-log.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import { openSqliteBodies, type StoredBody } from '../../src/store/stored-bodies.ts';
import { newEvent } from '../contract/new-event.ts';

export interface ProvenLog {
  readonly folder: string;
  readonly logId: string;
  readonly signer: NoteSigner;
  readonly checkpoints: CheckpointToCheck[];
  /** Adds events, each to a stream of its own or the one before's. */
  append(count: number): Promise<void>;
  /** Takes the hashes of what the log has. */
  follow(): Promise<void>;
  /** Signs what the tree is now; how many events that are. */
  sign(): number;
  /** The events as they lie in the log. */
  bodies(): Promise<readonly StoredBody[]>;
  /** Changes the log by hand, as one who can write to its file. */
  tamper(...statements: readonly string[]): void;
  /** Changes the bytes of one event by hand; answers with those it had. */
  edit(position: number, change: (body: Uint8Array) => Uint8Array): Uint8Array;
  /** Changes the file of hashes by hand. */
  tamperHashes(statement: string): void;
  /** Takes all hashes anew, as one who covers his tracks. */
  forgeHashes(): Promise<void>;
  verify(more?: readonly CheckpointToCheck[]): Promise<VerifyReport>;
  remove(): void;
}

/** A log on disk with its tree and signed checkpoints, to be tampered with. */
export async function provenLog(): Promise<ProvenLog> {
  const folder = mkdtempSync(join(tmpdir(), 'redress-proven-'));
  const path = join(folder, 'events.db');
  const treePath = join(folder, 'tree.db');
  const first = await openSqliteStore({ path, clock: { now: () => 0 } });
  const { logId } = first;
  await first.close();
  const { signer } = newSigner(originOf(logId));
  const checkpoints: CheckpointToCheck[] = [];
  const run = (file: string, statements: readonly string[]): void => {
    const db = new DatabaseSync(file);
    for (const statement of statements) db.exec(statement);
    db.close();
  };
  const follow = async (): Promise<void> => {
    const bodies = openSqliteBodies(path);
    const follower = await TreeFollower.open(treePath, bodies);
    await follower.follow();
    follower.close();
    await bodies.close();
  };
  return {
    folder,
    logId,
    signer,
    checkpoints,
    async append(count) {
      const store = await openSqliteStore({ path, clock: { now: () => 0 } });
      let stream = `complaint-${uuidv4()}`;
      let revision = -1;
      for (let at = 0; at < count; at++) {
        await store.append(stream, revision, [newEvent()]);
        revision++;
        if (at % 3 === 2) {
          stream = `complaint-${uuidv4()}`;
          revision = -1;
        }
      }
      await store.close();
    },
    follow,
    sign() {
      const reader = TreeReader.open(treePath);
      if (reader === undefined) throw new Error('there is no tree');
      const { size } = reader.state();
      const note = signCheckpoint({ origin: originOf(logId), size, root: reader.root(size) }, signer);
      reader.close();
      checkpoints.push({ note, source: `the checkpoint of ${size}` });
      return size;
    },
    async bodies() {
      const reader = openSqliteBodies(path);
      const all = await reader.after('', 10_000);
      await reader.close();
      return all;
    },
    tamper: (...statements) => run(path, statements),
    edit(position, change) {
      const db = new DatabaseSync(path);
      const before = db
        .prepare('SELECT CAST(body AS BLOB) AS body FROM events WHERE position = ?')
        .get(position)?.body;
      if (!(before instanceof Uint8Array)) throw new Error(`there is no event at ${position}`);
      db.prepare('UPDATE events SET body = CAST(? AS TEXT) WHERE position = ?').run(change(before), position);
      db.close();
      return before;
    },
    tamperHashes: statement => run(treePath, [statement]),
    async forgeHashes() {
      for (const suffix of ['', '-wal', '-shm']) rmSync(treePath + suffix, { force: true });
      await follow();
    },
    async verify(more = []) {
      const log = openSqliteBodies(path);
      const tree = TreeReader.open(treePath);
      try {
        return await verifyLog({
          log,
          tree,
          checkpoints: [...checkpoints, ...more],
          trusted: [signer.verifier],
        });
      } finally {
        tree?.close();
        await log.close();
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
