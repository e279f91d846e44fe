import { categoryOf, type StoredEvent, uuidOf } from '../../domain/log/envelope.ts';
import { type ErasureState, erasure } from '../../domain/privacy/erasure.ts';
import { type HoldState, hold } from '../../domain/privacy/hold.ts';
import { emptyFold, type Folded, foldEvents } from '../directory/folded-aggregate.ts';
import { type FollowedStreams, openFollowedStreams } from '../directory/followed-streams.ts';
import type { EventLog } from '../store/event-store.ts';

export type ListedErasure = ErasureState & { readonly erasureId: string };
export type ListedHold = HoldState & { readonly holdId: string };

/** Erasures and legal holds, in memory, folded from their streams: ids alone, nothing personal. */
export class PrivacyRegister {
  readonly #erasures = new Map<string, Folded<ErasureState>>();
  readonly #holds = new Map<string, Folded<HoldState>>();
  /** Subjects of requests that are not decided yet, and of those approved. */
  #withheld: ReadonlySet<string> = new Set();
  /** Of those approved. */
  #erased: ReadonlySet<string> = new Set();

  static concerns(streamId: string): boolean {
    const category = categoryOf(streamId);
    return category === erasure.category || category === hold.category;
  }

  apply(events: readonly StoredEvent[]): void {
    if (events.length === 0) return;
    for (const event of events) {
      const uuid = uuidOf(event.streamId);
      switch (categoryOf(event.streamId)) {
        case erasure.category: {
          const before = this.#erasures.get(uuid) ?? emptyFold(erasure.initial);
          this.#erasures.set(uuid, foldEvents(erasure, before, [event]));
          break;
        }
        case hold.category: {
          const before = this.#holds.get(uuid) ?? emptyFold(hold.initial);
          this.#holds.set(uuid, foldEvents(hold, before, [event]));
          break;
        }
        default:
      }
    }
    this.#withheld = new Set(
      this.erasures()
        .filter(({ stage }) => stage !== 'refused')
        .flatMap(({ subjects }) => subjects.map(({ id }) => id)),
    );
    this.#erased = new Set(
      this.erasures()
        .filter(({ stage }) => stage === 'approved' || stage === 'unreachable' || stage === 'destroyed')
        // What was written in the request itself may name them.
        .flatMap(({ subjects, erasureId }) => [erasureId, ...subjects.map(({ id }) => id)]),
    );
  }

  /** What is known of the subject is shown to nobody: its erasure was asked for, and not refused. */
  isWithheld(subject: string): boolean {
    return this.#withheld.has(subject);
  }

  /** Its keys are destroyed, or are being destroyed. */
  isErased(subject: string): boolean {
    return this.#erased.has(subject);
  }

  /** Oldest first. */
  erasures(): readonly ListedErasure[] {
    return [...this.#erasures]
      .map(([erasureId, { state }]) => ({ erasureId, ...state }))
      .sort((a, b) => a.requestedAt - b.requestedAt);
  }

  erasure(erasureId: string): ListedErasure | undefined {
    const found = this.#erasures.get(erasureId);
    return found && { erasureId, ...found.state };
  }

  holds(): readonly ListedHold[] {
    return [...this.#holds]
      .map(([holdId, { state }]) => ({ holdId, ...state }))
      .sort((a, b) => a.placedAt - b.placedAt);
  }

  /** Those in force that name any of the subjects. */
  holdsOn(subjects: readonly string[]): readonly ListedHold[] {
    return this.holds().filter(
      each => each.status === 'inForce' && each.subjects.some(({ id }) => subjects.includes(id)),
    );
  }
}

export interface FollowingRegister extends FollowedStreams {
  readonly register: PrivacyRegister;
}

/** Opens `privacy.db`: which streams of erasures and holds there are. */
export async function openPrivacyRegister(options: {
  readonly path: string;
  readonly log: EventLog;
}): Promise<FollowingRegister> {
  const register = new PrivacyRegister();
  const streams = await openFollowedStreams({
    ...options,
    concerns: streamId => PrivacyRegister.concerns(streamId),
    apply: events => register.apply(events),
  });
  return { ...streams, register };
}
