import type { Position, RecordedEvent } from '../../domain/log/envelope.ts';
import type { EventLog, EventStore } from '../store/event-store.ts';

/** A small store beside the log that must have seen every event, such as whose the data keys are. */
export interface LogFollower {
  /** All events up to here are taken, durably; `''` at first. */
  checkpoint(): Position;
  /** Events that follow on the checkpoint, in log order; `upTo` becomes the checkpoint. */
  take(events: readonly RecordedEvent[], upTo: Position): void;
  /**
   * Called now and then with a position up to which all events are durable. A follower that was told of this
   * node's own appends as they were made moves its checkpoint there, or leaves it until the next time.
   */
  moveCheckpoint(durable: Position): void;
}

const BATCH_EVENTS = 1_000;

/**
 * Lets the followers read what the log has after their checkpoints, once for all of them: to be done at start,
 * before anything is appended. Returns how many events were read.
 */
export async function catchUp(
  log: Pick<EventLog, 'readAll'>,
  followers: readonly LogFollower[],
): Promise<number> {
  const [earliest] = followers.map(each => each.checkpoint()).sort();
  if (earliest === undefined) return 0;
  let after = earliest;
  let count = 0;
  for (;;) {
    const events = await log.readAll(after, BATCH_EVENTS);
    const last = events.at(-1);
    if (last === undefined) return count;
    for (const follower of followers) {
      const seen = follower.checkpoint();
      if (seen < last.position) {
        follower.take(
          events.filter(event => event.position > seen),
          last.position,
        );
      }
    }
    count += events.length;
    after = last.position;
  }
}

/**
 * Moves the followers' checkpoints on while the log grows, so that the next start reads little; does nothing
 * while nothing is appended. After `catchUp`, or what was not caught up is passed over. Returns how to stop, which
 * moves them a last time.
 */
export function keepCheckpoints(
  store: EventStore,
  followers: readonly LogFollower[],
  options: { readonly everyMs?: number; readonly onError?: (error: unknown) => void } = {},
): () => void {
  const { everyMs = 5_000, onError = () => {} } = options;
  let durable: Position | undefined;
  let timer: NodeJS.Timeout | undefined;
  const move = (): void => {
    timer = undefined;
    if (durable === undefined) return;
    for (const follower of followers) {
      try {
        follower.moveCheckpoint(durable);
      } catch (error) {
        // A full disk: the checkpoint stays where it was, and the next start reads more.
        onError(error);
      }
    }
  };
  const stopListening = store.onAppended(position => {
    durable = position;
    timer ??= setTimeout(move, everyMs).unref();
  });
  return () => {
    stopListening();
    if (timer !== undefined) clearTimeout(timer);
    move();
  };
}
