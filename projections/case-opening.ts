import type { Lifecycle } from '../domain/case/lifecycle.ts';
import { categoryOf, type StoredEvent } from '../domain/log/envelope.ts';

/** What projections need to know of a lifecycle: they are the same for all. */
export type ProjectedLifecycle = Pick<Lifecycle, 'name' | 'category' | 'numberPrefix'>;

/** What the first event of a case says, whatever its lifecycle, by the names that all of them use. */
export interface Opening {
  readonly receivedAt: number;
  readonly teamId: string | null;
  readonly priority: 'normal' | 'urgent';
  readonly registeredLate: boolean;
  readonly kind: string | null;
  readonly siteRegion: string | null;
  readonly customerId: string | null;
  /** A company's name: no personal value. */
  readonly customerName: string | null;
}

export function openingOf(event: StoredEvent): Opening {
  const { data } = event;
  const { customerId, customerName } = customerOf(data.complainant ?? data.customer);
  return {
    receivedAt: typeof data.receivedAt === 'number' ? data.receivedAt : event.metadata.occurredAt,
    teamId: textOrNull(data.teamId),
    priority: data.priority === 'urgent' ? 'urgent' : 'normal',
    registeredLate: data.registeredLate === true,
    kind: textOrNull(data.kind),
    siteRegion: textOrNull(data.siteRegion),
    customerId,
    customerName,
  };
}

/** A company as cases name it: with an id, or by its name alone until it is linked. */
export function customerOf(company: unknown): Pick<Opening, 'customerId' | 'customerName'> {
  if (typeof company !== 'object' || company === null) return { customerId: null, customerName: null };
  return {
    customerId: 'customerId' in company ? textOrNull(company.customerId) : null,
    customerName: 'name' in company ? textOrNull(company.name) : null,
  };
}

/** Finds the lifecycle of an event's stream; `undefined` for streams that are no case. */
export function lifecycleFinder(
  lifecycles: readonly ProjectedLifecycle[],
): (event: StoredEvent) => ProjectedLifecycle | undefined {
  const byCategory = new Map(lifecycles.map(lifecycle => [lifecycle.category, lifecycle] as const));
  return event => byCategory.get(categoryOf(event.streamId));
}

export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
