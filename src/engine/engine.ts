import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import type { RememberingWorkflow } from '../../domain/case/remembering-workflow.ts';
import type { Workflow } from '../../domain/case/workflow.ts';
import type { StoredEvent } from '../../domain/log/envelope.ts';
import { runAuditJob } from '../audit/audit-job.ts';
import { type Evidence, type EvidenceConfig, openEvidence } from '../audit/evidence.ts';
import type { WallClock } from '../clock.ts';
import { registerNode, settingsTrouble, tellSettings } from '../cluster/register-node.ts';
import type { ThisNode } from '../cluster/this-node.ts';
import type { Config } from '../config.ts';
import type { Directory } from '../directory/directory.ts';
import { createDirectoryService, type DirectoryService } from '../directory/directory-service.ts';
import { appendingOf } from '../directory/followed-streams.ts';
import { calendarWarnings } from '../house/calendar-warnings.ts';
import { type DeadlineRunner, startDeadlineRunner } from '../house/deadline-runner.ts';
import { createHouseCalendars, type HouseCalendars } from '../house/house-calendars.ts';
import { createHousePolicies, type HousePolicies } from '../house/house-policies.ts';
import {
  type Notifications,
  type NotifyConfig,
  notificationProblem,
  openNotifications,
} from '../notify/notifications.ts';
import { createPrivacyDesk, type PrivacyDesk } from '../privacy/privacy-desk.ts';
import { createSealer, type Sealer } from '../privacy/sealer.ts';
import { openDataFolder } from '../store/data-folder.ts';
import type { EventStore } from '../store/event-store.ts';
import type { StoreAddress } from '../store/store-address.ts';
import type { Spans } from '../telemetry/spans.ts';
import { tracedGive, tracedHandler, tracedReactor, tracedStore } from '../telemetry/traced-engine.ts';
import { isAlone } from '../views/generation-files.ts';
import type { Alarm } from './alarm.ts';
import { bootstrap } from './bootstrap.ts';
import { type CommandHandler, createCommandHandler } from './command-handler.ts';
import { drainingHandler } from './draining-handler.ts';
import { type EngineFigures, engineFigures } from './engine-figures.ts';
import type { EngineLog } from './engine-log.ts';
import type { EngineViews } from './engine-views.ts';
import { HeldCases } from './held-cases.ts';
import { openRecords, type RecordsConfig } from './open-records.ts';
import { type PolicyBook, readPolicyBook } from './policy-book.ts';
import { followPolicies } from './policy-follower.ts';
import { type Readiness, readinessOf } from './readiness.ts';
import { createRejectionJournal } from './rejection-journal.ts';
import { openRunnerFile } from './runner-file.ts';
import { type DueTimers, startTimekeeper } from './timekeeper.ts';
import { startWorkflowRunner } from './workflow-runner.ts';

