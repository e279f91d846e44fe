import type { Position, StoredEvent } from '../../domain/log/envelope.ts';
import { workflowRequests } from '../engine/workflow-requests.ts';
import type { ImportTarget } from './importer.ts';

/**
 * Gives what imported events bring about in other cases before time goes on: the workflow runner would get to them
 * when rows of a later time are in already. The requests are the runner's own, so that neither does what the other
 * has done.
 */
export function createReactions(
  target: Pick<ImportTarget, 'store' | 'handler' | 'sealer' | 'lifecycles' | 'workflows'>,
  touched: (caseId: string) => Promise<void>,
): (events: readonly StoredEvent[], position: Position) => Promise<void> {
  const { store, handler, sealer, lifecycles, workflows } = target;
  const reacting = new Set(workflows.flatMap(workflow => workflow.on));

  return async function react(events, position) {
    for (const stored of events) {
      if (!reacting.has(stored.type)) continue;
      const event = { ...sealer.open(stored), position };
      for (const workflow of workflows) {
        if (!workflow.on.includes(event.type)) continue;
        for (const request of workflowRequests(workflow, event, lifecycles, store.logId)) {
          const outcome = await handler.handle(request);
          // A rejection is journalled; there is nobody to tell.
          if (outcome.outcome !== 'accepted' || outcome.replayed) continue;
          await touched(outcome.caseId);
          await react(outcome.events, outcome.position);
        }
      }
    }
  };
}
