import { accept, type Decision, type Rejected, reject } from '../case/decision.ts';
import { beforeFact } from '../case/facts.ts';
import type { ComplaintCommand } from './commands.ts';
import { factOf, type Turn } from './complaint-turn.ts';
import { unknownItems } from './decide-on-site.ts';
import type { ComplaintEvent } from './events.ts';
import type { Money } from './item.ts';
import { mayDecide, possible } from './possible.ts';
import type { NewRemedy } from './remedy.ts';
import {
  type ComplaintState,
  decisionOf,
  openContest,
  type Remedy,
  type RemedyStatus,
  remedyStatus,
} from './state.ts';

type Data<T extends ComplaintCommand['type']> = (ComplaintCommand & { type: T })['data'];

/** Tells the customer the decision for each item; the promise is met once every item has one. */
export function communicateDecision(data: Data<'communicateDecision'>, turn: Turn): Decision<ComplaintEvent> {
  const { state, context, at, meet } = turn;
  if (!mayDecide(state)) return reject('reviewFirst', { possible: ['review', 'waiveStep'] });
  const early = turn.tooEarly(['decision']) ?? beforeFact(at, 'review', openContest(state)?.review?.at);
  if (early !== undefined) return early;
  const named = data.items.flatMap(i => (i.itemId === undefined ? [] : [i.itemId]));
  const unknown = unknownItems(named, state);
  if (unknown !== undefined) return unknown;
  if (new Set(named).size < named.length || data.items.length - named.length > 1)
    return reject('itemGivenTwice', {});
  const twice = named.filter(id => state.items.some(i => i.itemId === id && decisionOf(i) !== undefined));
  if (twice.length > 0) return reject('alreadyDecided', { itemIds: twice, possible: [...possible(state)] });
  const rest = data.items.find(i => i.itemId === undefined);
  const unnamed = state.items.filter(i => decisionOf(i) === undefined && !named.includes(i.itemId));
  const given = [
    ...data.items.flatMap(i => (i.itemId === undefined ? [] : [{ ...i, itemIds: [i.itemId] }])),
    ...(rest === undefined || unnamed.length === 0 ? [] : [{ ...rest, itemIds: unnamed.map(i => i.itemId) }]),
  ];
  if (given.length === 0) return reject('nothingToDecide', { possible: [...possible(state)] });

  const offers: Offer[] = [];
  const decided: (ComplaintEvent & { type: 'ComplaintDecisionCommunicated' })['data']['items'] = [];
  for (const { itemIds, outcome, cause, remedies, remedyIds } of given) {
    const refused = notOffered(remedyIds, turn);
    if (refused !== undefined) return refused;
    if (outcome === 'notAccepted' && remedies.length + remedyIds.length > 0) {
      return reject('remedyForNothing', { itemIds, outcome });
    }
    const priceless = remedies.find(needsAmount);
    if (priceless !== undefined) return reject('amountNeeded', { kind: priceless.kind, field: 'amount' });
    const offered: Offer[] = [];
    for (const remedy of remedies) {
      const made = offer({ ...remedy, itemIds }, turn, [...offers, ...offered]);
      if (made.data.approvalNeeded) {
        const { authorityLimit } = context.policy;
        const possible = ['offerRemedy', 'approveRemedy'];
        return reject('approvalFirst', { authorityLimit, offered: offeredMinor(turn), possible });
      }
      offered.push(made);
    }
    offers.push(...offered);
    const ids = [...remedyIds, ...offered.map(o => o.data.remedyId)];
    decided.push(...itemIds.map(itemId => ({ itemId, outcome, cause, remedyIds: ids })));
  }
  const { channel, contactId, externalId, appeal } = data;
  const communicated: ComplaintEvent = {
    type: 'ComplaintDecisionCommunicated',
    data: {
      messageId: context.newId(),
      channel,
      ...(contactId === undefined ? {} : { contactId }),
      ...(externalId === undefined ? {} : { externalId }),
      items: decided,
      appeal,
    },
    occurredAt: at,
  };
  const stillOpen = state.items.filter(i => decisionOf(i) === undefined).map(i => i.itemId);
  const whole = stillOpen.every(id => decided.some(d => d.itemId === id));
  return accept<ComplaintEvent>(
    communicated,
    ...offers,
    ...meet(['acknowledgement', 'firstReply']),
    ...(whole ? meet(['decision']) : []),
  );
}