/** The house in one process: the log and all that reads and writes it. */
export interface Engine<V extends EngineViews = EngineViews> {
  /** The data folder, absolute. */
  readonly folder: string;
  /** Of the log. */
  readonly address: StoreAddress;
  readonly lifecycles: readonly AnyLifecycle[];
  readonly workflows: readonly Workflow[];
  readonly clock: WallClock;
  readonly store: EventStore;
  /** Opens nothing of a person whose erasure was asked for. */
  readonly sealer: Sealer;
  readonly handler: CommandHandler;
  readonly directory: Directory;
  readonly people: DirectoryService;
  /** Requests to be forgotten, and legal holds. */
  readonly privacy: PrivacyDesk;
  readonly policies: PolicyBook;
  /** The calendars and the policy as people deal with them: drafted, checked, published. */
  readonly calendars: HouseCalendars;
  readonly policy: HousePolicies;
  /** Lays calendars and policies on promises that run. */
  readonly deadlineRuns: DeadlineRunner;
  readonly views: V;
  readonly evidence: Evidence;
  /** What leaves the house. */
  readonly notifications: Pick<Notifications, 'status'>;
  /** How long a timer waits for commands on their way. */
  readonly timerGraceMs: number;
  /** Cases on their way through an import, whose timers it fires itself. */
  readonly heldCases: HeldCases;
  /** Lets time be looked at soon. */
  wakeTimers(): void;
  /** Of those that share the log, if it is shared. */
  readonly node?: ThisNode;
  /** Waits until what is kept in memory of users, teams and erasures knows all that any node has appended. */
  upToDate(): Promise<void>;
  /** Waits until the workflows have reacted to all that is in the log. */
  workflowsSettled(): Promise<void>;
  /**
   * Destroys every key of a person or case: what was sealed for it shows `[erased]` from now on, for good.
   * Answers how many keys there were. Asked for and approved by people at `privacy`.
   */
  eraseSubject(subject: string): Promise<number>;
  ready(): Promise<Readiness>;
  /** The same in numbers. @throws StoreUnavailableError while the log cannot be read */
  figures(): Promise<EngineFigures>;
  /** Where the house is traced. */
  readonly spans?: Spans | undefined;
  /** Stops in order: what was taken is finished, and nothing is lost. Once is enough. */
  close(): Promise<void>;
}

/** Opens the views that are kept from the log in the folder. */
export type OpenViews<V extends EngineViews> = (parts: {
  readonly folder: string;
  /** Of the log, for who follows it from another thread. */
  readonly address: StoreAddress;
  readonly store: Pick<EventStore, 'logId' | 'head' | 'eventsBetween'>;
  readonly timeZone: string;
  readonly lifecycles: readonly AnyLifecycle[];
  readonly log: EngineLog;
}) => Promise<V>;

export interface EngineOptions<V extends EngineViews> {
  readonly clock: WallClock;
  readonly log: EngineLog;
  readonly lifecycles: readonly AnyLifecycle[];
  readonly workflows: readonly Workflow[];
  readonly rememberingWorkflows?: readonly RememberingWorkflow[];
  readonly openViews: OpenViews<V>;
  /** Where the house is to be traced. */
  readonly spans?: Spans | undefined;
  /** How the timekeeper waits, where the clock is not the one on the wall. */
  readonly alarm?: Alarm;
}

const TIMER_GRACE_MS = 2_000;
/** The view that timers are fired by. */
const DEADLINES = 'promises';

/**
 * Opens a data folder and starts the house in it. What was opened is closed again when the start fails.
 * @throws DataFolderBusyError, LogFileError, KeyFileError, MasterKeyError, StoreAddressError, StoreUnavailableError
 */
