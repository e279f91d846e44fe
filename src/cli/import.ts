import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { NIL } from 'uuid';
import { lifecycles } from '../../domain/lifecycles.ts';
import { systemClock } from '../clock.ts';
import { type Config, loadConfig } from '../config.ts';
import { openHouse } from '../engine/open-house.ts';
import { checkLog } from '../import/check-log.ts';
import type { ImportReport } from '../import/import-report.ts';
import { type ImportCall, runImport } from '../import/import-run.ts';
import type { ImportProgress } from '../import/importer.ts';
import { logLines } from '../import/log-lines.ts';
import { readMapping } from '../import/mapping-file.ts';
import { DataFolderBusyError } from '../store/data-folder.ts';
import { callLocalSocket, LocalCallError } from '../store/local-call.ts';
import { cliLog } from './cli-log.ts';
import { progressText, reportText } from './import-text.ts';
import { OperationError } from './operation-error.ts';
import { writeOutput } from './output-file.ts';
import { progressLine } from './progress-line.ts';
import { EXIT } from './reported.ts';
import { terminalLines } from './terminal-text.ts';

/** As every command's; and for rows that were refused or broken, and an import that was stopped before its end. */
const IMPORT_EXIT = { done: EXIT.ok, refused: EXIT.failed, usage: EXIT.usage, busy: EXIT.busy, stopped: 4 };

/** `redress import`: by the service that owns the data folder, or else by itself. */
export function importCommand(): Command {
  return new Command('import')
    .description('Replay a foreign event log (NDJSON, plain or gzip) at its own historical times')
    .requiredOption('--mapping <file>', 'how its rows become commands (YAML or JSON, docs/mappings.md)')
    .option('--dry-run', 'check the mapping and every row; write nothing', false)
    .option('--report <file>', 'write the whole report there, as JSON')
    .option('--json', 'print the whole report as JSON', false)
    .argument('<log>', 'the event log')
    .action(async (log: string, options: ImportOptions) => {
      process.exitCode = await importByCommandLine(log, options);
    });
}

interface ImportOptions {
  readonly mapping: string;
  readonly dryRun: boolean;
  readonly report?: string;
  readonly json: boolean;
}

async function importByCommandLine(log: string, options: ImportOptions): Promise<number> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const progress = progressLine();
  try {
    demandFile(options.mapping);
    demandFile(log);
    const call: ImportCall = {
      mapping: readFileSync(options.mapping, 'utf8'),
      mappingFile: options.mapping,
      logFile: resolve(log),
    };
    const report = options.dryRun
      ? await checkOnly(call)
      : await importWhereItBelongs(
          call,
          loadConfig(process.env),
          told => progress.show(progressText(told)),
          stop.signal,
        );
    progress.clear();
    if (options.report !== undefined)
      writeOutput('--report', options.report, `${JSON.stringify(report, null, 2)}\n`);
    process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : reportText(report));
    if (!report.finished) return IMPORT_EXIT.stopped;
    return report.refused.length === 0 ? IMPORT_EXIT.done : IMPORT_EXIT.refused;
  } catch (error) {
    progress.clear();
    if (stop.signal.aborted) {
      process.stderr.write('Stopped before its end: run it again, and it goes on.\n');
      return IMPORT_EXIT.stopped;
    }
    process.stderr.write(
      `redress: ${terminalLines(error instanceof Error ? error.message : String(error))}\n`,
    );
    if (error instanceof DataFolderBusyError) return IMPORT_EXIT.busy;
    return isOfTheCaller(error) ? IMPORT_EXIT.usage : IMPORT_EXIT.stopped;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

/** Looked at here: a service that is asked for a file that is not there could only say so in the system's words. */
function demandFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new OperationError(`there is no file ${path}`);
  if (!found.isFile()) throw new OperationError(`${path} is not a file`);
}

/** What the caller can put right by calling otherwise. */
function isOfTheCaller(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const name = error instanceof LocalCallError ? error.remoteName : error.name;
  if (['MappingError', 'ConfigError', 'ImportRunsError', 'OperationError'].includes(name ?? '')) return true;
  return (
    'code' in error &&
    ['ENOENT', 'EACCES', 'EISDIR', 'Z_DATA_ERROR', 'Z_BUF_ERROR'].includes(String(error.code))
  );
}

/** A dry run needs no house: nothing is made, not even a data folder. */
function checkOnly({ mapping, mappingFile, logFile }: ImportCall): Promise<ImportReport> {
  const checked = readMapping(mapping, mappingFile, lifecycles);
  return checkLog(logLines(logFile), checked, NIL, systemClock.now());
}

async function importWhereItBelongs(
  call: ImportCall,
  config: Config,
  onProgress: (progress: ImportProgress) => void,
  signal: AbortSignal,
): Promise<ImportReport> {
  try {
    const report = callLocalSocket(config.dataFolder, 'import', call, {
      // The service is of this release, or says that it isn't.
      onProgress: progress => onProgress(progress as ImportProgress),
      signal,
    });
    return (await report) as ImportReport;
  } catch (error) {
    if (!(error instanceof LocalCallError) || error.reason !== 'nobodyListens') throw error;
  }
  const house = await openHouse(config, { clock: systemClock, log: cliLog() });
  try {
    return await runImport(call, house, onProgress, signal);
  } finally {
    await house.close();
  }
}

/** A line that is written over, where somebody can see it. */
