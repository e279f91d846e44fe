import type { HttpEngine } from './engine-port.ts';
import { readPositionToken } from './position-token.ts';
import { ProblemError } from './problems.ts';

/**
 * Waits for what a query's `?after=` names, as long as the configuration says.
 * @throws ProblemError when the views have not seen it by then, or it is of another log
 */
export function viewsSeen(
  { views, store }: Pick<HttpEngine, 'views' | 'store'>,
  waitTimeoutMs: number,
): (query: { readonly after?: string | undefined }) => Promise<void> {
  return async ({ after }) => {
    if (after === undefined) return;
    const position = readPositionToken(store, after, 'after');
    if (await views.waitFor(position, waitTimeoutMs)) return;
    const behindEvents = Math.max(...views.status().map(status => status.behindEvents));
    throw new ProblemError('viewBehind', { members: { behindEvents } });
  };
}
