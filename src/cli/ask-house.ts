import { z } from 'zod';
import { systemClock } from '../clock.ts';
import { type Config, ConfigError, loadConfig } from '../config.ts';
import { openHouse } from '../engine/open-house.ts';
import { DataFolderBusyError } from '../store/data-folder.ts';
import { callLocalSocket, LocalCallError } from '../store/local-call.ts';
import { cliLog } from './cli-log.ts';
import { type OperationName, operationNamed } from './operations.ts';
import { terminalLines } from './terminal-text.ts';

/** What the exit code of every command means. */
export const EXIT = { ok: 0, failed: 1, usage: 2, busy: 3 } as const;

/** Has an operation done by the service that runs on the data folder, or, where none runs, in this process. */
export async function askHouse(
  operation: OperationName,
  params: unknown,
  onProgress: (progress: unknown) => void = () => {},
): Promise<unknown> {
  const config = loadConfig(process.env);
  try {
    return await callLocalSocket(config.dataFolder, operation, params, { onProgress });
  } catch (error) {
    if (!(error instanceof LocalCallError) || error.reason !== 'nobodyListens') throw error;
  }
  return doAlone(config, operation, params, onProgress);
}

async function doAlone(
  config: Config,
  operation: OperationName,
  params: unknown,
  onProgress: (progress: unknown) => void,
): Promise<unknown> {
  const house = await openHouse(config, { clock: systemClock, log: cliLog() });
  try {
    return await operationNamed(operation)(
      house,
      params,
      onProgress,
      new AbortController().signal,
      config.timeZone,
    );
  } finally {
    await house.close();
  }
}

/** Runs a command: its failure is one clear sentence and an exit code. */
export async function reported(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    process.stderr.write(`redress: ${terminalLines(sentenceOf(error))}\n`);
    process.exitCode = exitCodeOf(error);
  }
}

/** One sentence; of a schema's refusal what it says of each field. */
function sentenceOf(error: unknown): string {
  if (error instanceof z.ZodError) return fieldsOf(error.issues);
  if (!(error instanceof Error)) return String(error);
  if (!(error instanceof LocalCallError) || error.remoteName !== 'ZodError') return error.message;
  const issues = remoteIssues.safeParse(parsedOr(error.message));
  return issues.success ? fieldsOf(issues.data) : error.message;
}

const remoteIssues = z.array(
  z.object({ path: z.array(z.union([z.string(), z.number()])), message: z.string() }),
);

function fieldsOf(
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): string {
  return issues.map(({ path, message }) => `${path.join('.') || 'the call'}: ${message}`).join('; ');
}

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What was given cannot be used; nothing was looked at. */
const MISUSE: readonly (string | undefined)[] = ['OperationError', 'VerifyInputError', 'ZodError'];

function exitCodeOf(error: unknown): number {
  const name = error instanceof LocalCallError ? error.remoteName : error instanceof Error ? error.name : '';
  if (error instanceof DataFolderBusyError) return EXIT.busy;
  if (error instanceof ConfigError || MISUSE.includes(name)) return EXIT.usage;
  return EXIT.failed;
}
