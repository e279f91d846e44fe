import { type CaseAsOf, caseAsOf, type Moment } from '../../domain/audit/as-of.ts';
import { type Difference, differences } from '../../domain/audit/differences.ts';
import type { Actor } from '../../domain/case/actor.ts';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import type { RecordedEvent } from '../../domain/log/envelope.ts';
import { caseDocument } from '../http/case-document.ts';
import { findCase } from '../http/case-routes.ts';
import type { HttpEngine } from '../http/engine-port.ts';
import { type InstantWriter, instantsToText } from '../http/instants.ts';
import { promisesDocument } from '../http/promises-document.ts';

/** What was asked for is not there; `reason` tells why. */
export class PastCaseError extends Error {
  override readonly name = 'PastCaseError';
  readonly reason: 'noSuchCase' | 'beforeCase' | 'upgradeNeeded';
  constructor(reason: PastCaseError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface PastCaseParts {
  readonly engine: HttpEngine;
  readonly actor: Actor;
  readonly write: InstantWriter;
}

interface Found {
  readonly lifecycle: AnyLifecycle;
  readonly caseId: string;
  readonly events: readonly RecordedEvent[];
}

type Past = CaseAsOf<RecordedEvent> & { outcome: 'case' };

/** The case as it was at one time, as far as was known of it at another. @throws PastCaseError */
export async function caseAsOfDocument(parts: PastCaseParts, idOrNumber: string, moment: Moment) {
  const found = await find(parts, idOrNumber);
  const past = pastOf(found, moment, parts.write);
  return {
    ...momentDocument(moment, parts.write),
    case: documentOf(parts, found, past),
    events: past.events.length,
    laterEvents: past.later,
    unknownEvents: past.unknown,
  };
}

/** What differs between two such times, and the events that lie between. @throws PastCaseError */
export async function caseDiffDocument(parts: PastCaseParts, idOrNumber: string, from: Moment, to: Moment) {
  const { write } = parts;
  const found = await find(parts, idOrNumber);
  const [before, after] = [pastOf(found, from, write), pastOf(found, to, write)];
  const [left, right] = [comparable(parts, found, before), comparable(parts, found, after)];
  const counted = (past: Past) => new Set(past.events.map(({ eventId }) => eventId));
  const [then, now] = [counted(before), counted(after)];
  const line = (event: RecordedEvent) => ({
    revision: event.revision,
    type: event.type,
    occurredAt: write(event.metadata.occurredAt),
    recordedAt: write(event.metadata.recordedAt),
  });
  return {
    id: found.caseId,
    lifecycle: found.lifecycle.name,
    from: momentDocument(from, write),
    to: momentDocument(to, write),
    changes: [...differences(left, right)] as readonly Difference[],
    added: after.events.filter(({ eventId }) => !then.has(eventId)).map(line),
    removed: before.events.filter(({ eventId }) => !now.has(eventId)).map(line),
  };
}

/** Every promise explained as it was, from the versions of policy and calendar that held. @throws PastCaseError */
export async function pastPromisesDocument(
  { engine, actor, write }: PastCaseParts,
  idOrNumber: string,
  moment: Moment,
) {
  const found = await find({ engine }, idOrNumber);
  const past = pastOf(found, moment, write);
  const { store } = engine;
  const promises = await promisesDocument(
    {
      ...engine,
      clock: { now: () => moment.at },
      store: {
        logId: store.logId,
        moves: store.moves,
        readStream: async () => past.events,
        readAll: (after, limit) => store.readAll(after, limit),
        readTypes: (after, types, lookAt) => store.readTypes(after, types, lookAt),
        head: () => store.head(),
        onAppended: listener => store.onAppended(listener),
      },
    },
    found.lifecycle,
    found.caseId,
    actor,
  );
  if (promises === undefined) throw new PastCaseError('noSuchCase', 'there is no such case');
  return promises;
}

async function find({ engine }: Pick<PastCaseParts, 'engine'>, idOrNumber: string): Promise<Found> {
  const found = await findCase(engine, idOrNumber);
  if (found === undefined) throw new PastCaseError('noSuchCase', `there is no case ${idOrNumber}`);
  const events = await engine.store.readStream(`${found.lifecycle.category}-${found.caseId}`);
  return { ...found, events };
}

function pastOf({ lifecycle, events }: Found, moment: Moment, write: InstantWriter): Past {
  const past = caseAsOf(lifecycle, events, moment);
  switch (past.outcome) {
    case 'case':
      return past;
    case 'beforeCase': {
      const began = `it began ${write(past.beganAt)}, and was known here from ${write(past.knownFrom)}`;
      const imported = events[0]?.metadata.importId !== undefined && !moment.asLived;
      throw new PastCaseError(
        'beforeCase',
        past.why === 'notYetHappened'
          ? `${write(moment.at)} is before the case: ${began}`
          : `nothing was known of the case at ${write(moment.knownAt)}: ${began}` +
              (imported ? '; it was imported: asked for as lived, it is known from its own time' : ''),
      );
    }
    case 'upgradeNeeded':
      throw new PastCaseError('upgradeNeeded', `the case holds ${past.type}, of a newer release`);
  }
}

function documentOf(
  { engine, actor, write }: PastCaseParts,
  { lifecycle, caseId }: Found,
  { state, revision }: Past,
) {
  const number = engine.views.numberOf(caseId);
  return caseDocument(lifecycle, { caseId, number, state, revision, etag: revision }, actor, write);
}

/** A document by names instead of places: a clock stays itself when another begins before it. */
function comparable(parts: PastCaseParts, found: Found, past: Past) {
  const { clocks, revision: _moves, ...rest } = documentOf(parts, found, past);
  const byName = Object.fromEntries(clocks.map(clock => [`${clock.clock} ${clock.cycle}`, clock]));
  // JSON, as it is answered.
  return JSON.parse(JSON.stringify({ ...rest, clocks: byName }));
}

function momentDocument({ at, knownAt, asLived }: Moment, write: InstantWriter) {
  return { at: write(at), knownAt: write(knownAt), asLived };
}

/** Who did what, when, by which channel and why, with what was tried and refused, in the order of the log. */
export async function auditTrailDocument({ engine, write }: PastCaseParts, idOrNumber: string) {
  const { lifecycle, caseId, events } = await find({ engine }, idOrNumber);
  const rejections = await engine.store.readStream(`rejection-${caseId}`);
  const inOrder = [...events, ...rejections].sort((a, b) => (a.position < b.position ? -1 : 1));
  return {
    id: caseId,
    lifecycle: lifecycle.name,
    entries: inOrder.map(event => {
      const { metadata } = event;
      const refused = event.type === 'CommandRejected';
      const { command, context, bodyMac: _mac, occurredAt, decidedAt, recordedAt, ...rest } = metadata;
      return {
        eventId: event.eventId,
        type: event.type,
        revision: refused ? Number(event.data.decidedOnRevision) : event.revision,
        occurredAt: write(occurredAt),
        decidedAt: write(decidedAt),
        recordedAt: write(recordedAt),
        ...rest,
        ...(command === undefined ? {} : { command: instantsToText(command, write) }),
        ...(context === undefined ? {} : { context: instantsToText(context, write) }),
        data: instantsToText(event.data, write),
      };
    }),
  };
}
