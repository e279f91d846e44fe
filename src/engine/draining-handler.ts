import { StoreUnavailableError } from '../store/event-store.ts';
import type { CommandHandler } from './command-handler.ts';

export interface DrainingHandler extends CommandHandler {
  /** Takes no more commands, and waits for those that were taken. */
  drain(): Promise<void>;
}

/** A handler that can be stopped without losing what it has begun. */
export function drainingHandler(
  handler: CommandHandler,
  onFailure: (error: unknown) => void = () => {},
): DrainingHandler {
  const begun = new Set<Promise<unknown>>();
  let closed = false;
  return {
    async handle(request, read) {
      if (closed) throw new StoreUnavailableError('closed', 'the service is stopping');
      const outcome = handler.handle(request, read);
      begun.add(outcome);
      try {
        return await outcome;
      } catch (error) {
        onFailure(error);
        throw error;
      } finally {
        begun.delete(outcome);
      }
    },
    read: (lifecycle, caseId) => handler.read(lifecycle, caseId),
    load: (lifecycle, caseId) => handler.load(lifecycle, caseId),
    dropCache: () => handler.dropCache(),
    async drain() {
      closed = true;
      await Promise.allSettled(begun);
    },
  };
}
