import type { EventStore } from '../store/event-store.ts';
import type { EngineViews } from './engine-views.ts';
import type { TimekeeperStatus } from './timekeeper.ts';
import type { StoreFigures } from './watched-store.ts';
import type { WorkflowStatus } from './workflow-runner.ts';

/** More are not counted: somebody is told long before. */
const MOST_DUE = 1_000;
/** What is due longer was not fired in time: the timekeeper looks at least once a minute. */
const LATE_MS = 60_000;

/** The engine in numbers, for who watches it. */
export interface EngineFigures {
  readonly store: StoreFigures;
  /** In the log: about, where positions are no numbers of events. */
  readonly logEvents: number;
  readonly timers: {
    readonly fired: number;
    /** Timers whose instant is past, and of those the ones that have waited for more than a minute; 1,000 at most. */
    readonly due: number;
    readonly late: number;
    /** How long the oldest of them has been due; 0 for none. */
    readonly oldestDueSeconds: number;
    readonly blocked: boolean;
  };
  readonly workflows: readonly {
    readonly workflow: string;
    readonly behindEvents: number;
    readonly faulted: boolean;
  }[];
}

export async function engineFigures(parts: {
  readonly figures: StoreFigures;
  readonly store: Pick<EventStore, 'head' | 'eventsBetween'>;
  readonly views: Pick<EngineViews, 'dueTimers'>;
  readonly timekeeper: TimekeeperStatus;
  readonly workflows: readonly WorkflowStatus[];
  readonly now: number;
}): Promise<EngineFigures> {
  const { store, views, timekeeper, now } = parts;
  const head = await store.head();
  const due = views.dueTimers(now, MOST_DUE);
  const oldestAt = due[0]?.at ?? now;
  return {
    store: parts.figures,
    logEvents: store.eventsBetween('', head),
    timers: {
      fired: timekeeper.fired,
      due: due.length,
      late: due.filter(({ at }) => at < now - LATE_MS).length,
      oldestDueSeconds: (now - oldestAt) / 1_000,
      blocked: timekeeper.state === 'blocked',
    },
    workflows: parts.workflows.map(({ workflow, position, fault }) => ({
      workflow,
      behindEvents: store.eventsBetween(position, head),
      faulted: fault !== undefined,
    })),
  };
}
