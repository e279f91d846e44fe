import { z } from 'zod';
import { accept, type Decision, reject } from '../case/decision.ts';
import type { CommandOf, EventOf } from '../case/event-definition.ts';
import type { Aggregate } from '../log/aggregate.ts';
import { uuidSchema } from '../log/envelope.ts';
import { calendarRefSchema } from '../sla/events.ts';
import { unreachable } from '../unreachable.ts';
import { PUBLISHERS, reasonSchema } from './publishing.ts';

/**
 * What a run lays on the promises that are open: the calendar's newest version on all of them, or on those alone that
 * are provisional; or the policy in force.
 */
export const RUN_KINDS = ['calendar', 'provisional', 'policy'] as const;
export const runKindSchema = z.enum(RUN_KINDS);
export type RunKind = z.infer<typeof runKindSchema>;

export const RUN_ENDINGS = ['done', 'newerVersionHolds', 'stopped'] as const;

const counts = {
  /** Cases looked at. */
  cases: z.int().min(0),
  /** Deadlines that were rescheduled. */
  moved: z.int().min(0),
  /** Cases left as they are: on their way through an import, too long, or of a newer release. */
  left: z.int().min(0),
};

const started = {
  runId: uuidSchema,
  what: runKindSchema,
  /** The versions that are laid on; newer ones end the run. */
  calendar: calendarRefSchema,
  policyVersion: z.int().min(1),
  reason: reasonSchema,
};

export const deadlineRunsEvents = {
  DeadlineRunStarted: { schemaVersion: 1, schema: z.object(started) },
  DeadlineRunProgressed: {
    schemaVersion: 1,
    /** All cases up to this one, in order of their ids, are done. */
    schema: z.object({ runId: uuidSchema, after: uuidSchema, ...counts }),
  },
  DeadlineRunEnded: {
    schemaVersion: 1,
    schema: z.object({ runId: uuidSchema, outcome: z.enum(RUN_ENDINGS), ...counts }),
  },
} as const;
export type DeadlineRunsEvent = EventOf<typeof deadlineRunsEvents>;

export const deadlineRunsCommands = {
  startRun: {
    summary: 'Lay the calendar or policy in force on the promises that run',
    roles: PUBLISHERS,
    schema: z.strictObject(started),
  },
  recordProgress: {
    summary: 'How far a run has come',
    roles: ['system'],
    schema: z.strictObject({ runId: uuidSchema, after: uuidSchema, ...counts }),
  },
  endRun: {
    summary: 'A run has come to its end',
    roles: ['system'],
    schema: z.strictObject({
      runId: uuidSchema,
      outcome: z.enum(['done', 'newerVersionHolds']),
      ...counts,
    }),
  },
  stopRun: {
    summary: 'Stop a run; what it moved stays moved',
    roles: PUBLISHERS,
    schema: z.strictObject({ runId: uuidSchema, reason: reasonSchema }),
  },
} as const;
export type DeadlineRunsCommand = CommandOf<typeof deadlineRunsCommands>;

export interface DeadlineRun {
  readonly runId: string;
  readonly what: RunKind;
  readonly calendar: z.infer<typeof calendarRefSchema>;
  readonly policyVersion: number;
  readonly reason: string;
  readonly startedAt: number;
  /** The case up to which all are done. */
  readonly after?: string;
  readonly cases: number;
  readonly moved: number;
  readonly left: number;
  readonly ended?: { readonly outcome: (typeof RUN_ENDINGS)[number]; readonly at: number };
}

/** The runs of one year, oldest first. */
export interface DeadlineRunsState {
  readonly runs: readonly DeadlineRun[];
}

function decide(
  command: DeadlineRunsCommand,
  { runs }: DeadlineRunsState,
  now: number,
): Decision<DeadlineRunsEvent> {
  if (command.type === 'startRun') {
    const running = runs.find(({ ended }) => ended === undefined);
    if (running !== undefined) return reject('runGoesOn', { runId: running.runId });
    return accept({ type: 'DeadlineRunStarted', data: command.data, occurredAt: now });
  }
  const { runId } = command.data;
  const run = runs.find(each => each.runId === runId);
  if (run === undefined) return reject('noSuchRun', { runId });
  switch (command.type) {
    case 'recordProgress':
      // Another node has come further, or the run was stopped: nothing to add.
      if (run.ended !== undefined || command.data.after <= (run.after ?? '')) return accept();
      return accept({ type: 'DeadlineRunProgressed', data: command.data, occurredAt: now });
    case 'endRun':
      if (run.ended !== undefined) return accept();
      return accept({ type: 'DeadlineRunEnded', data: command.data, occurredAt: now });
    case 'stopRun': {
      if (run.ended !== undefined) return reject('runHasEnded', { outcome: run.ended.outcome });
      const { cases, moved, left } = run;
      const data = { runId, outcome: 'stopped' as const, cases, moved, left };
      return accept({ type: 'DeadlineRunEnded', data, occurredAt: now });
    }
    default:
      return unreachable(command);
  }
}

function evolve({ runs }: DeadlineRunsState, event: DeadlineRunsEvent): DeadlineRunsState {
  switch (event.type) {
    case 'DeadlineRunStarted':
      return {
        runs: [...runs, { ...event.data, startedAt: event.occurredAt, cases: 0, moved: 0, left: 0 }],
      };
    case 'DeadlineRunProgressed': {
      const { runId, ...progress } = event.data;
      return { runs: runs.map(run => (run.runId === runId ? { ...run, ...progress } : run)) };
    }
    case 'DeadlineRunEnded': {
      const { runId, outcome, ...progress } = event.data;
      const ended = { outcome, at: event.occurredAt };
      return { runs: runs.map(run => (run.runId === runId ? { ...run, ...progress, ended } : run)) };
    }
    default:
      return unreachable(event);
  }
}

/**
 * Runs over the open promises, one at a time, in a stream a year. Rejects with `runGoesOn`, `noSuchRun`,
 * `runHasEnded`.
 */
export const deadlineRuns: Aggregate<
  DeadlineRunsState,
  typeof deadlineRunsCommands,
  typeof deadlineRunsEvents
> = {
  category: 'deadlineRun',
  deciderVersion: 1,
  commands: deadlineRunsCommands,
  events: deadlineRunsEvents,
  initial: { runs: [] },
  maxEvents: 5_000,
  endings: ['recordProgress', 'endRun', 'stopRun'],
  decide,
  evolve,
};
