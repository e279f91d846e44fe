import { OperationError } from './operation-error.ts';

/**
 * Lets what was begun be put away at the first Ctrl-C (SIGINT) or SIGTERM: the signal that the work is given aborts.
 * A second one ends the process at once.
 * @throws OperationError for work that ended because of it
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const aborter = new AbortController();
  const interrupt = (): void => {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    aborter.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    return await work(aborter.signal);
  } catch (error) {
    throw aborter.signal.aborted ? new OperationError('it was interrupted, and is not done') : error;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
