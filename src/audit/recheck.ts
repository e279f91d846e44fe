import type { AnyAggregate } from '../../domain/aggregates.ts';
import type { Verdict } from '../../domain/audit/verdict.ts';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { categoryOf, type Position, type RecordedEvent, uuidOf } from '../../domain/log/envelope.ts';
import { readPolicyBook } from '../engine/policy-book.ts';
import type { EventLog } from '../store/event-store.ts';
import { recheckAggregate, recheckAggregateRejections } from './recheck-aggregate.ts';
import { recheckCase, recheckRejections } from './recheck-case.ts';
import type { Checked, Retaking } from './recheck-decision.ts';

export interface RecheckFilter {
  /** Decided not before and not after (both included); UTC epoch milliseconds. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** The name of a lifecycle, or the category of streams of another kind: `user`. */
  readonly lifecycle?: string | undefined;
}

export interface RecheckSummary {
  /** Events looked at. */
  readonly events: number;
  readonly commands: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
}

export interface RecheckParts {
  readonly log: EventLog;
  readonly lifecycles: readonly AnyLifecycle[];
  readonly aggregates: readonly AnyAggregate[];
  /** Every command that does not match, as it is found. */
  readonly onFinding: (finding: Checked) => void | Promise<void>;
  readonly onProgress?: (soFar: RecheckSummary) => void;
  readonly signal?: AbortSignal;
}

const PAGE_EVENTS = 500;

/**
 * Decides every journalled command again, rejected ones too, on the state before it, by today's code. Reads through
 * the log as it is when it begins; a stream is read whole where it begins, so that one at a time is in memory.
 */
export async function recheck(parts: RecheckParts, filter: RecheckFilter): Promise<RecheckSummary> {
  const { log, lifecycles, aggregates, onFinding, onProgress } = parts;
  const { from = 0, to = Number.POSITIVE_INFINITY } = filter;
  const upTo = await log.head();
  const policies = await readPolicyBook(log);
  const summary = {
    events: 0,
    commands: 0,
    verdicts: { match: 0, explained: 0, diverged: 0, notReplayable: 0 },
  };
  const retaking: Retaking = {
    log,
    lifecycles,
    policies,
    upTo,
    wanted: ({ metadata }) => metadata.decidedAt >= from && metadata.decidedAt <= to,
    async found(checked) {
      summary.commands++;
      summary.verdicts[checked.verdict]++;
      if (checked.verdict !== 'match') await onFinding(checked);
    },
  };
  for (let after: Position = ''; after < upTo; ) {
    const page = (await log.readAll(after, PAGE_EVENTS)).filter(({ position }) => position <= upTo);
    const last = page.at(-1);
    if (last === undefined) break;
    for (const event of page) {
      if (parts.signal?.aborted === true) return summary;
      if (event.revision === 0) await recheckStream(retaking, event, filter.lifecycle, aggregates);
    }
    summary.events += page.length;
    onProgress?.(structuredClone(summary));
    after = last.position;
  }
  return summary;
}

/** The whole stream that begins with an event. */
async function recheckStream(
  retaking: Retaking,
  first: RecordedEvent,
  only: string | undefined,
  aggregates: readonly AnyAggregate[],
): Promise<void> {
  const { log, lifecycles, upTo } = retaking;
  const category = categoryOf(first.streamId);
  const read = async (streamId: string) =>
    (await log.readStream(streamId)).filter(({ position }) => position <= upTo);

  const lifecycle = lifecycles.find(each => each.category === category);
  if (lifecycle !== undefined) {
    if (only === undefined || only === lifecycle.name) {
      await recheckCase(retaking, lifecycle, await read(first.streamId));
    }
    return;
  }
  if (category === 'rejection') {
    // An id that was given to commands of several kinds has rejections of each.
    const byKind = Map.groupBy(await read(first.streamId), ({ data }) => data.lifecycle);
    for (const [kind, rejections] of byKind) {
      if (only !== undefined && only !== kind) continue;
      const of = lifecycles.find(({ name }) => name === kind);
      const small = aggregates.find(each => each.category === kind);
      const prefix = (small ?? of)?.category;
      const events = prefix === undefined ? [] : await read(`${prefix}-${uuidOf(first.streamId)}`);
      if (small !== undefined) await recheckAggregateRejections(retaking, small, rejections, events);
      else await recheckRejections(retaking, of, rejections, events);
    }
    return;
  }
  if (only !== undefined && only !== category) return;
  const aggregate = aggregates.find(each => each.category === category);
  await recheckAggregate(retaking, aggregate, await read(first.streamId));
}
