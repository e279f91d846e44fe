import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { lifecycles } from '../../domain/lifecycles.ts';
import { projectionsOf } from '../../projections/index.ts';
import type { EventLog } from '../../src/store/event-store.ts';
import { currentGeneration } from '../../src/views/generation-files.ts';
import { buildViews } from '../../src/views/view-build.ts';
import { ViewFollower } from '../../src/views/view-follower.ts';

/** Differences told of one table. */
const SHOWN_ROWS = 3;

/**
 * Compares the views that were kept while the service ran, in a folder that nobody has open, with views made from
 * nothing, table by table and row by row, the checkpoints too. Answers what differs: one text a row.
 */
export async function divergences(folder: string, log: EventLog, timeZone: string): Promise<string[]> {
  const projections = projectionsOf(lifecycles, timeZone);
  const kept = currentGeneration(folder);
  if (kept === undefined) return ['there are no views'];
  // What the service had not seen when it stopped, its next start would take in first.
  const follower = new ViewFollower(folder, log, projections, () => {});
  await follower.open(() => {});
  follower.close();
  if (currentGeneration(folder)?.path !== kept.path) return [`${kept.path} was of no use to the next start`];

  const scratch = mkdtempSync(join(tmpdir(), 'redress-rebuilt-'));
  try {
    const { path } = await buildViews(scratch, log, projections, async () => {});
    return differences(kept.path, path);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Every row is found by a key of its own, so that sets of rows can be compared. */
export function differences(keptPath: string, rebuiltPath: string): string[] {
  const db = new DatabaseSync(keptPath);
  try {
    db.prepare('ATTACH ? AS rebuilt').run(rebuiltPath);
    const [kept, rebuilt] = [tablesOf(db, 'main'), tablesOf(db, 'rebuilt')];
    const found: string[] = [];
    for (const table of new Set([...kept, ...rebuilt])) {
      if (!kept.has(table) || !rebuilt.has(table)) found.push(`the table ${table} is in one of the two`);
      else {
        found.push(...rowsOfOne(db, table, 'main', 'rebuilt').map(row => `${table}: only kept: ${row}`));
        found.push(...rowsOfOne(db, table, 'rebuilt', 'main').map(row => `${table}: only rebuilt: ${row}`));
      }
    }
    return found;
  } finally {
    db.close();
  }
}

type Schema = 'main' | 'rebuilt';

function tablesOf(db: DatabaseSync, schema: Schema): ReadonlySet<string> {
  const sql = `SELECT name FROM ${schema}.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`;
  return new Set(
    db
      .prepare(sql)
      .all()
      .map(row => String(row.name)),
  );
}

function rowsOfOne(db: DatabaseSync, table: string, one: Schema, other: Schema): string[] {
  const rows = db.prepare(`SELECT * FROM ${one}."${table}" EXCEPT SELECT * FROM ${other}."${table}"`).all();
  return rows.map((row, at) => (at < SHOWN_ROWS ? JSON.stringify(row).slice(0, 2_000) : '…'));
}
