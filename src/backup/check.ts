import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { TREE_SCHEMA } from '../audit/tree-file.ts';
import { findingText } from '../audit/verify-findings.ts';
import { verifyFolder } from '../audit/verify-folder.ts';
import { KEY_SCHEMA } from '../privacy/key-file.ts';
import { readMasterKey } from '../privacy/master-key.ts';
import { foreignObjects, foreignText } from '../store/foreign-objects.ts';
import { isMissingOrEmpty } from '../store/gone-log.ts';
import { numberOfPosition } from '../store/position.ts';
import { configuredStore } from '../store/store-address.ts';
import { openSqliteBodies } from '../store/stored-bodies.ts';
import { currentGeneration } from '../views/generation-files.ts';
import { readCheckpoints } from '../views/view-file.ts';
import { missingKeys } from './missing-keys.ts';

export const checkParams = z.strictObject({
  keyFile: z.string(),
  /** Absent: `master.key` in the data folder. */
  masterKeyFile: z.string().optional(),
});

/** One thing that was looked at. */
export interface Checked {
  readonly part: 'integrity' | 'log' | 'keys' | 'views';
  readonly ok: boolean;
  /** For people. */
  readonly text: string;
}

/**
 * Looks a data folder through, beside a service or without one: are the files whole, is the log as it was signed, are
 * the keys there, are the views up to date. Reads alone. What cannot be looked at is a finding, not a failure.
 */
export async function checkFolder(
  folder: string,
  { keyFile, masterKeyFile }: z.infer<typeof checkParams>,
  onProgress: (progress: { readonly doing: string }) => void,
): Promise<readonly Checked[]> {
  const checked: Checked[] = [];
  const look = async (part: Checked['part'], work: () => Promise<readonly Checked[]>): Promise<void> => {
    try {
      checked.push(...(await work()));
    } catch (error) {
      checked.push({ part, ok: false, text: error instanceof Error ? error.message : String(error) });
    }
  };
  for (const name of ['events.db', 'keys.db', 'tree.db']) {
    onProgress({ doing: `the pages of ${name}` });
    await look('integrity', async () => integrityOf(folder, name));
  }
  onProgress({ doing: 'the log' });
  await look('log', async () => {
    const { ok, events, agreed, provenEvents, hashedEvents, findings } = await verifyFolder(
      { folder, store: configuredStore('sqlite', folder) },
      { keyFile, keys: [], checkpoints: [] },
      () => {},
    );
    if (!ok) return findings.map(finding => ({ part: 'log', ok: false, text: findingText(finding) }));
    const known = Math.max(provenEvents, hashedEvents);
    const text =
      known === 0
        ? `${events} events can be read, and nothing is there yet to compare them with: no hashes and no checkpoint`
        : `${known} of ${events} events are as they were written; ${agreed} checkpoints agree, the largest of ${provenEvents} events`;
    return [{ part: 'log', ok: true, text }];
  });
  onProgress({ doing: 'the keys' });
  await look('keys', async () => [await keysOf(folder, masterKeyFile)]);
  onProgress({ doing: 'the views' });
  await look('views', async () => viewsOf(folder));
  return checked;
}

/** Of the log itself `verifyFolder` looks. */
const SCHEMAS: Readonly<Record<string, string>> = { 'keys.db': KEY_SCHEMA, 'tree.db': TREE_SCHEMA };

function integrityOf(folder: string, name: string): readonly Checked[] {
  const path = join(folder, name);
  if (!existsSync(path)) {
    // It is derived, and made at the next start.
    const isDerived = name === 'tree.db';
    const text = isDerived ? `${name} is not there: the next start makes it` : `${name} is missing`;
    return [{ part: 'integrity', ok: isDerived, text }];
  }
  // To SQLite it is a database with nothing in it, and it would throw away the write-ahead file.
  if (isMissingOrEmpty(path)) return [{ part: 'integrity', ok: false, text: `${name} is empty` }];
  const db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  try {
    const lines = db
      .prepare('PRAGMA integrity_check(10)')
      .all()
      .map(row => String(row.integrity_check));
    const ok = lines.length === 1 && lines[0] === 'ok';
    const schema = SCHEMAS[name];
    const foreign = schema === undefined ? [] : foreignObjects(db, schema);
    return [
      { part: 'integrity', ok, text: ok ? `${name} is whole` : `${name}: ${lines.join('; ')}` },
      ...foreign.map(each => ({ part: 'integrity', ok: false, text: foreignText(name, each) }) as const),
    ];
  } catch (error) {
    const text = `${name}: ${error instanceof Error ? error.message : error}`;
    return [{ part: 'integrity', ok: false, text }];
  } finally {
    db.close();
  }
}

async function keysOf(folder: string, masterKeyFile = join(folder, 'master.key')): Promise<Checked> {
  const master = readMasterKey(masterKeyFile);
  const found = await missingKeys(folder, master, () => {});
  const { sealedBlocks, erasedBlocks, missing, firstMissing, destroyedWithoutErasure } = found;
  if (found.damaged > 0) {
    return {
      part: 'keys',
      ok: false,
      text: `${found.damaged} of ${sealedBlocks} sealed values have a key that was changed and opens nothing, the first ${found.firstDamaged}`,
    };
  }
  if (missing > 0) {
    return {
      part: 'keys',
      ok: false,
      text: `${missing} of ${sealedBlocks} sealed values have no key in keys.db, the first ${firstMissing}`,
    };
  }
  if (destroyedWithoutErasure > 0) {
    return {
      part: 'keys',
      ok: false,
      text: `${destroyedWithoutErasure} sealed values have a key that was destroyed without an erasure`,
    };
  }
  return {
    part: 'keys',
    ok: true,
    text: `${sealedBlocks} sealed values have their keys, or were erased (${erasedBlocks})`,
  };
}

async function viewsOf(folder: string): Promise<readonly Checked[]> {
  const found = currentGeneration(folder);
  if (found === undefined)
    return [{ part: 'views', ok: true, text: 'no views yet: the next start makes them' }];
  const log = openSqliteBodies(join(folder, 'events.db'));
  const db = new DatabaseSync(found.path, { readOnly: true, timeout: 5_000 });
  try {
    const head = numberOfPosition(await log.head());
    const { logId, checkpoints } = readCheckpoints(db);
    if (logId !== log.logId) {
      return [
        {
          part: 'views',
          ok: true,
          text: `the views are of another log (${logId}): the next start makes them anew`,
        },
      ];
    }
    return checkpoints.map(({ name, position, fault }) => {
      const behind = head - numberOfPosition(position);
      if (fault !== undefined)
        return { part: 'views', ok: false, text: `${name} stopped at ${fault.position}: ${fault.message}` };
      return {
        part: 'views',
        ok: behind >= 0,
        text:
          behind === 0
            ? `${name} has seen everything`
            : behind > 0
              ? `${name} is ${behind} events behind`
              : `${name} has seen ${-behind} events that the log does not have`,
      };
    });
  } finally {
    db.close();
    await log.close();
  }
}
