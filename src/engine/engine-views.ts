import type { HostOverlap, HostQuery } from '../../domain/case/lifecycle.ts';
import type { Position } from '../../domain/log/envelope.ts';
import type { DueTimer } from './timekeeper.ts';

export interface ProjectionStatus {
  readonly projection: string;
  readonly position: Position;
  readonly behindEvents: number;
  readonly faulted?: { readonly position: Position; readonly message: string };
}

/** What the engine needs of the views, whoever keeps them. */
export interface EngineViews {
  /** Waits until they know what was in the log when they were opened; not for a long build, which goes on by itself. */
  caughtUp(): Promise<void>;
  /** Tells that the log has grown. */
  wake(position: Position): void;
  /** False when `timeoutMs` is over before the views have seen the position. */
  waitFor(position: Position, timeoutMs: number): Promise<boolean>;
  status(): readonly ProjectionStatus[];
  /** Calls back whenever they have moved on; returns how to stop. */
  onProgress(listener: () => void): () => void;
  dueTimers(byAt: number, limit: number, after?: DueTimer): readonly DueTimer[];
  nextTimerAt(): number | undefined;
  /** Who of these hosts is expected at another visit, as far as is known. */
  hostOverlaps(query: HostQuery, exceptCaseId: string): readonly HostOverlap[];
  /** Makes all of them anew from the log, and removes the old. */
  rebuild(): Promise<{ readonly events: number }>;
  /** Cases in which a promise is open, in order of their ids, after the one given. */
  casesWithPromises(asked: {
    readonly provisionalOnly: boolean;
    readonly after: string;
    readonly limit: number;
  }): readonly { readonly caseId: string; readonly streamId: string; readonly lifecycle: string }[];
  /** How many open promises are provisional, and when the first of them falls due (epoch ms). */
  provisionalDeadlines(): { readonly count: number; readonly firstAt?: number };
  /** Ids of messages that may be sent at an instant, and the earliest at which one may be. */
  dueNotifications(byAt: number, limit: number): readonly string[];
  nextNotificationAt(): number | undefined;
  notificationCounts(): NotificationCounts;
  /** A case's number for people, once it is known. */
  numberOf(caseId: string): string | undefined;
  close(): Promise<void>;
}

/** How many messages are in each state, and since when (epoch ms) the oldest that is not at its end waits. */
export interface NotificationCounts {
  readonly waiting: number;
  readonly sending: number;
  readonly sent: number;
  readonly givenUp: number;
  readonly oldestQueuedAt?: number;
}
