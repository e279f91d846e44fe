import { z } from 'zod';
import { ConfigError } from '../config.ts';
import { DataFolderBusyError } from '../store/data-folder.ts';
import { LocalCallError } from '../store/local-call.ts';
import { terminalLines } from './terminal-text.ts';

/** What the exit code of every command means. */
export const EXIT = { ok: 0, failed: 1, usage: 2, busy: 3 } as const;

/** Runs a command: its failure is one clear sentence and an exit code. */
export function reported(command: () => Promise<void>): Promise<void> {
  return told(command, EXIT.failed);
}

/**
 * The same for a command that looks for something and ends with 1 when it is found: what keeps it from looking, be it
 * the caller's fault or a file's, is told apart from that by 2.
 */
export function looked(command: () => Promise<void>): Promise<void> {
  return told(command, EXIT.usage);
}

async function told(command: () => Promise<void>, failedCode: number): Promise<void> {
  try {
    await command();
  } catch (error) {
    process.stderr.write(`redress: ${terminalLines(sentenceOf(error))}\n`);
    process.exitCode = exitCodeOf(error) ?? failedCode;
  }
}

/** One sentence; of a schema's refusal what it says of each field. */
function sentenceOf(error: unknown): string {
  if (error instanceof z.ZodError) return fieldsOf(error.issues);
  if (!(error instanceof Error)) return String(error);
  // Of a service, or of a thread.
  if ((error instanceof LocalCallError ? error.remoteName : error.name) !== 'ZodError') return error.message;
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

function exitCodeOf(error: unknown): number | undefined {
  const name = error instanceof LocalCallError ? error.remoteName : error instanceof Error ? error.name : '';
  if (error instanceof DataFolderBusyError) return EXIT.busy;
  if (error instanceof ConfigError || MISUSE.includes(name)) return EXIT.usage;
  return undefined;
}
