import type { RecordedEvent } from '../log/envelope.ts';
import type { AnyCommand } from './lifecycle.ts';

/** A command that an event brings about in another case (or, without `caseId`, that opens one). */
export interface WorkflowCommand {
  /** Names the command among those of its event: its id is derived from it, so that it is given once. */
  readonly step: string;
  /** By name: `complaint`. */
  readonly lifecycle: string;
  readonly caseId?: string;
  readonly command: AnyCommand;
}

/**
 * A reaction that crosses cases. `react` is pure: what it answers is computed again after a crash, and for events of
 * years ago. It sees personal values opened, to hand them on to the other case, or `[erased]`.
 */
export interface Workflow {
  /** Never changes: it is part of the ids of its commands. */
  readonly name: string;
  /** Event types. */
  readonly on: readonly string[];
  react(event: RecordedEvent): readonly WorkflowCommand[];
}

export function defineWorkflow(workflow: Workflow): Workflow {
  return workflow;
}

/** The fields of an event that are there, to be handed on to a command as they are. */
export function handedOn(
  data: AnyCommand['data'],
  ...fields: readonly string[]
): Readonly<Record<string, AnyCommand['data'][string]>> {
  return Object.fromEntries(Object.entries(data).filter(([field]) => fields.includes(field)));
}
