import type { Actor } from '../case/actor.ts';
import { accept, type Decision, type Rejected, reject } from '../case/decision.ts';
import { beforeFact } from '../case/facts.ts';
import { dueOf } from '../time/target.ts';
import type { Classification } from './classification.ts';
import type { ComplaintCommand } from './commands.ts';
import type { Turn } from './complaint-turn.ts';
import type { ComplaintEvent } from './events.ts';
import { possible } from './possible.ts';
import { type ComplaintItem, type ComplaintState, classificationOf, openDispute } from './state.ts';

type Data<T extends ComplaintCommand['type']> = (ComplaintCommand & { type: T })['data'];
type Given = Data<'classify'>['items'];

/** The department named may dispute for three working days after it was named. */
const DISPUTE_WORKING_DAYS = 3;

export function classify(data: Data<'classify'>, turn: Turn): Decision<ComplaintEvent> {
  const { state, context, at } = turn;
  const final = isFinal(context.actor);
  const isSettled = (item: ComplaintItem): boolean => {
    const before = classificationOf(item);
    return before !== undefined && (before.final || !final);
  };
  // What holds for the rest is for what is still open of it.
  const items = perItem(data.items, state, item => !isSettled(item));
  if ('outcome' in items) return items;
  const settled = items.length === 0 ? state.items : items.map(({ item }) => item).filter(isSettled);
  if (settled.length > 0) {
    const itemIds = settled.map(({ itemId }) => itemId);
    return reject('alreadyClassified', { itemIds, possible: ['reclassify'] });
  }
  const { note } = data;
  return accept<ComplaintEvent>({
    type: 'ComplaintClassified',
    data: {
      items: items.map(({ item, given }) => ({ ...given, itemId: item.itemId })),
      final,
      ...(note === undefined ? {} : { note }),
    },
    occurredAt: at,
  });
}

export function reclassify(data: Data<'reclassify'>, turn: Turn): Decision<ComplaintEvent> {
  const { state, context, at } = turn;
  const items = perItem(data.items, state);
  if ('outcome' in items) return items;
  const early = items
    .map(({ item }) => beforeFact(at, 'classification', classificationOf(item)?.at))
    .find(refused => refused !== undefined);
  if (early !== undefined) return early;
  const first = items
    .filter(({ item }) => classificationOf(item) === undefined)
    .map(({ item }) => item.itemId);
  if (first.length > 0) return reject('notClassified', { itemIds: first, possible: ['classify'] });
  const final = isFinal(context.actor);
  const over = items.filter(({ item }) => !final && classificationOf(item)?.final === true);
  if (over.length > 0) {
    return reject('classifiedForGood', {
      itemIds: over.map(({ item }) => item.itemId),
      by: ['technicalCentre', 'qa'],
    });
  }
  return accept<ComplaintEvent>({
    type: 'ComplaintReclassified',
    data: {
      items: items.map(({ item, given }) => ({ ...given, itemId: item.itemId })),
      final,
      reason: data.reason,
    },
    occurredAt: at,
  });
}

/** An agent's word is provisional; the technical centre's and QA's is final. */
function isFinal({ roles }: Actor): boolean {
  return roles.includes('technicalCentre') || roles.includes('qa');
}

/** Spreads what holds for every item; a named item goes before it. */
function perItem(
  given: Given,
  state: ComplaintState,
  isOfTheRest: (item: ComplaintItem) => boolean = () => true,
): readonly { readonly item: ComplaintItem; readonly given: Classification }[] | Rejected {
  const named = given.flatMap(g => (g.itemId === undefined ? [] : [g.itemId]));
  const unknown = named.filter(id => !state.items.some(i => i.itemId === id));
  if (unknown.length > 0)
    return reject('noSuchItem', { itemIds: unknown, items: state.items.map(i => i.itemId) });
  if (new Set(named).size < named.length || given.length - named.length > 1)
    return reject('itemGivenTwice', {});
  const rest = given.find(g => g.itemId === undefined);
  return state.items.flatMap(item => {
    const own = given.find(g => g.itemId === item.itemId) ?? (isOfTheRest(item) ? rest : undefined);
    if (own === undefined) return [];
    const { itemId: _named, ...classification } = own;
    return [{ item, given: classification }];
  });
}

export function disputeResponsibility(
  data: Data<'disputeResponsibility'>,
  turn: Turn,
): Decision<ComplaintEvent> {
  const { state, context, at } = turn;
  const { department } = context.actor;
  if (department === undefined) return reject('noDepartment', { actorId: context.actor.id });
  const names = (item: ComplaintItem) => {
    const party = classificationOf(item)?.responsibleParty;
    return party?.kind === 'department' && party.code === department;
  };
  const item =
    data.itemId === undefined ? state.items.find(names) : state.items.find(i => i.itemId === data.itemId);
  if (item === undefined) {
    return data.itemId === undefined
      ? reject('notYourDepartment', { department })
      : reject('noSuchItem', { itemIds: [data.itemId] });
  }
  if (!names(item)) return reject('notYourDepartment', { department, itemId: item.itemId });
  if (openDispute(item) !== undefined) return reject('alreadyDisputed', { itemId: item.itemId });
  const ruled = item.disputes.at(-1)?.ruling;
  if (ruled !== undefined && ruled.revision > (classificationOf(item)?.revision ?? -1)) {
    return reject('alreadyRuled', { itemId: item.itemId, ruledAt: ruled.at });
  }
  const namedAt = classificationOf(item)?.at ?? at;
  const early = beforeFact(at, 'classification', namedAt);
  if (early !== undefined) return early;
  const within = { kind: 'workingDays', count: DISPUTE_WORKING_DAYS, countFrom: 'receipt' } as const;
  const until = dueOf(within, namedAt, context.calendar).dueAt;
  if (at > until) return reject('disputePeriodOver', { namedAt, until });
  const disputed = { itemId: item.itemId, department, grounds: data.grounds };
  return accept<ComplaintEvent>({ type: 'ComplaintResponsibilityDisputed', data: disputed, occurredAt: at });
}

export function ruleOnResponsibility(
  data: Data<'ruleOnResponsibility'>,
  turn: Turn,
): Decision<ComplaintEvent> {
  const { state, at } = turn;
  const item = state.items.find(i => i.itemId === data.itemId);
  if (item === undefined) return reject('noSuchItem', { itemIds: [data.itemId] });
  const dispute = openDispute(item);
  if (dispute === undefined)
    return reject('notDisputed', { itemId: item.itemId, possible: [...possible(state)] });
  const early = beforeFact(at, 'dispute', dispute.at);
  if (early !== undefined) return early;
  const percent = data.shares.reduce((sum, share) => sum + share.percent, 0);
  if (percent !== 100) return reject('sharesMustAddUp', { percent, to: 100 });
  const { itemId, shares, reasons } = data;
  return accept<ComplaintEvent>({
    type: 'ComplaintResponsibilityRuled',
    data: { itemId, shares, reasons },
    occurredAt: at,
  });
}
