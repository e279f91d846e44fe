import { setTimeout as sleep } from 'node:timers/promises';
import type { HostQuery } from '../../domain/case/lifecycle.ts';
import type { Position } from '../../domain/log/envelope.ts';
import type { WorkingCalendar } from '../../domain/time/calendar.ts';
import type { FrequencyDimension } from '../../projections/complaint-frequencies.ts';
import { projectionsOf } from '../../projections/index.ts';
import type { OpenViews } from '../engine/engine.ts';
import type { EngineViews } from '../engine/engine-views.ts';
import type { DueTimer } from '../engine/timekeeper.ts';
import { currentViews } from './current-views.ts';
import { Projector } from './projector.ts';
import { type FollowUpFilter, followUpCalls } from './queries/follow-up-calls.ts';
import { complaintFrequencies, type FrequencyFilter } from './queries/frequencies.ts';
import { hostOverlaps } from './queries/host-overlaps.ts';
import {
  type CaseFilter,
  type CaseSort,
  caseById,
  caseByNumber,
  countCases,
  listCases,
  numberOf,
} from './queries/list-cases.ts';
import {
  type CasesWithPromises,
  casesWithPromises,
  type DeadlineFilter,
  dueTimers,
  listDeadlines,
  nextTimerAt,
  provisionalDeadlines,
} from './queries/list-deadlines.ts';
import {
  dueNotifications,
  listNotifications,
  type NotificationFilter,
  nextNotificationAt,
  notificationCounts,
} from './queries/list-notifications.ts';
import {
  resultsOfCase,
  type SLA_EXCEPTIONS,
  type SlaGroup,
  type SlaReportFilter,
  slaExceptions,
  slaReport,
} from './queries/sla-report.ts';
import { ViewReader, ViewsNotReadyError } from './view-reader.ts';

/** A page asked for: at most `limit` rows, from where the last one ended. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

const NONE_COUNTED = { waiting: 0, sending: 0, sent: 0, givenUp: 0 };
/** How long a start waits for its views. */
const OPEN_WAIT_MS = 5_000;

/**
 * The views of one data folder: a projector in a worker thread writes them, this thread reads them.
 * Queries are synchronous and throw ViewsNotReadyError while the first views are being made.
 */
export type Views = EngineViews & Awaited<ReturnType<typeof viewsOf>>;

/** Follows the log of a data folder into views, and answers from them: at first from what is there. */
export const openViews: OpenViews<Views> = parts => viewsOf(parts);

async function viewsOf({
  folder,
  address,
  store,
  timeZone,
  lifecycles,
  log,
}: Parameters<OpenViews<EngineViews>>[0]) {
  const head = await store.head();
  const reader = new ViewReader();
  const listeners = new Set<() => void>();
  const current = currentViews(folder, { logId: store.logId, head }, projectionsOf(lifecycles, timeZone));
  if (current !== undefined) reader.moveTo(current.path);
  const projector = new Projector({
    folder,
    store: address,
    timeZone,
    head,
    current,
    eventsBetween: (after, upTo) => store.eventsBetween(after, upTo),
    log,
    onGeneration: path => reader.moveTo(path),
    onProgress: () => {
      for (const listener of listeners) listener();
    },
  });
  return {
    async caughtUp(): Promise<void> {
      if (current?.checkpoints.every(c => c.position === head && !c.fault)) return;
      // (The wait holds the process: a worker that died and is started again does not.)
      const waited = new AbortController();
      await Promise.race([
        projector.opened,
        sleep(OPEN_WAIT_MS, undefined, { signal: waited.signal }).catch(() => {}),
      ]);
      waited.abort();
    },
    wake: (position: Position) => projector.wake(position),
    waitFor: (position: Position, timeoutMs: number) => projector.waitFor(position, timeoutMs),
    status: () => projector.status(),
    /** Called whenever the views have moved on; returns how to stop. */
    onProgress(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    rebuild: (onProgress?: (events: number) => void) => projector.rebuild(onProgress),
    async close() {
      await projector.close();
      reader.close();
    },
    dueTimers: (byAt: number, limit: number, after?: DueTimer) =>
      whenReady(() => dueTimers(reader, byAt, limit, after)) ?? [],
    nextTimerAt: () => whenReady(() => nextTimerAt(reader)),
    hostOverlaps: (query: HostQuery, exceptCaseId: string) =>
      whenReady(() => hostOverlaps(reader, query, exceptCaseId)) ?? [],
    casesWithPromises: (asked: CasesWithPromises) => casesWithPromises(reader, asked),
    provisionalDeadlines: () => whenReady(() => provisionalDeadlines(reader)) ?? { count: 0 },
    dueNotifications: (byAt: number, limit: number) =>
      whenReady(() => dueNotifications(reader, byAt, limit)) ?? [],
    nextNotificationAt: () => whenReady(() => nextNotificationAt(reader)),
    notificationCounts: () => whenReady(() => notificationCounts(reader)) ?? NONE_COUNTED,
    notifications: (filter: NotificationFilter, page: PageRequest) =>
      reader.atOnce(() => listNotifications(reader, filter, page)),
    numberOf: (caseId: string) => whenReady(() => numberOf(reader, caseId)),
    caseByNumber: (number: string) => caseByNumber(reader, number),
    caseById: (caseId: string) => caseById(reader, caseId),
    listCases: (filter: CaseFilter, sort: CaseSort, page: PageRequest) =>
      reader.atOnce(() => listCases(reader, filter, sort, page)),
    countCases: () => countCases(reader),
    deadlines: (filter: DeadlineFilter, page: PageRequest) =>
      reader.atOnce(() => listDeadlines(reader, filter, page)),
    slaReport: (group: SlaGroup, filter: SlaReportFilter) =>
      reader.atOnce(() => slaReport(reader, group, filter)),
    slaExceptions: (exception: (typeof SLA_EXCEPTIONS)[number], page: PageRequest) =>
      reader.atOnce(() => slaExceptions(reader, exception, page)),
    resultsOfCase: (caseId: string) => resultsOfCase(reader, caseId),
    complaintFrequencies: (by: FrequencyDimension, filter: FrequencyFilter) =>
      reader.atOnce(() => complaintFrequencies(reader, by, filter)),
    followUpCalls: (filter: FollowUpFilter, calendar: WorkingCalendar) =>
      reader.atOnce(() => followUpCalls(reader, filter, calendar)),
  };
}

/** What the engine itself asks: nothing is known yet while the first views are being made. */
function whenReady<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof ViewsNotReadyError) return undefined;
    throw error;
  }
}
