import type { AnyAggregate } from '../../domain/aggregates.ts';
import { resultOf } from '../../domain/audit/verdict.ts';
import { categoryOf, type RecordedEvent, uuidOf } from '../../domain/log/envelope.ts';
import { decideWithin } from '../directory/decide-within.ts';
import { emptyFold, type Folded, foldEvents } from '../directory/folded-aggregate.ts';
import {
  type Checked,
  endOfDecision,
  judge,
  NotReplayableError,
  type Retaking,
  writtenEvents,
  writtenRejection,
} from './recheck-decision.ts';
import { sealedResult } from './sealed-result.ts';

/** Every accepted command of one stream that is no case: of a user, a team, a party. */
export async function recheckAggregate(
  retaking: Retaking,
  aggregate: AnyAggregate | undefined,
  events: readonly RecordedEvent[],
): Promise<void> {
  let before = emptyFold(aggregate?.initial);
  for (let start = 0; start < events.length; ) {
    const end = endOfDecision(events, start);
    const decided = events.slice(start, end);
    const first = decided[0];
    if (first?.metadata.command !== undefined && retaking.wanted(first)) {
      const both = writtenEvents(decided, aggregate?.events ?? {});
      await retaking.found(checkCommand(aggregate, before, first, both));
    }
    if (aggregate !== undefined) before = foldEvents(aggregate, before, decided);
    start = end;
  }
}

/** Every refusal of one such stream, each on the revision that it was decided on. */
export async function recheckAggregateRejections(
  retaking: Retaking,
  aggregate: AnyAggregate,
  rejections: readonly RecordedEvent[],
  events: readonly RecordedEvent[],
): Promise<void> {
  let before = emptyFold(aggregate.initial);
  const decidedOn = ({ data }: RecordedEvent) => Number(data.decidedOnRevision);
  for (const rejection of rejections.toSorted((a, b) => decidedOn(a) - decidedOn(b))) {
    if (rejection.metadata.command === undefined || !retaking.wanted(rejection)) continue;
    before = foldEvents(aggregate, before, events.slice(before.revision + 1, decidedOn(rejection) + 1));
    const both = { written: writtenRejection(rejection), unknownType: undefined };
    await retaking.found(checkCommand(aggregate, before, rejection, both));
  }
}

function checkCommand(
  aggregate: AnyAggregate | undefined,
  before: Folded<unknown>,
  first: RecordedEvent,
  { written, unknownType }: ReturnType<typeof writtenEvents>,
): Checked {
  const decider = aggregate ?? { deciderVersion: first.metadata.deciderVersion };
  return judge(decider, first, written, command => {
    if (aggregate === undefined) fail(`this release has no rules for ${categoryOf(first.streamId)}`);
    const unknown = before.unknownType ?? unknownType;
    if (unknown !== undefined) fail(`the stream holds ${unknown}, of a newer release`);
    const definition = aggregate.commands[command];
    if (definition === undefined) fail(`this release has no command ${command}`);
    const parsed = definition.schema.safeParse(first.metadata.command?.data);
    if (!parsed.success) fail(`today's ${command} does not take what was sent then`);
    // Parsed by a command's schema, whose fields are JSON.
    const data = parsed.data as Parameters<typeof aggregate.decide>[0]['data'];
    const decision = decideWithin(aggregate, { type: command, data }, before, first.metadata.decidedAt);
    return sealedResult(resultOf(decision, aggregate.events), aggregate.events, uuidOf(first.streamId));
  });
}

function fail(why: string): never {
  throw new NotReplayableError(why);
}
