import type { AnyLifecycle } from '../domain/case/lifecycle.ts';
import { caseList } from './case-list.ts';
import { complaintFrequencies } from './complaint-frequencies.ts';
import { followUpCalls } from './follow-up-calls.ts';
import { hostBookings } from './host-bookings.ts';
import { notifications } from './notifications.ts';
import { type Projection, registered } from './projection.ts';
import { promises } from './promises.ts';

/** Every question that is answered from the log. `timeZone` is the house's, by which months and numbers are counted. */
export function projectionsOf(lifecycles: readonly AnyLifecycle[], timeZone: string): readonly Projection[] {
  return [
    registered(caseList(lifecycles, timeZone)),
    registered(promises(lifecycles, timeZone)),
    registered(complaintFrequencies(timeZone)),
    registered(followUpCalls()),
    registered(hostBookings()),
    registered(notifications()),
  ];
}
