import {
  comparableDetails,
  type Decider,
  explanationOf,
  type Result,
  type Verdict,
} from '../../domain/audit/verdict.ts';
import type { EventDefinitions } from '../../domain/case/event-definition.ts';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import type { Position, RecordedEvent } from '../../domain/log/envelope.ts';
import { upcast } from '../../domain/log/upcast.ts';
import type { PolicyBook } from '../engine/policy-book.ts';
import { canonicalJson } from '../store/canonical-json.ts';
import type { EventLog } from '../store/event-store.ts';

/** One command that was decided again. */
export interface Checked {
  readonly verdict: Verdict;
  /** Of the decision's first event, or of the rejection's in the journal. */
  readonly streamId: string;
  readonly revision: number;
  readonly eventId: string;
  readonly command: string;
  readonly decidedAt: number;
  readonly deciderVersion: number;
  /** Side by side: what is written down, and what today's code decides. */
  readonly written: Result;
  readonly today?: Result;
  /** Why it is explained, or why it could not be decided again. */
  readonly why?: string;
}

/** What a recheck goes by, and whom it tells. */
export interface Retaking {
  readonly log: EventLog;
  readonly lifecycles: readonly AnyLifecycle[];
  readonly policies: PolicyBook;
  /** The log's end when the recheck began: what came later is left alone. */
  readonly upTo: Position;
  readonly wanted: (first: RecordedEvent) => boolean;
  readonly found: (checked: Checked) => Promise<void>;
}

/** The decision cannot be taken again: what it rested on is not there any more, or not here. */
export class NotReplayableError extends Error {
  override readonly name = 'NotReplayableError';
}

/**
 * Takes a decision again and judges what comes out.
 * @param written as it is written down
 * @param decideAgain throws NotReplayableError where it cannot; whatever else it throws is today's result
 */
export function judge(
  decider: Decider,
  first: RecordedEvent,
  written: Result,
  decideAgain: (command: string) => Result,
): Checked {
  const { streamId, revision, eventId, metadata } = first;
  const { decidedAt, deciderVersion } = metadata;
  const command = metadata.command?.type ?? '';
  const about = { streamId, revision, eventId, command, decidedAt, deciderVersion, written };
  if (deciderVersion > decider.deciderVersion) {
    const why = `it was decided by version ${deciderVersion} of the rules, and this release has ${decider.deciderVersion}`;
    return { ...about, verdict: 'notReplayable', why };
  }
  let today: Result;
  try {
    today = decideAgain(command);
  } catch (error) {
    if (error instanceof NotReplayableError)
      return { ...about, verdict: 'notReplayable', why: error.message };
    today = { outcome: 'threw', message: messageOf(error) };
  }
  if (canonicalJson(today) === canonicalJson(written)) return { ...about, verdict: 'match' };
  const explanation = explanationOf(decider, { command, deciderVersion });
  return explanation === undefined
    ? { ...about, verdict: 'diverged', today }
    : { ...about, verdict: 'explained', today, why: `version ${explanation.version}: ${explanation.why}` };
}

/**
 * The events of one decision, as they are written down, in the shape of today; one of a newer release as it is, with
 * its name for who is to say that it cannot be compared.
 */
export function writtenEvents(
  events: readonly RecordedEvent[],
  definitions: EventDefinitions,
): { readonly written: Result; readonly unknownType: string | undefined } {
  const unknown = events.find(event => upcast(event, definitions).outcome === 'unknown');
  return {
    unknownType: unknown && `${unknown.type} v${unknown.schemaVersion}`,
    written: writtenResult(events, definitions),
  };
}

function writtenResult(events: readonly RecordedEvent[], definitions: EventDefinitions): Result {
  return {
    outcome: 'accepted',
    events: events.map(event => {
      const current = upcast(event, definitions);
      const data = current.outcome === 'current' ? current.data : event.data;
      return { type: event.type, occurredAt: event.metadata.occurredAt, data };
    }),
  };
}

export function writtenRejection({ data }: RecordedEvent): Result {
  // As `CommandRejected` was parsed before it was written.
  const details = Object(data.details);
  return { outcome: 'rejected', reason: String(data.reason), details: comparableDetails(details) };
}

/** Where the events of one decision end: the first index after them. */
export function endOfDecision(events: readonly RecordedEvent[], start: number): number {
  const { commandId } = events[start]?.metadata ?? {};
  let end = start + 1;
  while (events[end]?.metadata.commandId === commandId && events[end]?.metadata.command === undefined) end++;
  return end;
}

/** No personal value: names of fields and codes at most. */
function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 300) : 'it threw';
}
