import { z } from 'zod';
import { type Actor, isCustomerOnly } from '../../domain/case/actor.ts';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { type Clock, resultOf } from '../../domain/sla/clock.ts';
import { targetSchema } from '../../domain/time/target.ts';
import type { LoadedCase } from '../engine/command-handler.ts';
import { type InstantWriter, instantsToText } from './instants.ts';

const instant = z.string().meta({ format: 'date-time' });

/** One promise, as the interface shows it. */
export const clockSchema = z.object({
  clock: z.string(),
  cycle: z.int(),
  status: z.enum(['running', 'paused', 'breached', 'met', 'fulfilled', 'cancelled']),
  result: z.enum(['met', 'metAfterRescinding', 'late', 'breachedOpen', 'disputed', 'cancelled', 'running']),
  target: targetSchema,
  startedAt: instant,
  dueAt: instant.meta({
    description: 'The last instant at which the promise is kept; of a paused clock, the old one.',
  }),
  opensAt: instant.optional(),
  provisional: z.boolean().meta({ description: 'Rests on a date whose holidays are not published yet.' }),
  policyVersion: z.int(),
  calendar: z.object({ id: z.string(), version: z.int() }),
  pause: z.object({ reason: z.string(), since: instant, endsAt: instant, leftMs: z.int() }).optional(),
  pausedMs: z.int(),
  breachedAt: instant.optional(),
  endedAt: instant.optional(),
  lateMs: z.int().optional(),
  mode: z.string().optional(),
  cancelledBecause: z.string().optional(),
});

export const caseSchema = z.object({
  id: z.uuid(),
  number: z.string().optional().meta({ description: 'For people; absent until the view has counted it.' }),
  lifecycle: z.string(),
  revision: z.int(),
  phase: z.string(),
  priority: z.enum(['normal', 'urgent']),
  closed: z.boolean(),
  receivedAt: instant,
  teamId: z.string(),
  assigneeId: z.uuid().optional(),
  clocks: z.array(clockSchema),
  possible: z
    .array(z.string())
    .meta({ description: 'Commands that the case is open to now and that your roles allow.' }),
  state: z
    .record(z.string(), z.unknown())
    .meta({ description: "The rest of what the case knows of itself, in its lifecycle's own words." }),
});

/** Kept for deciding, of no use to a reader. */
const INTERNAL = new Set(['timers', 'clocks', 'phase', 'priority', 'receivedAt', 'teamId', 'assigneeId']);

export function caseDocument(
  lifecycle: AnyLifecycle,
  loaded: LoadedCase & { readonly caseId: string; readonly number: string | undefined },
  actor: Actor,
  write: InstantWriter,
): z.infer<typeof caseSchema> {
  const { state, caseId, number, revision } = loaded;
  const { closed } = lifecycle.summarize(state);
  const rest = Object.fromEntries(Object.entries(state).filter(([key]) => !INTERNAL.has(key)));
  return {
    id: caseId,
    ...(number === undefined ? {} : { number }),
    lifecycle: lifecycle.name,
    revision,
    phase: state.phase,
    priority: state.priority,
    closed,
    receivedAt: write(state.receivedAt),
    teamId: state.teamId,
    ...(state.assigneeId === undefined ? {} : { assigneeId: state.assigneeId }),
    clocks: state.clocks.map(clock => clockDocument(clock, write)),
    possible: possibleFor(lifecycle, state, actor),
    // Who was involved, and which steps were taken back, is not for the customer.
    state: isCustomerOnly(actor) ? {} : Object(instantsToText(rest, write)),
  };
}

function possibleFor(lifecycle: AnyLifecycle, state: LoadedCase['state'], actor: Actor): string[] {
  return lifecycle
    .possible(state)
    .filter(type => lifecycle.commands[type]?.roles.some(role => actor.roles.some(own => own === role)));
}

export function clockDocument(clock: Clock, write: InstantWriter): z.infer<typeof clockSchema> {
  const { schedule, pause, breach, result } = clock;
  return {
    clock: clock.clock,
    cycle: clock.cycle,
    status: clock.status,
    result: resultOf(clock),
    target: clock.target,
    startedAt: write(clock.startedAt),
    dueAt: write(schedule.dueAt),
    ...(schedule.opensAt === undefined ? {} : { opensAt: write(schedule.opensAt) }),
    provisional: schedule.provisional,
    policyVersion: schedule.policyVersion,
    calendar: schedule.calendar,
    ...(pause === undefined
      ? {}
      : {
          pause: {
            reason: pause.reason,
            since: write(pause.since),
            endsAt: write(pause.endsAt),
            leftMs: pause.leftMs,
          },
        }),
    pausedMs: clock.pausedMs,
    ...(breach === undefined ? {} : { breachedAt: write(breach.dueAt) }),
    ...(result === undefined ? {} : { endedAt: write(result.at), lateMs: result.lateMs }),
    ...(result?.mode === undefined ? {} : { mode: result.mode }),
    ...(clock.cancelledBecause === undefined ? {} : { cancelledBecause: clock.cancelledBecause }),
  };
}
