import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import type { Position } from '../../domain/log/envelope.ts';
import type { Evidence } from '../audit/evidence.ts';
import type { WallClock } from '../clock.ts';
import type { ThisNode } from '../cluster/this-node.ts';
import type { Directory } from '../directory/directory.ts';
import type { DirectoryService } from '../directory/directory-service.ts';
import type { CommandHandler } from '../engine/command-handler.ts';
import type { EngineFigures } from '../engine/engine-figures.ts';
import type { PolicyBook } from '../engine/policy-book.ts';
import type { DeadlineRunner } from '../house/deadline-runner.ts';
import type { HouseCalendars } from '../house/house-calendars.ts';
import type { HousePolicies } from '../house/house-policies.ts';
import type { Notifications } from '../notify/notifications.ts';
import type { PrivacyDesk } from '../privacy/privacy-desk.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { EventStore } from '../store/event-store.ts';
import type { StoreAddress } from '../store/store-address.ts';
import type { Spans } from '../telemetry/spans.ts';
import type { Views } from '../views/views.ts';

/** What the interface needs of the engine: tests put a smaller one in its place. */
export interface HttpEngine {
  /** The data folder: what goes through the whole log reads it there, in a thread of its own. */
  readonly folder: string;
  readonly address: StoreAddress;
  readonly lifecycles: readonly AnyLifecycle[];
  readonly clock: WallClock;
  readonly store: Pick<
    EventStore,
    'logId' | 'moves' | 'readStream' | 'readAll' | 'readTypes' | 'head' | 'onAppended'
  >;
  readonly sealer: Pick<Sealer, 'open'>;
  readonly handler: Pick<CommandHandler, 'handle' | 'load'>;
  readonly directory: Pick<
    Directory,
    | 'authenticate'
    | 'user'
    | 'userIds'
    | 'team'
    | 'teams'
    | 'roster'
    | 'onDuty'
    | 'absences'
    | 'isAway'
    | 'standIn'
    | 'delegationsBy'
    | 'customer'
    | 'product'
    | 'supplier'
    | 'department'
    | 'party'
    | 'listMaster'
    | 'defectCategories'
  >;
  readonly people: DirectoryService;
  readonly privacy: Pick<PrivacyDesk, 'register' | 'approve' | 'casesNaming' | 'waitsFor'>;
  readonly policies: Pick<PolicyBook, 'policyAt' | 'calendarKnownAt' | 'calendarOf'>;
  readonly views: HttpViews;
  readonly evidence: Evidence;
  readonly notifications: Pick<Notifications, 'status'>;
  readonly calendars: HouseCalendars;
  readonly policy: HousePolicies;
  readonly deadlineRuns: Pick<DeadlineRunner, 'preview' | 'start' | 'stop' | 'list'>;
  /** Waits until users, teams and erasures are known as the log has them. */
  upToDate(): Promise<void>;
  readonly node?: Pick<ThisNode, 'silentSince'>;
  ready(): Readiness | Promise<Readiness>;
  figures(): Promise<EngineFigures>;
  readonly spans?: Spans | undefined;
}

/** The truth about the service: whether it can answer as if nothing were wrong, and what is. */
export interface Readiness {
  readonly ready: boolean;
  /** For people, each naming the part and what to do; no personal value. */
  readonly reasons: readonly string[];
  /** Not wrong yet, but worth knowing. */
  readonly warnings: readonly string[];
  readonly projections: readonly ProjectionStatus[];
}

export interface ProjectionStatus {
  readonly projection: string;
  readonly position: Position;
  readonly behindEvents: number;
  readonly faulted?: { readonly position: Position; readonly message: string };
}

/** The views as the interface asks them. */
export type HttpViews = Pick<
  Views,
  | 'waitFor'
  | 'status'
  | 'numberOf'
  | 'caseByNumber'
  | 'listCases'
  | 'countCases'
  | 'deadlines'
  | 'slaReport'
  | 'slaExceptions'
  | 'complaintFrequencies'
  | 'followUpCalls'
  | 'notifications'
  | 'notificationCounts'
>;
