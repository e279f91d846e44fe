import { ownerOf } from '../case/case-rules.ts';
import { accept, type Decision, type Rejected, reject } from '../case/decision.ts';
import { beforeFact } from '../case/facts.ts';
import type { DecideContext } from '../case/lifecycle.ts';
import { cancelClock } from '../sla/cancelling.ts';
import { openClock } from '../sla/clock.ts';
import { resumeClock } from '../sla/pausing.ts';
import type { ComplaintCommand } from './commands.ts';
import { factOf, type Turn } from './complaint-turn.ts';
import type { ComplaintEvent } from './events.ts';
import { possible } from './possible.ts';
import { rules } from './rules.ts';
import { type ComplaintState, lastJudgement, openVisit, owesJudgement, owesVisit } from './state.ts';

type Data<T extends ComplaintCommand['type']> = (ComplaintCommand & { type: T })['data'];

export function contain(data: Data<'contain'>, { at }: Turn): Decision<ComplaintEvent> {
  return accept<ComplaintEvent>({ type: 'ComplaintContained', data: factOf(data), occurredAt: at });
}

export function askRemoteJudgement(data: Data<'askRemoteJudgement'>, turn: Turn): Decision<ComplaintEvent> {
  const { state, at, start } = turn;
  const askedAt = owesJudgement(state);
  if (askedAt !== undefined) return reject('alreadyAsked', { askedAt, possible: ['judgeRemotely'] });
  return accept<ComplaintEvent>(
    { type: 'ComplaintRemoteJudgementAsked', data: factOf(data), occurredAt: at },
    ...start(['remoteJudgement']),
  );
}

/** From photos and samples, by marketing staff who were trained for it. */
export function judgeRemotely(data: Data<'judgeRemotely'>, turn: Turn): Decision<ComplaintEvent> {
  const { state, context, at, meet } = turn;
  const until = context.actor.qualifications.filter(q => q.name === 'remoteJudgement').map(q => q.validUntil);
  if (!until.some(validUntil => validUntil >= context.now)) {
    return reject('notQualified', { qualification: 'remoteJudgement', validUntil: until.at(-1) ?? null });
  }
  const early = turn.tooEarly(['remoteJudgement']);
  if (early !== undefined) return early;
  if (owesJudgement(state) === undefined && state.priority === 'normal') {
    return reject('notAsked', { possible: ['askRemoteJudgement'] });
  }
  const beforeAsked = beforeFact(at, 'question', owesJudgement(state));
  if (beforeAsked !== undefined) return beforeAsked;
  return accept<ComplaintEvent>(
    { type: 'ComplaintJudgedRemotely', data: factOf(data), occurredAt: at },
    ...meet(['remoteJudgement']),
  );
}

export function decideOnSite(data: Data<'decideOnSite'>, turn: Turn): Decision<ComplaintEvent> {
  const { state, at, start } = turn;
  const decidedAt = owesVisit(state);
  if (decidedAt !== undefined)
    return reject('visitDecided', { decidedAt, possible: ['recordArrival', 'cancelOnSite'] });
  const refused = judgementAgainst(state, at);
  if (refused !== undefined) return refused;
  return accept<ComplaintEvent>(
    { type: 'ComplaintOnSiteDecided', data: factOf(data), occurredAt: at },
    ...start(['onSiteArrival']),
  );
}

/** QA is not sent far without a judgement that it must go, unless the case is urgent or a lead waives the judgement. */
function judgementAgainst(state: ComplaintState, at: number): Rejected | undefined {
  if (state.waived.includes('remoteJudgement')) return undefined;
  const judged = lastJudgement(state);
  if (judged !== undefined) {
    if (!judged.mustGoOnSite)
      return reject('judgedNotNeeded', { judgedAt: judged.at, possible: ['waiveStep'] });
    return isFree(state) ? undefined : beforeFact(at, 'judgement', judged.at);
  }
  if (isFree(state)) return undefined;
  return reject('judgementFirst', {
    siteRegion: state.siteRegion,
    possible: ['askRemoteJudgement', 'judgeRemotely', 'waiveStep'],
  });
}

