import { afterSales } from './after-sales/after-sales.ts';
import { type AnyLifecycle, registered } from './case/lifecycle.ts';
import { complaint } from './complaint/complaint.ts';
import { difficultProblem } from './difficult-problem/difficult-problem.ts';
import { factoryVisit } from './factory-visit/factory-visit.ts';
import { liaisonRound } from './liaison-round/liaison-round.ts';
import { sampleRequest } from './sample-request/sample-request.ts';
import { technicalLiaison } from './technical-liaison/technical-liaison.ts';

/** Every lifecycle of the house: routes, OpenAPI, forms and the command line are made from this list. */
export const lifecycles: readonly AnyLifecycle[] = [
  registered(complaint),
  registered(afterSales),
  registered(technicalLiaison),
  registered(liaisonRound),
  registered(sampleRequest),
  registered(difficultProblem),
  registered(factoryVisit),
];

export function lifecycleByName(name: string): AnyLifecycle | undefined {
  return lifecycles.find(l => l.name === name);
}

/** By what stands in stream ids: `complaint`. */
export function lifecycleByCategory(category: string): AnyLifecycle | undefined {
  return lifecycles.find(l => l.category === category);
}