/** What is worth money says how much. */
function needsAmount({ kind, amount }: Pick<NewRemedy, 'kind' | 'amount'>): boolean {
  return (kind === 'credit' || kind === 'discount') && amount === undefined;
}

/** Only what is offered, and approved where it had to be, can be told. */
function notOffered(remedyIds: readonly string[], { state, at }: Turn): Rejected | undefined {
  for (const remedyId of remedyIds) {
    const remedy = state.remedies.find(r => r.remedyId === remedyId);
    if (remedy === undefined) return noSuchRemedy(remedyId, state);
    const status = remedyStatus(remedy);
    if (status === 'awaitingApproval')
      return reject('approvalFirst', { remedyId, possible: ['approveRemedy'] });
    if (status === 'rejected' || status === 'waived') return reject('remedyIs', { remedyId, status });
    const early = beforeOffer(at, remedy);
    if (early !== undefined) return early;
  }
  return undefined;
}

type Offer = ComplaintEvent & { type: 'ComplaintRemedyOffered' };

/**
 * An offer. The authority limit is the case's: what was offered in it without an approval counts together, and small
 * offers do not add up to a large one.
 * @param before those of the same decision
 */
function offer(
  remedy: NewRemedy & { readonly note?: string | undefined },
  turn: Turn,
  before: readonly Offer[] = [],
): Offer {
  const { context, at } = turn;
  const { authorityLimit } = context.policy;
  const { amount } = remedy;
  const offered = before.reduce((sum, { data }) => sum + (data.amount?.amountMinor ?? 0), offeredMinor(turn));
  // What it is worth in another currency nobody here knows: a lead looks at it.
  const approvalNeeded =
    amount !== undefined &&
    (amount.currency !== authorityLimit.currency ||
      offered + amount.amountMinor > authorityLimit.amountMinor);
  return {
    type: 'ComplaintRemedyOffered',
    data: { remedyId: context.newId(), ...remedy, approvalNeeded },
    occurredAt: at,
  };
}

/** What stands offered without an approval; what needed none is in the limit's currency, but for an older limit's. */
function offeredMinor({ state, context }: Turn): number {
  const { currency } = context.policy.authorityLimit;
  return state.remedies
    .filter(r => !r.approvalNeeded && remedyStatus(r) !== 'rejected' && remedyStatus(r) !== 'waived')
    .flatMap(({ amount }): Money[] => (amount?.currency === currency ? [amount] : []))
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0);
}

export function offerRemedy(data: Data<'offerRemedy'>, turn: Turn): Decision<ComplaintEvent> {
  const unknown = unknownItems(data.itemIds, turn.state);
  if (unknown !== undefined) return unknown;
  if (needsAmount(data)) {
    return reject('amountNeeded', { kind: data.kind, field: 'amount' });
  }
  return accept<ComplaintEvent>(offer(factOf(data), turn));
}

/** Four eyes: above the authority limit a lead who did not make the offer. */
export function approveRemedy(data: Data<'approveRemedy'>, turn: Turn): Decision<ComplaintEvent> {
  const { context, at } = turn;
  const remedy = remedyIn(turn, data.remedyId, ['awaitingApproval']);
  if ('outcome' in remedy) return remedy;
  if (remedy.offeredBy === context.actor.id || remedy.offeredBy === context.actor.onBehalfOf)
    return reject('offererMayNotApprove', { remedyId: remedy.remedyId });
  const early = beforeFact(at, 'offer', remedy.at);
  if (early !== undefined) return early;
  return accept<ComplaintEvent>({ type: 'ComplaintRemedyApproved', data: factOf(data), occurredAt: at });
}

export function acceptRemedy(data: Data<'acceptRemedy'>, turn: Turn): Decision<ComplaintEvent> {
  const remedy = remedyIn(turn, data.remedyId, ['offered']);
  if ('outcome' in remedy) return remedy;
  const refused = beforeOffer(turn.at, remedy) ?? evidenceMissing(data.evidence, turn);
  if (refused !== undefined) return refused;
  return accept<ComplaintEvent>({ type: 'ComplaintRemedyAccepted', data: factOf(data), occurredAt: turn.at });
}

