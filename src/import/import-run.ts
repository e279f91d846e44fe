import { z } from 'zod';
import { type HeldCases, ImportRunsError } from '../engine/held-cases.ts';
import type { ImportReport } from './import-report.ts';
import { type ImportOptions, type ImportProgress, type ImportTarget, importLog } from './importer.ts';
import { type LogLine, logLines } from './log-lines.ts';
import type { CheckedMapping } from './mapping-check.ts';
import { readMapping } from './mapping-file.ts';

/** What `redress import` asks of whoever owns the data folder: itself, or the service that runs. */
const importCallSchema = z.strictObject({
  /** The mapping as it is written, and its name for messages. */
  mapping: z.string(),
  mappingFile: z.string(),
  /** Absolute. */
  logFile: z.string(),
});
export type ImportCall = z.infer<typeof importCallSchema>;

/** What a running engine gives to an import. */
export interface ImportEngine extends ImportTarget {
  readonly heldCases: HeldCases;
  /** There where nodes share the log. */
  readonly node?: unknown;
  /** Lets time be looked at soon. */
  wakeTimers(): void;
}

/**
 * Runs one import in a working house. Its cases' timers are the import's own until its end; everybody else's go on.
 * @throws MappingError, ImportRunsError, StoreUnavailableError, and what the system says of the log's file
 */
export async function runImport(
  { mapping: text, mappingFile, logFile }: ImportCall,
  engine: ImportEngine,
  onProgress: (progress: ImportProgress) => void,
  signal: AbortSignal,
): Promise<ImportReport> {
  const mapping = readMapping(text, mappingFile, engine.lifecycles);
  return importHolding(logLines(logFile), mapping, engine, { onProgress, signal });
}

/** Answers the call `import` of the local socket, for a service that runs. */
export function importAnswerer(engine: ImportEngine) {
  return (params: unknown, emit: (progress: unknown) => void, signal: AbortSignal): Promise<ImportReport> =>
    runImport(importCallSchema.parse(params), engine, emit, signal);
}

/** As `importLog`, with the timers of its cases held back for it. */
export async function importHolding(
  lines: AsyncIterable<LogLine> | Iterable<LogLine>,
  mapping: CheckedMapping,
  engine: ImportEngine,
  options: Pick<ImportOptions, 'onProgress' | 'signal'> = {},
): Promise<ImportReport> {
  const { heldCases } = engine;
  if (engine.node !== undefined) {
    throw new ImportRunsError(
      'nodes share this log, and the others would break today the promises of cases that are imported: import into a house with the embedded store',
    );
  }
  let letGo: (() => void) | undefined;
  try {
    return await importLog(lines, mapping, engine, {
      ...options,
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
