import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { categoryOf, type Position, uuidOf } from '../../domain/log/envelope.ts';
import { type PendingTimer, pendingTimers } from '../../domain/sla/timers.ts';
import type { WallClock } from '../clock.ts';
import { type Alarm, systemAlarm } from './alarm.ts';
import type { CommandHandler } from './command-handler.ts';
import { eachAtOnce } from './each-at-once.ts';
import type { EngineLog } from './engine-log.ts';
import { timerRequest } from './timer-request.ts';

/** How long a command on its way may take before its clock is found breached. */
const GRACE_MS = 2_000;
/** The longest sleep, and how long a case is left alone of which the view says what its stream does not. */
const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;
/** The shortest time between two looks while commands come in. */
const BREATH_MS = 200;
const ROWS_A_LOOK = 500;
/** What waits for the disk together: a flush is paid once for all of them. */
const CASES_AT_ONCE = 512;
const LONGEST_BACKOFF_MS = 30_000;

/** Something that is due of a case, and its place among all that is. */
export interface DueTimer {
  readonly streamId: string;
  readonly at: number;
  readonly name: string;
  readonly cycle: number;
}

/** The deadlines view, as far as timers need it. */
export interface DueTimers {
  /** What is due by the instant, the earliest first, of each clock or timer one; `after` goes on from a row. */
  dueTimers(byAt: number, limit: number, after?: DueTimer): readonly DueTimer[];
  /** The earliest instant at which anything is due. */
  nextTimerAt(): number | undefined;
  /** Up to where the view has followed the log; `blocked` says why it cannot be relied on. */
  health(): { readonly position: Position; readonly blocked?: string };
}

/** Streams whose timers are somebody else's for now. */
export interface HeldBack {
  readonly size: number;
  has(streamId: string): boolean;
}

export interface TimekeeperStatus {
  readonly state: 'waiting' | 'firing' | 'blocked' | 'stopped';
  /** Why nothing is fired, or what went wrong last and is tried again. */
  readonly problem?: string;
  readonly fired: number;
  readonly nextAt?: number;
}

export interface Timekeeper {
  /** Looks now; done once the first of what is due is recorded, or nothing is due, or it could not be. */
  look(): Promise<void>;
  /** Looks soon: the view has moved on, or the time has. */
  wake(): void;
  status(): TimekeeperStatus;
  /** Waits for what is being fired. */
  close(): Promise<void>;
}

/**
 * Records what time brings, by commands. The view only tells which cases to look at: what is due is taken from the
 * case's own stream, in the order of its instants, so that a view that is behind fires nothing twice.
 */
