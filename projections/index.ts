import type { AnyLifecycle } from '../domain/case/lifecycle.ts';
import { caseList } from './case-list.ts';
import { complaintFrequencies } from './complaint-frequencies.ts';
import { deadlines } from './deadlines.ts';
import { type Projection, registered } from './projection.ts';
import { slaResults } from './sla-results.ts';

/** Every question that is answered from the log. `timeZone` is the house's, by which months and numbers are counted. */
export function projectionsOf(lifecycles: readonly AnyLifecycle[], timeZone: string): readonly Projection[] {
  return [
    registered(caseList(lifecycles, timeZone)),
    registered(deadlines(lifecycles)),
    registered(slaResults(lifecycles, timeZone)),
    registered(complaintFrequencies(timeZone)),
  ];
}
