import { createHash } from 'node:crypto';
import { createReadStream, type PathLike } from 'node:fs';
import { z } from 'zod';

/** What lies in a backup. The keys have a folder of their own, and a list of their own. */
export const BACKUP_FORMAT = 'redress-backup/1';
export const KEYS_FORMAT = 'redress-keys-backup/1';
export const MANIFEST = 'backup.json';
export const KEYS_MANIFEST = 'keys-backup.json';
export { LOG_FILE as EVENTS_FILE } from '../store/store-address.ts';
export const KEYS_FILE = 'keys.db';
export const IMPORTS_FOLDER = 'unfinished-imports';

const fileSchema = z.object({ name: z.string(), bytes: z.int(), sha256: z.string() });
export type BackedUpFile = z.infer<typeof fileSchema>;

export const backupSchema = z.object({
  format: z.literal(BACKUP_FORMAT),
  logId: z.uuid(),
  /** RFC 3339, UTC. */
  madeAt: z.string(),
  release: z.string(),
  events: z.int(),
  /** Base64: what a checkpoint of exactly these events says. */
  root: z.string(),
  /** The newest checkpoint in them. */
  checkpoint: z.string().optional(),
  files: z.array(fileSchema),
  /** That are not the defaults, without passwords. */
  settings: z.record(z.string(), z.string()),
});
export type BackupManifest = z.infer<typeof backupSchema>;

export const keysBackupSchema = z.object({
  format: z.literal(KEYS_FORMAT),
  logId: z.uuid(),
  madeAt: z.string(),
  file: fileSchema,
});

/** The backup cannot be made, or is not one that can be put back. The text says what to do. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

export async function fileFacts(path: PathLike, name: string): Promise<BackedUpFile> {
  const hashed = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hashed.update(chunk);
    bytes += chunk.length;
  }
  return { name, bytes, sha256: hashed.digest('hex') };
}
