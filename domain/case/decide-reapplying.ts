import { reapplyClocks } from '../sla/reapplying.ts';
import type { SlaContext } from '../sla/schedule.ts';
import type { CaseCommand } from './case-commands.ts';
import type { CaseEvent } from './case-events.ts';
import { type CaseRules, ownerOf } from './case-rules.ts';
import type { CaseState } from './case-state.ts';
import { accept, type Decision, reject } from './decision.ts';
import type { DecideContext } from './lifecycle.ts';

/**
 * Lays the calendar or policy that the command names on the open promises. A case where nothing moves, or that has
 * ended meanwhile, accepts without events.
 */
export function reapplyDeadlines<S extends CaseState>(
  data: (CaseCommand & { type: 'reapplyDeadlines' })['data'],
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): Decision<CaseEvent> {
  const { because, calendar: named, policyVersion, provisionalOnly } = data;
  if (state.ended !== undefined) return accept<CaseEvent>();
  const { policy, calendar: known } = context;
  const isOld =
    because === 'policyApplied'
      ? policy.version !== policyVersion || known.id !== named.id || known.version !== named.version
      : known.id === named.id && known.version !== named.version;
  if (isOld) {
    return reject('newerVersionHolds', {
      policyVersion: policy.version,
      calendar: { id: known.id, version: known.version },
    });
  }
  const calendar = known.id === named.id ? known : context.calendarOf(named);
  const laidOn: SlaContext = {
    now: context.now,
    policy,
    calendar,
    calendarOf: ref => context.calendarOf(ref),
    get organisation() {
      return context.organisation;
    },
  };
  return accept<CaseEvent>(
    ...reapplyClocks(laidOn, ownerOf(state, rules), state.clocks, { because, provisionalOnly }),
  );
}
