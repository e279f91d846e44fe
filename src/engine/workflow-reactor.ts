import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import type { RememberingWorkflow } from '../../domain/case/remembering-workflow.ts';
import type { Workflow } from '../../domain/case/workflow.ts';
import { categoryOf, type RecordedEvent, uuidOf } from '../../domain/log/envelope.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { EventStore } from '../store/event-store.ts';
import type { CommandRequest } from './command-request.ts';
import { foldOn, newCase } from './folded-case.ts';
import type { RunnerFile } from './runner-file.ts';
import { requestsOf, workflowRequests } from './workflow-requests.ts';

/** A workflow as the runner drives it. */
export interface Reactor {
  readonly name: string;
  readonly on: readonly string[];
  reactTo(event: RecordedEvent): Promise<{
    readonly requests: readonly CommandRequest[];
    /** To be called once the requests were answered. */
    readonly done?: () => void | Promise<void>;
  }>;
}

interface ReactorParts {
  readonly store: Pick<EventStore, 'logId' | 'readStream'>;
  readonly sealer: Sealer;
  readonly lifecycles: readonly AnyLifecycle[];
  readonly file: RunnerFile;
}

export function plainReactor(workflow: Workflow, { store, sealer, lifecycles }: ReactorParts): Reactor {
  const { name, on } = workflow;
  return {
    name,
    on,
    reactTo: async event => ({
      requests: workflowRequests(workflow, sealer.open(event), lifecycles, store.logId),
    }),
  };
}

export function rememberingReactor(workflow: RememberingWorkflow, parts: ReactorParts): Reactor {
  const { store, file } = parts;
  const { name, on } = workflow;
  const memory = file.memory(name, workflow.version);
  const followed = parts.lifecycles.filter(lifecycle => workflow.lifecycles.includes(lifecycle.name));
  return {
    name,
    on,
    async reactTo(event) {
      const lifecycle = followed.find(({ category }) => category === categoryOf(event.streamId));
      if (lifecycle === undefined) return { requests: [] };
      // As the case was at the event, not as it is: seen again after a crash it must be the same.
      const stream = await store.readStream(event.streamId);
      const upTo = stream.slice(0, event.revision + 1);
      const { state, unknownType } = foldOn(lifecycle, newCase(lifecycle), upTo, event.position);
      if (unknownType !== undefined) return { requests: [] };
      const caseId = uuidOf(event.streamId);
      const about = { lifecycle: lifecycle.name, state, memory };
      const { commands, keep } = workflow.react(event, about);
      const kept = keep.map(one => ({ ...one, lifecycle: lifecycle.name, caseId }));
      const nothingChanges = kept.length === 0 && memory.of(caseId).length === 0;
      return {
        requests: requestsOf(workflow, commands, event, parts.lifecycles, store.logId),
        ...(nothingChanges ? {} : { done: () => file.remember(name, event.position, caseId, kept) }),
      };
    },
  };
}
