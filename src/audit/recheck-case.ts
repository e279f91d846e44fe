import type { z } from 'zod';
import { resultOf } from '../../domain/audit/verdict.ts';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { categoryOf, type RecordedEvent, uuidOf } from '../../domain/log/envelope.ts';
import { type Linked, recordedContextSchema } from '../engine/decision-context.ts';
import { type FoldedCase, foldOn, newCase } from '../engine/folded-case.ts';
import { linkedTo } from '../engine/linked-case.ts';
import { NotPublishedError } from '../engine/policy-book.ts';
import { retakeDecision } from '../engine/retake-decision.ts';
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

/** Every accepted command of one case. */
export async function recheckCase(
  retaking: Retaking,
  lifecycle: AnyLifecycle,
  events: readonly RecordedEvent[],
): Promise<void> {
  let before = newCase(lifecycle);
  for (let start = 0; start < events.length; ) {
    const end = endOfDecision(events, start);
    const decided = events.slice(start, end);
    const first = decided[0];
    if (first?.metadata.command !== undefined && retaking.wanted(first)) {
      const { written, unknownType } = writtenEvents(decided, lifecycle.events);
      // What an older version kept in clear is compared as it is kept today.
      const sealed = sealedResult(written, lifecycle.events, uuidOf(first.streamId));
      const both = { unknownType, written: sealed };
      await retaking.found(await checkCommand(retaking, lifecycle, before, first, both));
    }
    before = foldOn(lifecycle, before, decided, decided.at(-1)?.position ?? '');
    start = end;
  }
}

/** Every rejection of one case, each on the revision that it was decided on. */
export async function recheckRejections(
  retaking: Retaking,
  lifecycle: AnyLifecycle | undefined,
  rejections: readonly RecordedEvent[],
  events: readonly RecordedEvent[],
): Promise<void> {
  let before = lifecycle === undefined ? undefined : newCase(lifecycle);
  const inOrder = rejections.toSorted((a, b) => decidedOn(a) - decidedOn(b));
  for (const rejection of inOrder) {
    if (rejection.metadata.command === undefined || !retaking.wanted(rejection)) continue;
    const written = writtenRejection(rejection);
    if (lifecycle === undefined || before === undefined) {
      const none = { deciderVersion: rejection.metadata.deciderVersion };
      const why = `this release has no rules for ${String(rejection.data.lifecycle)}`;
      await retaking.found(judge(none, rejection, written, () => fail(why)));
      continue;
    }
    const next = events.slice(before.revision + 1, decidedOn(rejection) + 1);
    before = foldOn(lifecycle, before, next, next.at(-1)?.position ?? '');
    const both = { written, unknownType: undefined };
    await retaking.found(await checkCommand(retaking, lifecycle, before, rejection, both));
  }
}

async function checkCommand(
  retaking: Retaking,
  lifecycle: AnyLifecycle,
  before: FoldedCase,
  first: RecordedEvent,
  { written, unknownType }: ReturnType<typeof writtenEvents>,
): Promise<Checked> {
  let linked: Linked | undefined;
  let missing: string | undefined;
  try {
    linked = await linkedAsRecorded(retaking, first);
  } catch (error) {
    if (!(error instanceof NotReplayableError)) throw error;
    missing = error.message;
  }
  return judge(lifecycle, first, written, command => {
    if (missing !== undefined) fail(missing);
    const unknown = before.unknownType ?? unknownType;
    if (unknown !== undefined) fail(`the stream holds ${unknown}, of a newer release`);
    const data = commandAsToday(lifecycle, command, first);
    const again = { ...first, metadata: { ...first.metadata, command: { type: command, data } } };
    try {
      const decision = retakeDecision(lifecycle, again, before.state, retaking.policies, linked);
      return sealedResult(resultOf(decision, lifecycle.events), lifecycle.events, uuidOf(first.streamId));
    } catch (error) {
      if (error instanceof NotPublishedError) fail(error.message);
      throw error;
    }
  });
}

/** The command as it was taken then, if today's schema takes it still. @throws NotReplayableError */
function commandAsToday(
  lifecycle: AnyLifecycle,
  command: string,
  first: RecordedEvent,
): z.core.util.JSONType {
  const definition = lifecycle.commands[command];
  if (definition === undefined) fail(`this release has no command ${command} of ${lifecycle.name}`);
  const parsed = definition.schema.safeParse(first.metadata.command?.data);
  // Parsed by a command's schema, whose fields are JSON.
  if (parsed.success) return parsed.data as z.core.util.JSONType;
  const fields = parsed.error.issues.map(({ path }) => path.join('.') || 'the whole').join(', ');
  return fail(`today's ${command} does not take what was sent then: ${fields}`);
}

/** Another case that the decision read, as it was at that revision. @throws NotReplayableError */
async function linkedAsRecorded(retaking: Retaking, first: RecordedEvent): Promise<Linked | undefined> {
  const parsed = recordedContextSchema.safeParse(first.metadata.context ?? {});
  if (!parsed.success) return fail('its recorded context cannot be read by this release');
  const { linkedCase } = parsed.data;
  if (linkedCase === undefined) return undefined;
  const { streamId, revision } = linkedCase;
  const lifecycle = retaking.lifecycles.find(({ category }) => category === categoryOf(streamId));
  if (lifecycle === undefined)
    return fail(`this release has no lifecycle for ${streamId}, which it rested on`);
  const events = (await retaking.log.readStream(streamId)).slice(0, revision + 1);
  if (events.length <= revision) return fail(`${streamId}, which it rested on, has no revision ${revision}`);
  const folded = foldOn(lifecycle, newCase(lifecycle), events, '');
  if (folded.unknownType !== undefined)
    return fail(`${streamId}, which it rested on, holds ${folded.unknownType}`);
  return linkedTo(lifecycle, streamId, folded);
}

function decidedOn({ data }: RecordedEvent): number {
  return Number(data.decidedOnRevision);
}

function fail(why: string): never {
  throw new NotReplayableError(why);
}