export function startTimekeeper(parts: {
  readonly handler: Pick<CommandHandler, 'handle' | 'read'>;
  readonly views: DueTimers;
  readonly lifecycles: readonly AnyLifecycle[];
  readonly logId: string;
  readonly clock: WallClock;
  readonly log: EngineLog;
  readonly alarm?: Alarm;
  readonly graceMs?: number;
  /** Cases on their way through an import, which fires their timers itself. */
  readonly heldBack?: HeldBack;
  /** How long a stream's timers are left to other nodes, beyond the grace. */
  readonly delayOf?: (streamId: string) => number;
  /** Why nothing may be fired now: this machine's clock goes wrong. */
  readonly clockTrouble?: () => string | undefined;
}): Timekeeper {
  const { handler, views, logId, clock, log, alarm = systemAlarm, graceMs = GRACE_MS, heldBack } = parts;
  const { delayOf = () => 0, clockTrouble = () => undefined } = parts;
  const lifecycles = new Map(parts.lifecycles.map(lifecycle => [lifecycle.category, lifecycle] as const));
  /** Cases done lately: left alone until the view has seen what was written, or until an instant. */
  const done = new Map<string, { readonly position: Position; readonly untilAt: number }>();
  /** Cases whose timers are on their way: of two due timers of one case the second waits for the next look. */
  const firing = new Set<string>();
  let cancel = (): void => {};
  let wakesAt = Number.POSITIVE_INFINITY;
  let looking: Promise<void> | undefined;
  let again = false;
  let stopped = false;
  let fired = 0;
  let failures = 0;
  let problem: string | undefined;
  let blocked = false;
  /** When the first of those is due here that are left to other nodes for now. */
  let othersAt = Number.POSITIVE_INFINITY;
  /** Of the look that runs, or ran last. */
  let firstOnes = Promise.withResolvers<void>();

  /** Fires what is due of one case, oldest first; answers the position of the last event, '' for none. */
  const fireCase = async (streamId: string): Promise<Position> => {
    const lifecycle = lifecycles.get(categoryOf(streamId));
    if (lifecycle === undefined) return '';
    const caseId = uuidOf(streamId);
    let position: Position = '';
    let before: PendingTimer | undefined;
    let known = await handler.read(lifecycle, caseId);
    while (!stopped && known !== undefined) {
      const due = earliest(pendingTimers(known.state), clock.now() - graceMs - delayOf(streamId));
      if (due === undefined) return position;
      if (before !== undefined && isSame(before, due)) {
        log.error({ caseId, timer: due }, 'a timer was fired and is due still');
        return '';
      }
      const outcome = await handler.handle(timerRequest(logId, lifecycle, caseId, due), known);
      if (outcome.outcome !== 'accepted') {
        log.warn({ caseId, timer: due, outcome: outcome.outcome }, 'a timer was not accepted');
        return position;
      }
      if (!outcome.replayed && outcome.events.length > 0) fired++;
      position = outcome.position;
      before = due;
      // Nothing was left to do: a command came in between, and the state is not what it was.
      known = outcome.events.length === 0 ? undefined : outcome.folded;
      known ??= await handler.read(lifecycle, caseId);
    }
    return position;
  };

  /** Leaves alone no longer what the view has seen the end of. */
  const forgetDone = (): void => {
    const { position } = views.health();
    const now = clock.now();
    for (const [streamId, { position: seen, untilAt }] of done) {
      // About in the order in which they were done: what is far on is looked at another time.
      if (seen > position) break;
      if (untilAt <= now) done.delete(streamId);
    }
  };

  const isDueHere = ({ streamId, at }: DueTimer): boolean => {
    const dueAt = at + graceMs + delayOf(streamId);
    if (dueAt <= clock.now()) return true;
    othersAt = Math.min(othersAt, dueAt);
    return false;
  };

  /** All that the view shows, page by page: what was fired and is in the view still is passed over. */
  function* dueStreams(byAt: number): Generator<string, void, void> {
    let last: DueTimer | undefined;
    for (let page = 1; !stopped; page++) {
      if (page === 2) firstOnes.resolve();
      forgetDone();
      const rows = views.dueTimers(byAt, ROWS_A_LOOK, last);
      const streams = new Set(rows.filter(isDueHere).map(row => row.streamId));
      for (const streamId of streams) {
        if (stopped) return;
        if (firing.has(streamId) || done.has(streamId) || heldBack?.has(streamId) === true) continue;
        firing.add(streamId);
        yield streamId;
      }
      last = rows.at(-1);
      if (rows.length < ROWS_A_LOOK) return;
    }
  }

  const look = async (): Promise<void> => {
    const why = views.health().blocked ?? clockTrouble();
    othersAt = Number.POSITIVE_INFINITY;
    blocked = why !== undefined;
    problem = why;
    if (blocked) return;
    firing.clear();
    await eachAtOnce(dueStreams(clock.now() - graceMs), CASES_AT_ONCE, async streamId => {
      const position = await fireCase(streamId);
      done.set(streamId, { position, untilAt: position === '' ? clock.now() + MINUTE_MS : 0 });
      firing.delete(streamId);
    });
  };

  const sleepUntil = (at: number): void => {
    cancel();
    wakesAt = at;
    cancel = alarm(begin, Math.min(Math.max(0, at - clock.now()), MINUTE_MS));
  };

  const run = async (): Promise<void> => {
    try {
      await look();
      failures = 0;
    } catch (error) {
      failures++;
      problem = error instanceof Error ? error.message : String(error);
      log.warn({ problem, failures }, 'timers could not be fired, and are tried again');
    }
  };

  const begin = (): void => {
    if (stopped || looking !== undefined) return;
    cancel();
    again = false;
    firstOnes = Promise.withResolvers();
    looking = run().finally(() => {
      looking = undefined;
      firstOnes.resolve();
      if (!stopped) sleepUntil(nextLookAt());
    });
  };

  const nextLookAt = (): number => {
    const now = clock.now();
    if (failures > 0) return now + Math.min(1_000 * 2 ** (failures - 1), LONGEST_BACKOFF_MS);
    if (again) return now + BREATH_MS;
    if (blocked) return now + (clockTrouble() === undefined ? MINUTE_MS : SECOND_MS);
    // What is left to others hides what is due here next.
    const hidden = othersAt === Number.POSITIVE_INFINITY ? othersAt : Math.min(othersAt, now + SECOND_MS);
    return Math.max(Math.min(nextDueAt(now), hidden), now + BREATH_MS);
  };

  /** What is due of a case done lately is looked at when the view moves on, which wakes. */
  const nextDueAt = (now: number): number => {
    const latest = now + MINUTE_MS;
    try {
      const nextAt = views.nextTimerAt();
      const dueAt = nextAt === undefined ? latest : nextAt + graceMs;
      if (dueAt > now) return Math.min(latest, dueAt);
      let soonest = latest;
      for (const { untilAt } of done.values()) if (untilAt > 0) soonest = Math.min(soonest, untilAt);
      return soonest;
    } catch {
      return latest;
    }
  };

  const wake = (): void => {
    if (stopped) return;
    again = true;
    if (looking !== undefined || failures > 0) return;
    const at = clock.now() + BREATH_MS;
    if (at < wakesAt) sleepUntil(at);
  };

  begin();
  return {
    look() {
      begin();
      return firstOnes.promise;
    },
    wake,
    status() {
      const state = stopped ? 'stopped' : blocked ? 'blocked' : looking !== undefined ? 'firing' : 'waiting';
      const nextAt = state === 'waiting' ? views.nextTimerAt() : undefined;
      return {
        state,
        ...(problem === undefined ? {} : { problem }),
        fired,
        ...(nextAt === undefined ? {} : { nextAt }),
      };
    },
    async close() {
      stopped = true;
      cancel();
      await looking;
    },
  };
}

function earliest(timers: readonly PendingTimer[], byAt: number): PendingTimer | undefined {
  let first: PendingTimer | undefined;
  for (const timer of timers) {
    if (timer.at <= byAt && (first === undefined || timer.at < first.at)) first = timer;
  }
  return first;
}

function isSame(a: PendingTimer, b: PendingTimer): boolean {
  return (
    a.name === b.name &&
    a.cycle === b.cycle &&
    a.kind === b.kind &&
    a.key === b.key &&
    a.armedRevision === b.armedRevision
  );
}
