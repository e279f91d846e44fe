import type { CaseState } from '../case/case-state.ts';
import type { AnyLifecycle } from '../case/lifecycle.ts';
import type { StoredEvent } from '../log/envelope.ts';
import { upcast } from '../log/upcast.ts';

/** Two times: of what happened, and of what was known of it. */
export interface Moment {
  /** What had happened by then; UTC epoch milliseconds, included. */
  readonly at: number;
  /** As far as it was known by then, included. */
  readonly knownAt: number;
  /** An import is taken for known when it was decided, as if it had been lived through here. */
  readonly asLived: boolean;
}

export type CaseAsOf<E extends StoredEvent> =
  | {
      readonly outcome: 'case';
      readonly state: CaseState;
      /** Of the last event that counts. */
      readonly revision: number;
      readonly events: readonly E[];
      /** Known by then, but of something that happens later. */
      readonly later: number;
      /** Not known by then. */
      readonly unknown: number;
    }
  /** Nothing had happened yet, or nobody knew of it. */
  | {
      readonly outcome: 'beforeCase';
      readonly why: 'notYetHappened' | 'notYetKnown';
      readonly beganAt: number;
      readonly knownFrom: number;
    }
  | { readonly outcome: 'upgradeNeeded'; readonly type: string };

/** When an event was known: by the record, or, where imports count as lived, by its own decision. */
export function knownAt({ metadata }: Pick<StoredEvent, 'metadata'>, asLived: boolean): number {
  return asLived && metadata.importId !== undefined ? metadata.decidedAt : metadata.recordedAt;
}

/**
 * The case as it was at one time, as far as was known of it at another: what had happened by `at`, of what was
 * recorded by `knownAt`, in the order in which it was recorded.
 * @param events the whole stream, from its first event, not empty
 */
export function caseAsOf<E extends StoredEvent>(
  lifecycle: AnyLifecycle,
  events: readonly E[],
  moment: Moment,
): CaseAsOf<E> {
  const known = events.filter(event => knownAt(event, moment.asLived) <= moment.knownAt);
  const counted = known.filter(({ metadata }) => metadata.occurredAt <= moment.at);
  const first = events[0];
  if (first === undefined) throw new TypeError('a stream without events');
  if (counted[0]?.revision !== 0) {
    const beganAt = first.metadata.occurredAt;
    const why = beganAt > moment.at ? 'notYetHappened' : 'notYetKnown';
    return { outcome: 'beforeCase', why, beganAt, knownFrom: knownAt(first, moment.asLived) };
  }
  let state = lifecycle.initial;
  for (const event of counted) {
    const current = upcast(event, lifecycle.events);
    if (current.outcome === 'unknown') {
      return { outcome: 'upgradeNeeded', type: `${event.type} v${event.schemaVersion}` };
    }
    const { occurredAt, decidedAt, commandId, actor } = event.metadata;
    const { type, revision } = event;
    state = lifecycle.evolve(state, {
      type,
      data: current.data,
      occurredAt,
      revision,
      commandId,
      actorId: actor.id,
      decidedAt,
    });
  }
  return {
    outcome: 'case',
    state,
    revision: counted.at(-1)?.revision ?? 0,
    events: counted,
    later: known.length - counted.length,
    unknown: events.length - known.length,
  };
}
