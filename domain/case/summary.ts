import type { CaseState } from './case-state.ts';
import type { CaseSummary } from './lifecycle.ts';

/** What lists need of a case whose lifecycle has nothing to add. */
export function summaryOf(state: CaseState): CaseSummary {
  const { phase, priority, receivedAt, teamId, assigneeId, ended } = state;
  return {
    phase,
    priority,
    receivedAt,
    teamId,
    closed: ended !== undefined,
    ...(assigneeId === undefined ? {} : { assigneeId }),
  };
}
