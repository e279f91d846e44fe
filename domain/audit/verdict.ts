import type { z } from 'zod';
import type { Decision } from '../case/decision.ts';
import type { EventDefinitions } from '../case/event-definition.ts';
import type { AnyEvent } from '../case/lifecycle.ts';
import type { DeciderChange } from '../log/aggregate.ts';

type Json = z.core.util.JSONType;

/** What a command came to: as it is written down, or as it is decided today. */
export type Result =
  | { readonly outcome: 'accepted'; readonly events: readonly ResultEvent[] }
  | {
      readonly outcome: 'rejected';
      readonly reason: string;
      readonly details: Readonly<Record<string, Json>>;
    }
  /** Today's code broke on it. */
  | { readonly outcome: 'threw'; readonly message: string };

export interface ResultEvent {
  readonly type: string;
  readonly occurredAt: number;
  /** Personal values are `[sealed]`. */
  readonly data: Readonly<Record<string, Json>>;
}

/** How a command that was decided once fares when it is decided again. */
export type Verdict = 'match' | 'explained' | 'diverged' | 'notReplayable';

/** What decides: a lifecycle, or an aggregate. */
export interface Decider {
  readonly deciderVersion: number;
  readonly deciderChanges?: readonly DeciderChange[];
}

/**
 * Whether another result than the one written down is explained: by an entry of a later `deciderVersion` that names
 * this very command, and by nothing else.
 */
export function explanationOf(
  decider: Decider,
  decided: { readonly command: string; readonly deciderVersion: number },
): DeciderChange | undefined {
  return decider.deciderChanges?.find(
    ({ version, commands }) =>
      version > decided.deciderVersion &&
      version <= decider.deciderVersion &&
      commands.includes(decided.command),
  );
}

/** A decision as it would have been written: events as their schemas give them out. */
export function resultOf(decision: Decision<AnyEvent>, definitions: EventDefinitions): Result {
  if (decision.outcome === 'rejected') {
    return { outcome: 'rejected', reason: decision.reason, details: comparableDetails(decision.details) };
  }
  const events: ResultEvent[] = [];
  for (const { type, data, occurredAt } of decision.events) {
    const parsed = definitions[type]?.schema.safeParse(data);
    if (parsed?.success !== true) return { outcome: 'threw', message: `decides a malformed ${type}` };
    // Parsed by an event's schema, whose fields are JSON.
    events.push({ type, occurredAt, data: parsed.data as ResultEvent['data'] });
  }
  return { outcome: 'accepted', events };
}

/**
 * Of a rejection's details all but `possible`: which other commands a case is open to is told to help the sender, and
 * grows with every command that a release adds. It is no part of what was decided.
 */
export function comparableDetails(details: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
  const { possible: _help, ...rest } = details;
  return rest;
}
