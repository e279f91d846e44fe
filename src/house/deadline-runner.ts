import { v5 as uuidv5 } from 'uuid';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import {
  type DeadlineRun,
  type DeadlineRunsState,
  deadlineRuns,
  type RunKind,
} from '../../domain/house/deadline-runs.ts';
import type { RecordedEvent } from '../../domain/log/envelope.ts';
import type { WallClock } from '../clock.ts';
import type { AggregateOutcome, Asking, GiveCommand } from '../directory/aggregate-writer.ts';
import { emptyFold, foldEvents } from '../directory/folded-aggregate.ts';
import { type Alarm, systemAlarm } from '../engine/alarm.ts';
import type { CommandHandler } from '../engine/command-handler.ts';
import { workflowCommandId } from '../engine/command-id.ts';
import { derivedUuid } from '../engine/derived-uuid.ts';
import { eachAtOnce } from '../engine/each-at-once.ts';
import type { EngineLog } from '../engine/engine-log.ts';
import type { EngineViews } from '../engine/engine-views.ts';
import type { PolicyBook } from '../engine/policy-book.ts';
import { systemActor } from '../engine/system-actor.ts';
import type { HeldBack } from '../engine/timekeeper.ts';
import type { EventStore } from '../store/event-store.ts';
import { type LaidOn, type PlannedMove, plannedMoves, reapplyCommand } from './planned-moves.ts';
import { type Written, writtenBy } from './versions.ts';

/** Cases asked of the view at once, and those that are being decided on at once. */
const PAGE_CASES = 500;
const CASES_AT_ONCE = 16;
/** How often a run writes down how far it is: what lies behind is not looked at again after a crash. */
const PROGRESS_EVERY_MS = 5_000;
const VIEW_WAIT_MS = 30_000;
/** A house that closes does not wait for its views. */
const CLOSING_SEEN_WITHIN_MS = 250;
const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 60_000;
/** Between two looks at whether provisional deadlines can be counted by now. */
const LOOK_AGAIN_MS = 60_000;

export interface RunWanted {
  readonly what: RunKind;
  /** The policy's own, if not given; only for calendars. */
  readonly calendarId?: string | undefined;
  readonly reason: string;
}

export interface ListedRun extends DeadlineRun, Omit<Written, 'reason'> {}

export interface DeadlineRunner {
  /** Every deadline that a run would move now, page by page in order of the cases' ids. */
  preview(
    wanted: Pick<RunWanted, 'what' | 'calendarId'>,
    page: { readonly after: string; readonly limit: number },
  ): Promise<{
    readonly moves: readonly PlannedMove[];
    readonly cases: number;
    readonly laidOn: LaidOn;
    /** Where the next page begins; absent at the end. */
    readonly next?: string;
  }>;
  /** Begins a run, which goes on by itself; the run's id is in the outcome's first event. */
  start(wanted: RunWanted, asking: Asking): Promise<AggregateOutcome>;
  stop(runId: string, reason: string, asking: Asking): Promise<AggregateOutcome>;
  /** Of this year and the last, the newest first. */
  list(): Promise<readonly ListedRun[]>;
  /** Looks whether provisional deadlines can be counted by now, soon. */
  look(): void;
  /** Why runs do not come on, if they don't. */
  problem(): string | undefined;
  /** Waits until no run goes on. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

interface RunnerParts {
  readonly store: Pick<EventStore, 'readStream' | 'logId' | 'head'>;
  readonly give: GiveCommand;
  readonly handler: Pick<CommandHandler, 'handle' | 'load'>;
  readonly views: Pick<
    EngineViews,
    'waitFor' | 'casesWithPromises' | 'provisionalDeadlines' | 'onProgress' | 'status'
  >;
  readonly book: PolicyBook;
  readonly lifecycles: readonly AnyLifecycle[];
  readonly clock: WallClock;
  readonly log: EngineLog;
  /** Cases on their way through an import: their own time is another. */
  readonly heldBack?: HeldBack;
  readonly alarm?: Alarm;
}

/**
 * Lays calendars and policies on promises that run, a command a case. A run is in the log with how far it has come: one
 * that was cut off goes on at the next start, and a case that had its command already adds nothing.
 */
