import { CaseReplay, type ReplayParts } from './case-replay.ts';
import { InstantHeap } from './instant-heap.ts';
import type { ForeignLog } from './read-log.ts';

/** Cases in work at a time: their appends are committed together. */
const WINDOW_CASES = 256;

export interface Replay {
  /**
   * Runs all rows and timers, in order of time: strictly in each case, and over all cases but for the few in work
   * at a time. Aborted, it ends the steps in work and answers false.
   * @throws what a step throws; the steps in work are ended first
   */
  run(signal: AbortSignal | undefined): Promise<boolean>;
  /** The case came from outside, or got something from outside: its timers are looked at again. */
  touched(caseId: string): Promise<void>;
  isOpened(caseId: string): boolean;
}

/** `windowCases` is how many cases are in work at a time. */
export function createReplay(
  parts: ReplayParts,
  foreign: ForeignLog,
  windowCases: number = WINDOW_CASES,
): Replay {
  const replays = new Map<string, CaseReplay>();
  const order = new Map<CaseReplay, number>();
  const due = new InstantHeap<CaseReplay>();
  const working = new Set<CaseReplay>();
  let alone = false;
  let failure: { readonly error: unknown } | undefined;
  let wake: () => void = () => {};

  const add = (caseId: string, replay: CaseReplay): void => {
    replays.set(caseId, replay);
    order.set(replay, order.size);
  };
  const schedule = (replay: CaseReplay): void => {
    const at = replay.nextAt();
    if (at !== undefined) due.push(at, order.get(replay) ?? 0, replay);
  };

  /** The case to work on now; `undefined` while others must end first, or nothing is left. */
  const next = (): CaseReplay | undefined => {
    for (;;) {
      const entry = due.peek();
      if (entry === undefined || alone || working.size >= windowCases) return undefined;
      const { at, item } = entry;
      const isStale = working.has(item) || item.nextAt() !== at;
      if (!isStale && item.isAlone && working.size > 0) return undefined;
      due.pop();
      if (!isStale) return item;
      // It was put in again when it was worked on, or moved from outside: as it stands now it is in once more.
      if (!working.has(item)) schedule(item);
    }
  };

  const work = async (replay: CaseReplay): Promise<void> => {
    working.add(replay);
    alone = replay.isAlone;
    try {
      await replay.step();
    } catch (error) {
      failure ??= { error };
    } finally {
      working.delete(replay);
      alone = false;
      schedule(replay);
      wake();
    }
  };

  for (const [caseKey, rows] of foreign.cases) {
    const caseId = parts.ids.caseOf(caseKey);
    add(caseId, new CaseReplay(parts, caseId, rows));
  }

  return {
    async run(signal) {
      for (const replay of replays.values()) schedule(replay);
      for (;;) {
        const isStopped = failure !== undefined || signal?.aborted === true;
        const replay = isStopped ? undefined : next();
        if (replay !== undefined) {
          void work(replay);
        } else if (working.size > 0) {
          await new Promise<void>(resolve => {
            wake = resolve;
          });
        } else {
          if (failure !== undefined) throw failure.error;
          return signal?.aborted !== true;
        }
      }
    },
    async touched(caseId) {
      const known = replays.get(caseId);
      const replay = known ?? new CaseReplay(parts, caseId, []);
      await replay.refresh();
      if (known === undefined) add(caseId, replay);
      if (!working.has(replay)) schedule(replay);
    },
    isOpened: caseId => replays.get(caseId)?.isOpened ?? false,
  };
}
