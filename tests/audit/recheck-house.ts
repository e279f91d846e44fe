import { aggregates } from '../../domain/aggregates.ts';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { CALENDAR_STREAM_ID, POLICY_STREAM_ID } from '../../domain/log/fixed-streams.ts';
import { defaultPolicy } from '../../domain/sla/default-policy.ts';
import { pendingTimers } from '../../domain/sla/timers.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { type RecheckFilter, recheck } from '../../src/audit/recheck.ts';
import type { Checked } from '../../src/audit/recheck-decision.ts';
import { timerRequest } from '../../src/engine/timer-request.ts';
import { house, published } from '../engine/house.ts';
import { parcel } from '../engine/parcel-lifecycle.ts';

/** A house of parcels whose log holds its policy and calendar, as a real one does. */
export async function recheckHouse() {
  const made = house();
  const own = [
    published(POLICY_STREAM_ID, 'PolicyPublished', { policy: defaultPolicy() }),
    published(CALENDAR_STREAM_ID, 'CalendarPublished', { calendar: chinaCalendar() }),
  ];
  for (const event of own) await made.store.append(event.streamId, -1, [event]);
  const fireTimers = async (caseId: string) => {
    const loaded = await made.handler.load(parcel, caseId);
    for (const timer of loaded === undefined ? [] : pendingTimers(loaded.state)) {
      await made.handler.handle(timerRequest(made.store.logId, parcel, caseId, timer));
    }
  };
  /** Rechecks the log by the rules given: today's, or changed ones. */
  const run = async (lifecycle: AnyLifecycle = parcel, filter: RecheckFilter = {}) => {
    const findings: Checked[] = [];
    const summary = await recheck(
      {
        log: made.store,
        lifecycles: [lifecycle],
        aggregates,
        onFinding: finding => void findings.push(finding),
      },
      filter,
    );
    return { ...summary, findings };
  };
  return { ...made, run, fireTimers };
}
