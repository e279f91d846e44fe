import {
  type AllStreamSubscription,
  type RecordedEvent as EsdbEvent,
  type EventStoreDBClient,
  excludeSystemEvents,
} from '@eventstore/db-client';
import type { Position } from '../../../domain/log/envelope.ts';
import { esdbPositionOf, placeOf } from './place.ts';
import { partedFrom } from './time-limit.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** The server says how far it has looked after so many events that are not ours, times 32. */
const CHECKPOINT_INTERVAL = 10;
/** How often it is looked whether a subscription that stands has fallen silent: a small read each time. */
const CHECK_MS = 5_000;

export interface LogFeed {
  /** Since when nothing is heard (epoch ms); `undefined` while the subscription stands. */
  silentSince(): number | undefined;
  close(): Promise<void>;
}

/**
 * Tells of every event that any node appends, after a position, newest position last. The library's subscription ends
 * for good with its first error: it is made again, from where it was, after a pause that grows. One that stands and
 * tells of nothing, though the log goes on, is ended here.
 */
export function followLog(
  client: EventStoreDBClient,
  options: {
    readonly after: Position;
    /** Of the log's newest event, by a question of its own. */
    readonly head: () => Promise<Position>;
    readonly checkMs?: number | undefined;
    readonly onEvent: (event: EsdbEvent, position: Position) => void;
    readonly onEnded: (error: unknown) => void;
  },
): LogFeed {
  const { head, checkMs = CHECK_MS, onEvent, onEnded } = options;
  let position = options.after;
  let pauseMs = FIRST_PAUSE_MS;
  let closed = false;
  let silentSince: number | undefined = Date.now();
  let current: AllStreamSubscription | undefined;
  let endCurrent: (error: unknown) => void = () => {};
  let timer: NodeJS.Timeout | undefined;

  const subscribe = (): void => {
    if (closed) return;
    let ended = false;
    const from = esdbPositionOf(position);
    const subscription = client.subscribeToAll({
      fromPosition: from ?? 'start',
      filter: excludeSystemEvents({
        checkpointInterval: CHECKPOINT_INTERVAL,
        // Nothing of ours between: a restart goes on from there. It is no event, and nobody is told.
        checkpointReached: async (_subscription, reached) => {
          const place = placeOf(reached);
          if (place > position) position = place;
        },
      }),
    });
    current = subscription;
    const end = (error: unknown): void => {
      if (ended || closed) return;
      ended = true;
      silentSince ??= Date.now();
      onEnded(error);
      subscription.destroy();
      timer = setTimeout(subscribe, pauseMs);
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    };
    endCurrent = end;
    subscription.on('confirmation', () => {
      if (!ended) silentSince = undefined;
    });
    subscription.on('data', ({ event }) => {
      pauseMs = FIRST_PAUSE_MS;
      if (event?.position === undefined) return;
      const place = placeOf(event.position);
      // After a restart, or from a server that repeats itself, what was told comes again.
      if (place <= position) return;
      position = place;
      onEvent(event, place);
    });
    subscription.on('error', end);
    subscription.on('end', () => end(new Error('the subscription ended')));
    subscription.on('close', () => end(new Error('the subscription was closed')));
  };

  /** The subscription that had not told of all, at the last look, and where it was: still there, it is silent. */
  let suspect: { readonly of: unknown; readonly at: Position; readonly since: number } | undefined;
  const look = async (): Promise<void> => {
    const looked = { of: current, at: position, since: Date.now() };
    // While nothing can be read there is nothing to be told of.
    const newest = await head().catch(() => undefined);
    if (newest === undefined || current !== looked.of) return;
    const toldAll = position >= newest && silentSince === undefined;
    if (toldAll || position > looked.at) {
      suspect = undefined;
    } else if (suspect?.of === current && suspect?.at === position) {
      silentSince ??= suspect.since;
      endCurrent(new Error('the subscription stands and tells of nothing, though the log goes on'));
    } else {
      suspect = looked;
    }
  };
  const lookAgain = (): void => {
    looking = setTimeout(() => void look().then(lookAgain), checkMs).unref();
    if (closed) clearTimeout(looking);
  };
  let looking: NodeJS.Timeout | undefined;
  lookAgain();

  subscribe();
  return {
    silentSince: () => silentSince,
    async close() {
      closed = true;
      clearTimeout(looking);
      clearTimeout(timer);
      const subscription = current;
      subscription?.on('error', () => undefined);
      if (subscription === undefined) return;
      await partedFrom(subscription.unsubscribe());
      subscription.destroy();
    },
  };
}
