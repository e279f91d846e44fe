import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import type { Workflow, WorkflowCommand } from '../../domain/case/workflow.ts';
import type { RecordedEvent } from '../../domain/log/envelope.ts';
import { workflowCommandId } from './command-id.ts';
import type { CommandRequest } from './command-request.ts';
import { systemActor } from './system-actor.ts';

/**
 * The commands that an event brings about, as the handler takes them. What an imported event brings about happens at
 * its own historical time.
 * @param event with its personal values opened
 * @throws Error for a command that its lifecycle does not have or take: a bug of the workflow
 */
export function workflowRequests(
  workflow: Workflow,
  event: RecordedEvent,
  lifecycles: readonly AnyLifecycle[],
  logId: string,
): readonly CommandRequest[] {
  return requestsOf(workflow, workflow.react(event), event, lifecycles, logId);
}

/** The same for commands that are known. @throws Error as `workflowRequests` */
export function requestsOf(
  workflow: Pick<Workflow, 'name'>,
  commands: readonly WorkflowCommand[],
  event: RecordedEvent,
  lifecycles: readonly AnyLifecycle[],
  logId: string,
): readonly CommandRequest[] {
  const { metadata, eventId } = event;
  const { correlationId, traceparent, importId } = metadata;
  return commands.map(wanted => {
    const { lifecycle, data } = parsed(workflow, wanted, lifecycles);
    const { step, caseId, command } = wanted;
    return {
      lifecycle,
      ...(caseId === undefined ? {} : { caseId }),
      command: { type: command.type, data },
      actor: systemActor('workflow'),
      commandId: workflowCommandId(logId, { causingEventId: eventId, workflow: workflow.name, step }),
      keyed: false,
      correlationId,
      causationId: eventId,
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(importId === undefined ? {} : { importId, now: metadata.decidedAt }),
    };
  });
}

function parsed(
  workflow: Pick<Workflow, 'name'>,
  wanted: WorkflowCommand,
  lifecycles: readonly AnyLifecycle[],
) {
  const { type, data } = wanted.command;
  const lifecycle = lifecycles.find(({ name }) => name === wanted.lifecycle);
  const definition = lifecycle?.commands[type];
  if (lifecycle === undefined || definition === undefined) {
    throw new Error(`${workflow.name}: ${wanted.lifecycle} has no command ${type}`);
  }
  const result = definition.schema.safeParse(data);
  if (!result.success) {
    const issues = result.error.issues.map(({ path, code }) => `${path.join('.')} (${code})`);
    throw new Error(`${workflow.name}: ${type} is not taken: ${issues.join(', ')}`);
  }
  // Parsed by a command's schema, whose fields are JSON.
  return { lifecycle, data: result.data as WorkflowCommand['command']['data'] };
}
