import { afterSales } from './after-sales/after-sales.ts';
import { type AnyLifecycle, registered } from './case/lifecycle.ts';
import { complaint } from './complaint/complaint.ts';

/** Every lifecycle of the house: routes, OpenAPI, forms and the command line are made from this list. */
export const lifecycles: readonly AnyLifecycle[] = [registered(complaint), registered(afterSales)];

export function lifecycleByName(name: string): AnyLifecycle | undefined {
  return lifecycles.find(l => l.name === name);
}

/** By what stands in stream ids: `complaint`. */
export function lifecycleByCategory(category: string): AnyLifecycle | undefined {
  return lifecycles.find(l => l.category === category);
}