export function startDeadlineRunner(parts: RunnerParts): DeadlineRunner {
  const { store, give, handler, views, book, clock, log, heldBack, alarm = systemAlarm } = parts;
  const lifecycles = new Map(
    parts.lifecycles
      .filter(({ commands }) => Object.hasOwn(commands, 'reapplyDeadlines'))
      .map(lifecycle => [lifecycle.name, lifecycle] as const),
  );
  let stopped = false;
  let working: Promise<void> | undefined;
  let again = false;
  let cancel: (() => void) | undefined;
  let failures = 0;
  let problem: string | undefined;

  /** What the last run over provisional deadlines left: nothing else to do until that changes. */
  let countedWith: string | undefined;
  const provisionalNow = (version: number): string => {
    const { count, firstAt } = views.provisionalDeadlines();
    return `${version} ${count} ${firstAt} ${heldBack?.size ?? 0}`;
  };

  const laidOnNow = ({ what, calendarId }: Pick<RunWanted, 'what' | 'calendarId'>): LaidOn => {
    const now = clock.now();
    const policy = book.policyAt(now);
    const id = what === 'policy' ? policy.calendarId : (calendarId ?? policy.calendarId);
    return { what, policy, calendar: book.calendarKnownAt(id, now) };
  };

  const streamOf = (year: number): string => derivedUuid(`deadlineRuns/${year}`, store.logId);
  const yearNow = (): number => new Date(clock.now()).getUTCFullYear();

  const readYear = async (
    year: number,
  ): Promise<{ state: DeadlineRunsState; events: readonly RecordedEvent[] }> => {
    const events = await store.readStream(`${deadlineRuns.category}-${streamOf(year)}`);
    return { state: foldEvents(deadlineRuns, emptyFold(deadlineRuns.initial), events).state, events };
  };

  /** The run that goes on, of this year or begun in the last. */
  const runningRun = async () => {
    for (const year of [yearNow(), yearNow() - 1]) {
      const { state, events } = await readYear(year);
      const run = state.runs.find(({ ended }) => ended === undefined);
      const first = run && startOf(events, run.runId);
      if (run !== undefined && first !== undefined) return { run, year, first };
    }
    return undefined;
  };

  const asSystem = (runId: string, step: string): Asking => ({
    actor: { id: systemActor('workflow').id, role: 'system', via: 'workflow' },
    commandId: uuidv5(step, runId),
    keyed: false,
    correlationId: runId,
  });

  /** Lays the versions on one case; how many deadlines it moved, or that the case was left, or that newer ones hold. */
  const reapply = async (
    found: { readonly caseId: string; readonly streamId: string; readonly lifecycle: string },
    laidOn: LaidOn,
    first: RecordedEvent,
  ): Promise<number | 'left' | 'newerVersionHolds'> => {
    const lifecycle = lifecycles.get(found.lifecycle);
    if (lifecycle === undefined || heldBack?.has(found.streamId) === true) return 'left';
    const { actor } = first.metadata;
    const isPerson = actor.role !== 'system';
    const onBehalfOf = isPerson ? { onBehalfOf: actor.id } : {};
    const outcome = await handler.handle({
      lifecycle,
      caseId: found.caseId,
      command: reapplyCommand(laidOn),
      actor: { ...systemActor('workflow'), ...onBehalfOf },
      commandId: workflowCommandId(store.logId, {
        causingEventId: first.eventId,
        workflow: 'reapply-deadlines',
        step: found.streamId,
      }),
      keyed: false,
      correlationId: first.metadata.correlationId,
      causationId: first.eventId,
    });
    switch (outcome.outcome) {
      case 'accepted':
        return outcome.events.length;
      case 'rejected':
        if (outcome.reason === 'newerVersionHolds') return 'newerVersionHolds';
        break;
      case 'conflict':
        throw new Error(`case ${found.caseId} was written to all the time`);
      default:
    }
    log.warn({ caseId: found.caseId, outcome: outcome.outcome }, 'a run left a case as it is');
    return 'left';
  };

  /** Goes on with a run to its end, unless the house closes or somebody stops it. */
  const goOn = async (at: { run: DeadlineRun; year: number; first: RecordedEvent }): Promise<void> => {
    const { run, year, first } = at;
    const id = streamOf(year);
    const { runId, what } = run;
    let { cases, moved, left, after = '' } = run;
    const policy = book.policyOf(run.policyVersion);
    const calendar = book.calendarOf(run.calendar);
    const laidOn: LaidOn = { what, policy, calendar };
    const end = async (outcome: 'done' | 'newerVersionHolds'): Promise<void> => {
      const data = { runId, outcome, cases, moved, left };
      await give(deadlineRuns, { ...asSystem(runId, 'end'), id, command: { type: 'endRun', data } });
      await views.waitFor(await store.head(), VIEW_WAIT_MS);
      if (what === 'provisional') countedWith = provisionalNow(calendar.version);
    };
    // What was promised before the run began is in the view, or it waits.
    if (!(await viewsAreThere())) {
      if (stopped) return;
      throw new Error('the views are behind');
    }
    let writtenAt = clock.now();
    while (!stopped) {
      const page = views.casesWithPromises({
        provisionalOnly: what === 'provisional',
        after,
        limit: PAGE_CASES,
      });
      const last = page.at(-1);
      if (last === undefined) return end('done');
      let isOld = false;
      await eachAtOnce(page, CASES_AT_ONCE, async found => {
        if (stopped || isOld) return;
        const done = await reapply(found, laidOn, first);
        if (done === 'newerVersionHolds') isOld = true;
        else {
          cases++;
          if (done === 'left') left++;
          else moved += done;
        }
      });
      if (stopped) return;
      if (isOld) return end('newerVersionHolds');
      after = last.caseId;
      if (clock.now() - writtenAt < PROGRESS_EVERY_MS && page.length === PAGE_CASES) continue;
      writtenAt = clock.now();
      const data = { runId, after, cases, moved, left };
      await give(deadlineRuns, {
        ...asSystem(runId, `progress ${after}`),
        id,
        command: { type: 'recordProgress', data },
      });
      const { state } = await readYear(year);
      if (state.runs.find(each => each.runId === runId)?.ended !== undefined) return;
    }
  };

  /** Waits for the views to know all that is in the log now; false when they don't in time, or the house closes. */
  const viewsAreThere = async (): Promise<boolean> => {
    const head = await store.head();
    for (let waitedMs = 0; !stopped && waitedMs < VIEW_WAIT_MS; waitedMs += CLOSING_SEEN_WITHIN_MS) {
      if (await views.waitFor(head, CLOSING_SEEN_WITHIN_MS)) return true;
    }
    return false;
  };

  /** Provisional deadlines that a version published meanwhile covers are counted again by themselves. */
  const beginProvisional = async (): Promise<void> => {
    // What was promised just before is among them. Views that are being made tell when they come on.
    if (!(await viewsAreThere())) return;
    const { firstAt } = views.provisionalDeadlines();
    if (firstAt === undefined) return;
    const { calendar } = laidOnNow({ what: 'provisional' });
    if (!calendar.isKnown(firstAt)) return;
    if (countedWith === provisionalNow(calendar.version)) return;
    const reason = `calendar ${calendar.id} is known through ${calendar.source.knownThrough}`;
    const causing = uuidv5(`${calendar.id} ${calendar.version} ${clock.now()}`, store.logId);
    await start({ what: 'provisional', reason }, asSystem(causing, 'provisional'));
  };

  const work = async (): Promise<void> => {
    try {
      for (let pass = 0; !stopped; pass++) {
        const found = await runningRun();
        if (found !== undefined) await goOn(found);
        else if (pass === 0) await beginProvisional();
        else break;
      }
      failures = 0;
      problem = undefined;
    } catch (error) {
      failures++;
      problem = error instanceof Error ? error.message : String(error);
      log.warn({ problem, failures }, 'a run over the open promises was cut off, and goes on soon');
    }
  };

  const begin = (): void => {
    cancel?.();
    cancel = undefined;
    if (stopped) return;
    if (working !== undefined) {
      again = true;
      return;
    }
    again = false;
    working = work().finally(() => {
      working = undefined;
      if (stopped) return;
      if (failures > 0)
        cancel ??= alarm(begin, Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), LONGEST_BACKOFF_MS));
      else if (again) begin();
    });
  };

  async function start(wanted: RunWanted, asking: Asking): Promise<AggregateOutcome> {
    const { what, reason } = wanted;
    const { policy, calendar } = laidOnNow(wanted);
    const year = yearNow();
    const before = await readYear(year - 1);
    const goesOn = before.state.runs.find(({ ended }) => ended === undefined);
    if (goesOn !== undefined) {
      return { outcome: 'rejected', reason: 'runGoesOn', details: { runId: goesOn.runId }, revision: -1 };
    }
    const outcome = await give(deadlineRuns, {
      ...asking,
      id: streamOf(year),
      command: {
        type: 'startRun',
        data: {
          runId: uuidv5('run', asking.commandId),
          what,
          calendar: { id: calendar.id, version: calendar.version },
          policyVersion: policy.version,
          reason,
        },
      },
      body: { ...wanted, calendarId: wanted.calendarId ?? null },
    });
    if (outcome.outcome === 'accepted') begin();
    return outcome;
  }

  async function list(): Promise<readonly ListedRun[]> {
    const years = [await readYear(yearNow()), await readYear(yearNow() - 1)];
    return years.flatMap(({ state, events }) =>
      state.runs.toReversed().flatMap(run => {
        const first = startOf(events, run.runId);
        return first === undefined ? [] : [{ ...run, ...writtenBy(first), reason: run.reason }];
      }),
    );
  }

  const isDue = (): boolean => {
    const { firstAt } = views.provisionalDeadlines();
    if (firstAt === undefined) return false;
    const { calendar } = laidOnNow({ what: 'provisional' });
    return calendar.isKnown(firstAt) && countedWith !== provisionalNow(calendar.version);
  };
  let lookedAt = 0;
  let cancelLook: (() => void) | undefined;
  const lookIfDue = (): void => {
    cancelLook?.();
    cancelLook = undefined;
    if (stopped || working !== undefined) return;
    lookedAt = clock.now();
    if (isDue()) begin();
  };
  const stopListening = views.onProgress(() => {
    // An import, or a node that was behind, may bring what a version covers already.
    if (stopped || working !== undefined) return;
    const sinceMs = clock.now() - lookedAt;
    if (sinceMs >= LOOK_AGAIN_MS) lookIfDue();
    // Nothing may come after it that would make it look.
    else cancelLook ??= alarm(lookIfDue, LOOK_AGAIN_MS - sinceMs);
  });

  begin();
  return {
    async preview(wanted, { after, limit }) {
      const laidOn = laidOnNow(wanted);
      const now = clock.now();
      await views.waitFor(await store.head(), VIEW_WAIT_MS);
      const page = views.casesWithPromises({
        provisionalOnly: wanted.what === 'provisional',
        after,
        limit: PAGE_CASES,
      });
      const moves: PlannedMove[] = [];
      let cases = 0;
      let next = page.length === PAGE_CASES ? page.at(-1)?.caseId : undefined;
      for (const { caseId, streamId, lifecycle: name } of page) {
        const lifecycle = lifecycles.get(name);
        cases++;
        if (lifecycle === undefined || heldBack?.has(streamId) === true) continue;
        const loaded = await handler.load(lifecycle, caseId);
        if (loaded !== undefined) moves.push(...plannedMoves(lifecycle, caseId, loaded, laidOn, now, book));
        // A case's moves stay together: a page may have a few more than asked for.
        if (moves.length >= limit && caseId !== page.at(-1)?.caseId) {
          next = caseId;
          break;
        }
      }
      return { moves, cases, laidOn, ...(next === undefined ? {} : { next }) };
    },
    start,
    async stop(runId, reason, asking) {
      const found = await runningRun();
      const year = found?.run.runId === runId ? found.year : yearNow();
      return give(deadlineRuns, {
        ...asking,
        id: streamOf(year),
        command: { type: 'stopRun', data: { runId, reason } },
      });
    },
    list,
    look: begin,
    problem: () => problem,
    async settled() {
      while (working !== undefined) await working;
    },
    async close() {
      stopped = true;
      stopListening();
      cancel?.();
      cancelLook?.();
      await working;
    },
  };
}

function startOf(events: readonly RecordedEvent[], runId: string): RecordedEvent | undefined {
  return events.find(({ type, data }) => type === 'DeadlineRunStarted' && data.runId === runId);
}
