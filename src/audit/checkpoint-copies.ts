import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const DELIVER_TIMEOUT_MS = 10_000;

/** Brings a checkpoint where it is kept apart from the log. */
export type DeliverCopy = (copy: {
  readonly logId: string;
  readonly size: number;
  readonly note: string;
}) => Promise<void>;

/**
 * `target`: a folder that is there (another machine's disk: it is not made, so that a disk that is not mounted is
 * noticed), in which each checkpoint is a file that is never overwritten; or an http(s) address to which it is POSTed
 * as text/plain, and which answers 2xx. `undefined` for `none`.
 */
export function copyDelivery(target: string): DeliverCopy | undefined {
  if (target === 'none') return undefined;
  return /^https?:/.test(target) ? toAddress(target) : toFolder(target);
}

function toFolder(folder: string): DeliverCopy {
  return async ({ logId, size, note }) => {
    if (!(await stat(folder)).isDirectory()) throw new Error(`${folder} is no folder`);
    const file = join(folder, `checkpoint-${logId}-${String(size).padStart(12, '0')}.txt`);
    try {
      await writeFile(file, note, { flag: 'wx', flush: true });
    } catch (error) {
      // Brought before: the same size has the same root, or `verify` says so.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  };
}

function toAddress(address: string): DeliverCopy {
  return async ({ note }) => {
    const answer = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: note,
      redirect: 'error',
      signal: AbortSignal.timeout(DELIVER_TIMEOUT_MS),
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`${new URL(address).origin} answered ${answer.status}`);
  };
}
