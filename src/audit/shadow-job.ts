import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type AuditedPlace, type AuditJobs, runAuditJob } from './audit-job.ts';
import type { ShadowResult } from './shadow.ts';

const SCRATCH = '.shadow-';
/** Of comparisons that run. One process owns the data folder: all others in it are of processes that were killed. */
const inUse = new Set<string>();

/**
 * Compares the views that answer with others made from nothing, in a thread; see `shadow`. The scratch folder is taken
 * away however it ends.
 * @throws NoViewsError; AuditJobError; AbortError when the signal ends it
 */
export async function shadowOf(
  where: AuditedPlace,
  options: {
    readonly onProgress?: (progress: AuditJobs['shadow']['progress']) => void;
    readonly signal?: AbortSignal;
  } = {},
): Promise<ShadowResult> {
  const { folder } = where;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (name.startsWith(SCRATCH) && !inUse.has(path)) rmSync(path, { recursive: true, force: true });
  }
  const scratch = mkdtempSync(join(folder, SCRATCH));
  inUse.add(scratch);
  try {
    return await runAuditJob(where, 'shadow', { scratch }, options);
  } finally {
    inUse.delete(scratch);
    rmSync(scratch, { recursive: true, force: true });
  }
}
