import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';

export interface JobWriter {
  /** Done when there is room for more. */
  write(text: string): Promise<void>;
  /** Aborts when the reader goes away. */
  readonly signal: AbortSignal;
}

/**
 * An answer that is written while a long job goes on, no faster than it is read. A job that fails cuts the answer off
 * before its end: what came is not to be taken for the whole.
 */
export function jobStream(
  job: (writer: JobWriter) => Promise<void>,
  onEnd: (outcome: 'done' | 'failed' | 'cutOff') => Promise<void>,
): Readable {
  const out = new PassThrough({ highWaterMark: 256 * 1024 });
  const gone = new AbortController();
  let finished = false;
  out.on('close', () => {
    if (!finished) gone.abort();
  });
  // A reader that hangs up is no error of ours.
  out.on('error', () => gone.abort());
  const writer: JobWriter = {
    signal: gone.signal,
    async write(text) {
      if (!out.write(text)) await once(out, 'drain', { signal: gone.signal });
    },
  };
  const run = async (): Promise<void> => {
    try {
      await job(writer);
      finished = true;
      await onEnd('done');
      out.end();
    } catch (error) {
      finished = true;
      await onEnd(gone.signal.aborted ? 'cutOff' : 'failed').catch(() => {});
      out.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  };
  void run();
  return out;
}
