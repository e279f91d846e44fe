import type { Actor } from '../../domain/case/actor.ts';
import type { Position, StoredEvent } from '../../domain/log/envelope.ts';
import { SYSTEM_ACTOR_ID } from '../../domain/log/fixed-streams.ts';
import { workflowCommandId } from '../engine/command-id.ts';
import type { ImportIds } from './import-ids.ts';
import type { ImportTarget } from './importer.ts';

/**
 * Gives what imported events bring about in other cases, at the instant of their decision: left to the workflow
 * runner it would happen today. The ids are the runner's, so that neither does what the other has done.
 */
export function createReactions(
  target: Pick<ImportTarget, 'log' | 'handler' | 'lifecycles' | 'workflows'>,
  ids: ImportIds,
  touched: (caseId: string) => Promise<void>,
): (events: readonly StoredEvent[], position: Position, now: number) => Promise<void> {
  const { log, handler, lifecycles, workflows } = target;
  const reacting = new Set(workflows.flatMap(workflow => workflow.on));

  return async function react(events, position, now) {
    for (const event of events) {
      if (!reacting.has(event.type)) continue;
      for (const workflow of workflows) {
        if (!workflow.on.includes(event.type)) continue;
        for (const wanted of workflow.react({ ...event, position })) {
          const lifecycle = lifecycles.find(({ name }) => name === wanted.lifecycle);
          if (lifecycle === undefined)
            throw new Error(`${workflow.name} names the lifecycle ${wanted.lifecycle}`);
          const { caseId, command, step } = wanted;
          const causing = { causingEventId: event.eventId, workflow: workflow.name, step };
          const outcome = await handler.handle({
            lifecycle,
            ...(caseId === undefined ? {} : { caseId }),
            command,
            actor: SYSTEM_BY_WORKFLOW,
            commandId: workflowCommandId(log.logId, causing),
            keyed: false,
            now,
            correlationId: event.metadata.correlationId,
            causationId: event.eventId,
            importId: ids.importId,
          });
          // A rejection is journalled; there is nobody to tell.
          if (outcome.outcome !== 'accepted' || outcome.replayed) continue;
          await touched(outcome.caseId);
          await react(outcome.events, outcome.position, now);
        }
      }
    }
  };
}

const SYSTEM_BY_WORKFLOW: Actor = {
  id: SYSTEM_ACTOR_ID,
  role: 'system',
  roles: ['system'],
  via: 'workflow',
  qualifications: [],
};
