import { z } from 'zod';
import type { HeldCases } from '../engine/held-cases.ts';
import { checkLog } from './check-log.ts';

import type { ImportReport } from './import-report.ts';
import { type ImportProgress, type ImportTarget, importLog } from './importer.ts';
import { logLines } from './log-lines.ts';
import { readMapping } from './mapping-file.ts';

/** What `redress import` asks of whoever owns the data folder: itself, or the service that runs. */
export const importCallSchema = z.strictObject({
  /** The mapping as it is written, and its name for messages. */
  mapping: z.string(),
  mappingFile: z.string(),
  /** Absolute. */
  logFile: z.string(),
  dryRun: z.boolean(),
});
export type ImportCall = z.infer<typeof importCallSchema>;

/** What a running engine gives to an import. */
export interface ImportEngine extends ImportTarget {
  readonly heldCases: HeldCases;
  /** Lets time be looked at soon. */
  wakeTimers(): void;
}

/**
 * Runs one import in a working house. Its cases' timers are the import's own until its end; everybody else's go on.
 * @throws MappingError, ImportRunsError, StoreUnavailableError, and what the system says of the log's file
 */
export async function runImport(
  { mapping: text, mappingFile, logFile, dryRun }: ImportCall,
  engine: ImportEngine,
  onProgress: (progress: ImportProgress) => void,
  signal: AbortSignal,
): Promise<ImportReport> {
  const mapping = readMapping(text, mappingFile, engine.lifecycles);
  if (dryRun) return checkLog(logLines(logFile), mapping, engine.store.logId, engine.clock.now());
  const { heldCases } = engine;
  let letGo: (() => void) | undefined;
  try {
    return await importLog(logLines(logFile), mapping, engine, {
      signal,
      onProgress,
      onBegin(importId, caseIds) {
        const streamIds = caseIds.map(caseId => `${mapping.lifecycle.category}-${caseId}`);
        const startedAt = engine.clock.now();
        letGo = heldCases.begin({ importId, source: mapping.mapping.source, startedAt, streamIds });
      },
      onEnd(importId) {
        heldCases.end(importId);
        engine.wakeTimers();
      },
    });
  } finally {
    letGo?.();
  }
}
