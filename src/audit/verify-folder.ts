import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { openBodies } from '../store/open-log.ts';
import { foreignInLog } from '../store/sqlite-file.ts';
import { type StoreAddress, sqlitePath } from '../store/store-address.ts';
import { readCheckpointKeys } from './checkpoint-keys.ts';
import { notesIn } from './checkpoint-streams.ts';
import { type NoteVerifier, parseVerifier } from './signed-note.ts';
import { TreeFileError } from './tree-file.ts';
import { TreeReader } from './tree-reader.ts';
import type { Finding } from './verify-findings.ts';
import { type VerifyReport, verifyLog } from './verify-log.ts';

export const verifyFolderParams = z.strictObject({
  /** The house's own keys, where none are named. */
  keyFile: z.string(),
  /** Verifier keys that are trusted, and no others. */
  keys: z.array(z.string().max(400)).max(100).default([]),
  /** Kept elsewhere. */
  checkpoints: z
    .array(z.strictObject({ note: z.string().max(20_000), source: z.string().max(1_000) }))
    .max(10_000)
    .default([]),
});
export type VerifyFolderParams = z.infer<typeof verifyFolderParams>;

/** What was given to verify by cannot be used. */
export class VerifyInputError extends Error {
  override readonly name = 'VerifyInputError';
}

/**
 * Verifies the log of a data folder, beside a service or without one. Reads alone.
 * @throws LogFileError, CheckpointKeyError, VerifyInputError, StoreUnavailableError
 */
export async function verifyFolder(
  { folder, store }: { readonly folder: string; readonly store: StoreAddress },
  { keyFile, keys, checkpoints }: VerifyFolderParams,
  onProgress: (events: number) => void,
): Promise<VerifyReport> {
  const log = await openBodies(store);
  try {
    const trusted = keys.length === 0 ? readCheckpointKeys(keyFile, log.logId).trusted : keys.map(verifierIn);
    const { tree, damage } = openTree(join(folder, 'tree.db'));
    try {
      const inLog = await notesIn(log, Date.now());
      const report = await verifyLog({
        log,
        tree,
        checkpoints: [...inLog, ...checkpoints],
        trusted,
        onProgress,
      });
      const findings: readonly Finding[] = [
        ...report.findings,
        ...(damage === undefined ? [] : [{ kind: 'treeDamaged', message: damage } as const]),
        ...foreignIn(store),
      ];
      return { ...report, ok: findings.length === 0, findings };
    } finally {
      tree?.close();
    }
  } finally {
    await log.close();
  }
}

/** What lies in the file of an embedded log beside its events. */
function foreignIn(store: StoreAddress): readonly Finding[] {
  const path = sqlitePath(store);
  if (path === undefined) return [];
  return foreignInLog(path).map(each => ({ kind: 'foreignObject', file: basename(path), ...each }));
}

/** @throws VerifyInputError */
export function verifierIn(text: string): NoteVerifier {
  const verifier = parseVerifier(text);
  if (verifier !== undefined) return verifier;
  throw new VerifyInputError(
    `"${text}" is no verifier key: <name>+<8 hex digits>+<base64>, as redress audit key shows it`,
  );
}

function openTree(path: string): { readonly tree?: TreeReader; readonly damage?: string } {
  if (!existsSync(path)) return {};
  try {
    const tree = TreeReader.open(path);
    if (tree === undefined) return {};
    try {
      tree.state();
      return { tree };
    } catch (error) {
      tree.close();
      throw error;
    }
  } catch (error) {
    if (error instanceof TreeFileError) return { damage: error.message };
    throw error;
  }
}
