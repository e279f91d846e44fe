import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { originOf, signCheckpoint } from '../../../src/audit/checkpoint-note.ts';
import { newSigner } from '../../../src/audit/signed-note.ts';
import { TreeFollower } from '../../../src/audit/tree-follower.ts';
import { TreeReader } from '../../../src/audit/tree-reader.ts';
import { verifyLog } from '../../../src/audit/verify-log.ts';
import { openSqliteBodies } from '../../../src/store/stored-bodies.ts';

/** `audit.ts bare|tree|verify FOLDER`: one pass over the log of a folder; prints time and memory as JSON. */
const [what = '', folder = ''] = process.argv.slice(2);
const passes: Readonly<Record<string, () => Promise<number>>> = { bare, tree, verify };
const started = performance.now();
const events = (await passes[what]?.()) ?? 0;
const seconds = (performance.now() - started) / 1000;
console.log(JSON.stringify({ events, seconds, peakRssMiB: process.resourceUsage().maxRSS / 1024 }));

/** What any audit has to do at least: every body read in order and parsed. */
async function bare(): Promise<number> {
  const db = new DatabaseSync(join(folder, 'events.db'), { readOnly: true });
  const statement = db.prepare('SELECT body FROM events ORDER BY position');
  statement.setReturnArrays(true);
  let count = 0;
  for (const row of statement.iterate()) {
    const event: unknown = JSON.parse(String(Object.values(row)[0]));
    if (event !== null) count++;
  }
  db.close();
  return count;
}

/** All hashes anew. */
async function tree(): Promise<number> {
  const log = openSqliteBodies(join(folder, 'events.db'));
  const follower = await TreeFollower.open(join(folder, 'tree.db'), log);
  await follower.follow();
  const { size } = follower;
  follower.close();
  await log.close();
  return size;
}

/** Against the hashes and a hundred checkpoints. */
async function verify(): Promise<number> {
  const log = openSqliteBodies(join(folder, 'events.db'));
  const reader = TreeReader.open(join(folder, 'tree.db'));
  if (reader === undefined) throw new Error('there is no tree: run `tree` first');
  const { signer } = newSigner(originOf(log.logId));
  const { size } = reader.state();
  const checkpoints = Array.from({ length: 100 }, (_, at) => {
    const of = Math.floor((size * (at + 1)) / 100);
    const note = signCheckpoint({ origin: originOf(log.logId), size: of, root: reader.root(of) }, signer);
    return { note, source: `of ${of}` };
  });
  const report = await verifyLog({ log, tree: reader, checkpoints, trusted: [signer.verifier] });
  if (!report.ok || report.agreed !== 100) throw new Error(JSON.stringify(report));
  reader.close();
  await log.close();
  return report.events;
}
