import type { AnyAggregate } from '../../domain/aggregates.ts';
import { resultOf } from '../../domain/audit/verdict.ts';
import { categoryOf, type RecordedEvent, uuidOf } from '../../domain/log/envelope.ts';
import { decodeEvent } from '../directory/folded-aggregate.ts';
import {
  endOfDecision,
  judge,
  NotReplayableError,
  type Retaking,
  writtenEvents,
} from './recheck-decision.ts';
import { sealedResult } from './sealed-result.ts';

/** Every command of one stream that is no case: of a user, a team, a party. Refusals of these are not journalled. */
export async function recheckAggregate(
  retaking: Retaking,
  aggregate: AnyAggregate | undefined,
  events: readonly RecordedEvent[],
): Promise<void> {
  let state = aggregate?.initial;
  let unknownType: string | undefined;
  for (let start = 0; start < events.length; ) {
    const end = endOfDecision(events, start);
    const decided = events.slice(start, end);
    const first = decided[0];
    start = end;
    if (first === undefined) continue;
    if (first.metadata.command !== undefined && retaking.wanted(first)) {
      const before = state;
      const both = writtenEvents(decided, aggregate?.events ?? {});
      const unknown = unknownType ?? both.unknownType;
      const decider = aggregate ?? { deciderVersion: first.metadata.deciderVersion };
      await retaking.found(
        judge(decider, first, both.written, command => {
          if (aggregate === undefined) fail(`this release has no rules for ${categoryOf(first.streamId)}`);
          if (unknown !== undefined) fail(`the stream holds ${unknown}, of a newer release`);
          const definition = aggregate.commands[command];
          if (definition === undefined) fail(`this release has no command ${command}`);
          const parsed = definition.schema.safeParse(first.metadata.command?.data);
          if (!parsed.success) fail(`today's ${command} does not take what was sent then`);
          // Parsed by a command's schema, whose fields are JSON.
          const data = parsed.data as Parameters<typeof aggregate.decide>[0]['data'];
          const decision = aggregate.decide({ type: command, data }, before, first.metadata.decidedAt);
          return sealedResult(resultOf(decision, aggregate.events), aggregate.events, uuidOf(first.streamId));
        }),
      );
    }
    if (aggregate === undefined) continue;
    for (const event of decided) {
      if (unknownType !== undefined) break;
      const decoded = decodeEvent(aggregate.events, event);
      if (decoded === undefined) unknownType = `${event.type} v${event.schemaVersion}`;
      else state = aggregate.evolve(state, decoded);
    }
  }
}

function fail(why: string): never {
  throw new NotReplayableError(why);
}