/** Nobody has to judge first. */
function isFree({ siteRegion, priority }: ComplaintState): boolean {
  return siteRegion === 'local' || priority === 'urgent';
}

export function recordArrival(data: Data<'recordArrival'>, turn: Turn): Decision<ComplaintEvent> {
  const { state, at, meet } = turn;
  const visit = openVisit(state);
  const people = data.people ?? visit?.people;
  if (owesVisit(state) === undefined && state.priority === 'normal')
    return reject('noVisitDecided', { possible: ['decideOnSite'] });
  if (people === undefined) return reject('peopleNeeded', { field: 'people' });
  const early = turn.tooEarly(['onSiteArrival']) ?? beforeFact(at, 'visit', owesVisit(state));
  if (early !== undefined) return early;
  const { note } = data;
  const arrived = { people: [...people], ...(note === undefined ? {} : { note }) };
  return accept<ComplaintEvent>(
    { type: 'ComplaintOnSiteArrived', data: arrived, occurredAt: at },
    ...meet(['onSiteArrival']),
  );
}

export function cancelOnSite(data: Data<'cancelOnSite'>, turn: Turn): Decision<ComplaintEvent> {
  const { state, context, at } = turn;
  const decidedAt = owesVisit(state);
  if (decidedAt === undefined) return reject('noVisitDecided', { possible: [...possible(state)] });
  const early = beforeFact(at, 'visit', decidedAt);
  if (early !== undefined) return early;
  const held = { context, owner: ownerOf(state, rules) };
  return accept<ComplaintEvent>(
    { type: 'ComplaintOnSiteCancelled', data: { reason: data.reason }, occurredAt: at },
    ...cancelClock(openClock(state.clocks, 'onSiteArrival'), 'onSiteCancelled', at, held),
  );
}

export function requestSample(data: Data<'requestSample'>, turn: Turn): Decision<ComplaintEvent> {
  const { state, context, at } = turn;
  const unknown = unknownItems(data.itemIds, state);
  if (unknown !== undefined) return unknown;
  const requested = { sampleId: context.newId(), ...factOf(data) };
  return accept<ComplaintEvent>({ type: 'ComplaintSampleRequested', data: requested, occurredAt: at });
}

/** Its receipt ends what waited for it. */
export function recordSample(data: Data<'recordSample'>, turn: Turn): Decision<ComplaintEvent> {
  const { state, context, at } = turn;
  const { sampleId } = data;
  const sample = state.samples.find(s => s.sampleId === sampleId);
  const early = sample?.requested === true ? beforeFact(at, 'request', sample.at) : undefined;
  if (early !== undefined) return early;
  if (sampleId !== undefined && sample === undefined) {
    return reject('noSuchSample', { sampleId, samples: state.samples.map(s => s.sampleId) });
  }
  const recorded = { ...factOf(data), sampleId: sampleId ?? context.newId() };
  return accept<ComplaintEvent>(
    { type: 'ComplaintSampleRecorded', data: recorded, occurredAt: at },
    ...(data.step === 'received' ? endSampleWait(state, context, at) : []),
  );
}

function endSampleWait(state: ComplaintState, context: DecideContext, at: number): readonly ComplaintEvent[] {
  return state.clocks
    .filter(c => c.pause?.reason === 'awaitingSample')
    .flatMap(c => resumeClock(context, c, at, 'sample'));
}

export function recordFindings(data: Data<'recordFindings'>, { state, at }: Turn): Decision<ComplaintEvent> {
  const unknown = unknownItems(data.itemIds, state);
  if (unknown !== undefined) return unknown;
  return accept<ComplaintEvent>({ type: 'ComplaintFindingsRecorded', data: factOf(data), occurredAt: at });
}

/** Why a list of items cannot be meant. */
export function unknownItems(
  itemIds: readonly string[] | undefined,
  state: ComplaintState,
): Rejected | undefined {
  const unknown = (itemIds ?? []).filter(id => !state.items.some(i => i.itemId === id));
  return unknown.length === 0
    ? undefined
    : reject('noSuchItem', { itemIds: unknown, items: state.items.map(i => i.itemId) });
}
