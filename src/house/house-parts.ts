import type { PromisedBy } from '../../domain/house/policy-coverage.ts';
import type { StoredEvent } from '../../domain/log/envelope.ts';
import type { WallClock } from '../clock.ts';
import type { GiveCommand } from '../directory/aggregate-writer.ts';
import type { PolicyBook } from '../engine/policy-book.ts';
import type { EventStore } from '../store/event-store.ts';

/** What calendars and policies are written and looked up with. */
export interface HouseParts {
  readonly store: Pick<EventStore, 'readStream' | 'logId'>;
  readonly give: GiveCommand;
  readonly book: PolicyBook;
  readonly clock: WallClock;
  /** Every lifecycle of this release with its promises. */
  readonly promised: readonly PromisedBy[];
  /** Events of a publication that this node has just written. */
  onPublished(events: readonly StoredEvent[]): void;
}