export function rejectRemedy(data: Data<'rejectRemedy'>, turn: Turn): Decision<ComplaintEvent> {
  const remedy = remedyIn(turn, data.remedyId, ['offered']);
  if ('outcome' in remedy) return remedy;
  const refused = beforeOffer(turn.at, remedy) ?? evidenceMissing(data.evidence, turn);
  if (refused !== undefined) return refused;
  return accept<ComplaintEvent>({ type: 'ComplaintRemedyRejected', data: factOf(data), occurredAt: turn.at });
}

/** Who speaks for the customer shows what the customer said. */
function evidenceMissing(evidence: string | undefined, { context }: Turn): Rejected | undefined {
  if (context.actor.role === 'customer' || evidence !== undefined) return undefined;
  return reject('evidenceNeeded', { field: 'evidence' });
}

export function fulfilRemedy(data: Data<'fulfilRemedy'>, turn: Turn): Decision<ComplaintEvent> {
  const urgent = turn.state.priority === 'urgent';
  const remedy = remedyIn(turn, data.remedyId, urgent ? ['accepted', 'offered'] : ['accepted']);
  if ('outcome' in remedy) return remedy;
  const early = beforeOffer(turn.at, remedy) ?? beforeFact(turn.at, 'acceptance', remedy.accepted?.at);
  if (early !== undefined) return early;
  return accept<ComplaintEvent>({
    type: 'ComplaintRemedyFulfilled',
    data: factOf(data),
    occurredAt: turn.at,
  });
}

export function waiveRemedy(data: Data<'waiveRemedy'>, turn: Turn): Decision<ComplaintEvent> {
  const remedy = remedyIn(turn, data.remedyId, ['awaitingApproval', 'offered', 'accepted']);
  if ('outcome' in remedy) return remedy;
  const early = beforeOffer(turn.at, remedy) ?? beforeFact(turn.at, 'acceptance', remedy.accepted?.at);
  if (early !== undefined) return early;
  return accept<ComplaintEvent>({ type: 'ComplaintRemedyWaived', data: factOf(data), occurredAt: turn.at });
}

/** What became of an offer comes after it, and after the approval that it waited for. */
function beforeOffer(at: number, { at: offeredAt, approved }: Remedy): Rejected | undefined {
  return beforeFact(at, 'offer', offeredAt) ?? beforeFact(at, 'approval', approved?.at);
}

function remedyIn({ state }: Turn, remedyId: string, statuses: readonly RemedyStatus[]): Remedy | Rejected {
  const remedy = state.remedies.find(r => r.remedyId === remedyId);
  if (remedy === undefined) return noSuchRemedy(remedyId, state);
  const status = remedyStatus(remedy);
  if (statuses.includes(status)) return remedy;
  return reject('remedyIs', { remedyId, status, needs: [...statuses] });
}

function noSuchRemedy(remedyId: string, state: ComplaintState): Rejected {
  return reject('noSuchRemedy', { remedyId, remedies: state.remedies.map(r => r.remedyId) });
}

export function recordClaim(data: Data<'recordClaim'>, { context, at }: Turn): Decision<ComplaintEvent> {
  const claim = { claimId: context.newId(), ...factOf(data) };
  return accept<ComplaintEvent>({ type: 'ComplaintClaimRecorded', data: claim, occurredAt: at });
}

export function settleClaim(data: Data<'settleClaim'>, { state, at }: Turn): Decision<ComplaintEvent> {
  const claim = state.claims.find(c => c.claimId === data.claimId);
  if (claim === undefined)
    return reject('noSuchClaim', { claimId: data.claimId, claims: state.claims.map(c => c.claimId) });
  if (claim.settled !== undefined)
    return reject('claimSettled', { claimId: claim.claimId, settledAt: claim.settled.at });
  const early = beforeFact(at, 'claim', claim.at);
  if (early !== undefined) return early;
  return accept<ComplaintEvent>({ type: 'ComplaintClaimSettled', data: factOf(data), occurredAt: at });
}

export function claimOnSupplier(
  data: Data<'claimOnSupplier'>,
  { state, context, at }: Turn,
): Decision<ComplaintEvent> {
  const unknown = unknownItems(data.itemIds, state);
  if (unknown !== undefined) return unknown;
  const claimed = { supplierClaimId: context.newId(), ...factOf(data) };
  return accept<ComplaintEvent>({ type: 'ComplaintSupplierClaimed', data: claimed, occurredAt: at });
}
