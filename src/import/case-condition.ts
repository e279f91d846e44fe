import type { CaseState } from '../../domain/case/case-state.ts';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { isOpen } from '../../domain/sla/clock.ts';
import { type JsonObject, valueAt } from './field-value.ts';
import type { When } from './mapping-schema.ts';

/** What a condition looks at: the case as it stands, and the row that comes. */
export interface Situation {
  readonly lifecycle: AnyLifecycle;
  readonly state: CaseState;
  readonly first: boolean;
  readonly activity: string;
  readonly actorId: string;
  readonly row: JsonObject;
}

/** Whether all that a condition asks for holds. */
export function holds(when: When | undefined, situation: Situation): boolean {
  if (when === undefined) return true;
  const { state, lifecycle, activity, row } = situation;
  const recorded = (type: string) => state.steps.some(step => step.type === type && !step.retracted);
  const open = (name: string) => state.clocks.some(clock => clock.clock === name && isOpen(clock));
  const running = (name: string) =>
    state.clocks.some(clock => clock.clock === name && clock.status === 'running');
  const possible = (command: string) => lifecycle.possible(state).includes(command);
  return (
    (when.phase?.includes(state.phase) ?? true) &&
    (when.first === undefined || when.first === situation.first) &&
    (when.possible?.every(possible) ?? true) &&
    !(when.impossible?.some(possible) ?? false) &&
    (when.recorded?.some(recorded) ?? true) &&
    !(when.notRecorded?.some(recorded) ?? false) &&
    (when.open?.some(open) ?? true) &&
    !(when.notOpen?.some(open) ?? false) &&
    (when.running?.some(running) ?? true) &&
    (when.paused === undefined || when.paused === state.clocks.some(clock => clock.status === 'paused')) &&
    (when.assignee?.includes(assigneeSeen(state, situation.actorId)) ?? true) &&
    (when.activity?.includes(activity) ?? true) &&
    !(when.notActivity?.includes(activity) ?? false) &&
    Object.entries(when.values ?? {}).every(([key, values]) => {
      const value = valueAt(row, key) ?? null;
      return values.some(each => each === value);
    })
  );
}

function assigneeSeen({ assigneeId }: CaseState, actorId: string): 'self' | 'other' | 'none' {
  if (assigneeId === undefined) return 'none';
  return assigneeId === actorId ? 'self' : 'other';
}
