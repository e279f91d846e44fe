import type { RecordedEvent } from '../log/envelope.ts';
import type { CaseState } from './case-state.ts';
import type { WorkflowCommand } from './workflow.ts';

/** What a workflow keeps in mind of a part of a case. */
export interface Remembered {
  /** What is looked for: equal in cases that have to do with each other. */
  readonly key: string;
  readonly lifecycle: string;
  readonly caseId: string;
  /** Of the case; empty for the case as a whole. */
  readonly part: string;
  readonly at: number;
}

/** What a workflow remembers of the events before, as it may ask for it. */
export interface WorkflowMemory {
  of(caseId: string): readonly Remembered[];
  /** The last one of another case, at or before an instant. */
  lastUpTo(key: string, at: number, exceptCaseId: string): Remembered | undefined;
  /** The first one of another case after an instant. */
  firstAfter(key: string, at: number, exceptCaseId: string): Remembered | undefined;
}

/**
 * A reaction that has to know of other cases. It asks neither views nor cases as they are now, which say something else
 * when they are asked again, but a memory of its own: made of the log alone, in its order, and kept with its place in
 * it. What was done before a crash is done again from the same memory, and so under the same ids.
 */
export interface RememberingWorkflow {
  /** Never changes: it is part of the ids of its commands. */
  readonly name: string;
  /** Event types. */
  readonly on: readonly string[];
  /** The lifecycles, by name, of the cases that it follows. */
  readonly lifecycles: readonly string[];
  /** Raised with every change of what is kept: the log is then gone through anew. */
  readonly version: number;
  /** @param about.state the case as it was right after the event */
  react(
    event: RecordedEvent,
    about: { readonly lifecycle: string; readonly state: CaseState; readonly memory: WorkflowMemory },
  ): {
    readonly commands: readonly WorkflowCommand[];
    /** All that is kept of the event's case from now on. */
    readonly keep: readonly Omit<Remembered, 'lifecycle' | 'caseId'>[];
  };
}

export function defineRememberingWorkflow(workflow: RememberingWorkflow): RememberingWorkflow {
  return workflow;
}