export async function openEngine<V extends EngineViews>(
  config: RecordsConfig & Pick<Config, 'timeZone'> & Partial<EvidenceConfig & NotifyConfig>,
  options: EngineOptions<V>,
): Promise<Engine<V>> {
  await using opened = new AsyncDisposableStack();
  const { clock, log, lifecycles, workflows, rememberingWorkflows = [], spans } = options;

  const dataFolder = openDataFolder(config.dataFolder);
  opened.defer(() => dataFolder.release());
  const folder = dataFolder.path;
  const records = await openRecords(config, { folder, clock, log, opened });
  const { address, health, figures, keys, following, registering, withKeys, upToDate, node } = records;
  const store = spans === undefined ? records.store : tracedStore(records.store, spans);
  const { register } = registering;
  const sealer = createSealer(keys);
  // What people are shown: nothing of anybody whose erasure was asked for.
  const readingSealer = createSealer(keys, { isWithheld: subject => register.isWithheld(subject) });
  const { directory } = following;
  const journal = createRejectionJournal({ store, sealer: readingSealer, clock, log });
  const service = createDirectoryService({
    store,
    sealer: readingSealer,
    clock,
    directory: { directory, appending: appendingOf([following, registering]) },
    journal,
    withKeys,
  });
  const people = spans === undefined ? service : { ...service, give: tracedGive(service.give, spans) };
  await bootstrap({ store, clock, give: people.give });
  if (node !== undefined) await registerNode(node, people.give, upToDate);
  const head = await store.head();
  const policies = await readPolicyBook(store);
  let settled: () => Promise<void> = async () => {};
  opened.defer(() => settled());
  const views = await options.openViews({
    folder,
    address,
    store,
    timeZone: config.timeZone,
    lifecycles,
    log,
  });
  opened.defer(() => views.close());
  const draining = drainingHandler(
    createCommandHandler({
      store,
      sealer,
      directory,
      policies,
      clock,
      lifecycles,
      log,
      withKeys,
      hostOverlaps: (query, caseId) => views.hostOverlaps(query, caseId),
    }),
    health.failed,
  );
  const handler = spans === undefined ? draining : tracedHandler(draining, spans);

  opened.defer(() => draining.drain());
  const heldCases = new HeldCases(folder);
  const timekeeper = startTimekeeper({
    handler,
    views: {
      dueTimers: (byAt, limit, after) => views.dueTimers(byAt, limit, after),
      nextTimerAt: () => views.nextTimerAt(),
      health: () => deadlinesHealth(views),
    },
    lifecycles,
    logId: store.logId,
    clock,
    log,
    graceMs: TIMER_GRACE_MS,
    heldBack: heldCases,
    ...(node === undefined
      ? {}
      : { delayOf: streamId => node.delayOf(streamId), clockTrouble: () => node.clockTrouble() }),
    ...(options.alarm === undefined ? {} : { alarm: options.alarm }),
  });
  opened.defer(() => timekeeper.close());
  // First of all: what fell due while the service was down does not wait for the rest to be loaded and opened. What the
  // views do not show yet comes when they have caught up.
  await timekeeper.look();
  await views.caughtUp();
  await timekeeper.look();

  const evidence = await openEvidence({ folder, address, store, clock, log, config });
  opened.defer(() => evidence.close());
  const runnerFile = openRunnerFile(join(folder, 'runner.db'), store.logId, head);
  opened.defer(() => runnerFile.close());
  const notifications = openNotifications({
    config,
    folder,
    shared: node !== undefined,
    store,
    people,
    views,
    lifecycles,
    file: runnerFile,
    head,
    clock,
    log,
    ...(options.alarm === undefined ? {} : { alarm: options.alarm }),
  });
  opened.defer(() => notifications.close());
  if (node !== undefined) {
    await tellSettings(node, { notifySecrets: notifications.secrets }, people.give, upToDate);
    const trouble = settingsTrouble(node);
    if (trouble !== undefined) log.warn({ nodeId: node.nodeId }, trouble);
  }
  const runner = startWorkflowRunner({
    store,
    handler,
    sealer,
    lifecycles,
    workflows,
    rememberingWorkflows,
    reactors: notifications.reactors,
    ...(spans === undefined ? {} : { traced: reactor => tracedReactor(reactor, spans) }),
    file: runnerFile,
    log,
  });
  opened.defer(() => runner.close());
  const deadlineRunner = startDeadlineRunner({
    store,
    give: people.give,
    handler,
    views,
    book: policies,
    lifecycles,
    clock,
    log,
    heldBack: heldCases,
  });
  opened.defer(() => deadlineRunner.close());
  const policyFollower = followPolicies({
    store,
    book: policies,
    from: head,
    onPublished: () => deadlineRunner.look(),
    onError: error =>
      log.warn({ problem: String(error) }, 'publications could not be read, and are tried again'),
  });
  opened.defer(() => policyFollower.close());
  const published = (events: readonly StoredEvent[]): void => {
    for (const event of events) policies.apply(event);
    deadlineRunner.look();
  };
  const houseParts = {
    store,
    give: people.give,
    book: policies,
    clock,
    promised: lifecycles.map(({ name, promises }) => ({ lifecycle: name, clocks: promises })),
    onPublished: published,
  };
  opened.defer(views.onProgress(() => timekeeper.wake()));
  opened.defer(views.onProgress(() => notifications.wake()));
  opened.defer(store.onAppended(position => views.wake(position)));

  const eraseSubject = async (subject: string): Promise<number> => {
    const destroyed = await keys.eraseSubject(subject);
    // They hold no personal value; but nothing made before an erasure is to outlive it.
    handler.dropCache();
    return destroyed;
  };
  const privacy = createPrivacyDesk({
    register,
    give: people.give,
    isErased: subject => keys.isErased(subject),
    eraseSubject,
    directory,
    lifecycles,
    load: (lifecycle, caseId) => handler.load(lifecycle, caseId),
    mentions: subjects =>
      runAuditJob({ folder, store: address, timeZone: config.timeZone }, 'mentions', { subjects }),
    rebuildViews: () => viewsMadeAnew(views, folder),
    ...(node === undefined ? {} : { node }),
    onFailure: (erasureId, error) =>
      log.error({ erasureId, problem: String(error) }, 'an erasure goes on at the next start'),
  });
  settled = privacy.settled;
  await privacy.resume();
  node?.onTaken(() => privacy.look());

  let closing: Promise<void> | undefined;
  const running = opened.move();
  return {
    folder,
    address,
    lifecycles,
    workflows,
    clock,
    store,
    sealer: readingSealer,
    handler,
    directory,
    people,
    privacy,
    policies,
    calendars: createHouseCalendars(houseParts),
    policy: createHousePolicies(houseParts),
    deadlineRuns: deadlineRunner,
    views,
    evidence,
    notifications,
    timerGraceMs: TIMER_GRACE_MS,
    heldCases,
    upToDate,
    ...(node === undefined ? {} : { node }),
    wakeTimers: () => timekeeper.wake(),
    workflowsSettled: () => runner.settled(),
    eraseSubject,
    ready: () =>
      readinessOf({
        now: clock.now(),
        recordedUntil: () => health.recordedUntil(),
        closing: closing !== undefined,
        store: health,
        projections: views.status(),
        timekeeper: timekeeper.status(),
        workflows: runner.status(),
        unfinishedImports: heldCases.unfinished(),
        evidence: evidence.problems(),
        calendars: calendarWarnings(policies, views, clock.now()),
        deadlineRuns: deadlineRunner.problem(),
        notifications: notificationProblem(notifications, views),
        ...(node === undefined
          ? {}
          : {
              clock: node.clockTrouble(),
              silentSince: node.silentSince(),
              settings: settingsTrouble(node),
            }),
      }),
    spans,
    figures: () =>
      engineFigures({
        figures,
        store,
        views,
        timekeeper: timekeeper.status(),
        workflows: runner.status(),
        now: clock.now(),
      }),
    close() {
      closing ??= running.disposeAsync();
      return closing;
    },
  };
}

const OLD_VIEWS_MS = 30_000;

/** All views anew, with nothing left of the old. @throws Error when a reader holds the old ones */
async function viewsMadeAnew(views: EngineViews, folder: string): Promise<{ readonly events: number }> {
  const built = await views.rebuild();
  const until = Date.now() + OLD_VIEWS_MS;
  while (!isAlone(folder)) {
    if (Date.now() > until) throw new Error('the views of before were not removed: somebody holds them open');
    await sleep(20);
  }
  return built;
}

function deadlinesHealth(views: EngineViews): ReturnType<DueTimers['health']> {
  const found = views.status().find(({ projection }) => projection === DEADLINES);
  if (found === undefined) return { position: '', blocked: `the view ${DEADLINES} is still being made` };
  const { position, faulted } = found;
  return faulted === undefined
    ? { position }
    : {
        position,
        blocked: `the view ${DEADLINES} stopped at position ${faulted.position}: ${faulted.message}`,
      };
}
