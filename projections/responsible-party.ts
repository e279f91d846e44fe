import type { ResponsibleParty, Shares } from '../domain/complaint/classification.ts';

/** What reports group by, as text: `department:QA`, `supplier:S1`, `customerUse`, … */
export type PartyKey = string;

/** Of an item that nobody has classified yet. */
export const NOT_CLASSIFIED: PartyKey = 'notClassified';
/** Of a case whose items have different ones. */
export const SEVERAL: PartyKey = 'several';

/** Whose an item is, in whole per cent; together 100. */
export type PartyShares = readonly (readonly [party: PartyKey, percent: number])[];

export function partyKey(party: ResponsibleParty): PartyKey {
  return 'code' in party ? `${party.kind}:${party.code}` : party.kind;
}

export function sharesOf(shares: Shares): PartyShares {
  return shares.map(({ party, percent }) => [partyKey(party), percent] as const);
}

/** The party with the largest share, of equal ones the one named first. */
export function mainParty(shares: PartyShares): PartyKey {
  let main: PartyShares[number] | undefined;
  for (const share of shares) if (main === undefined || share[1] > main[1]) main = share;
  return main?.[0] ?? NOT_CLASSIFIED;
}

/** The one party that all items of a case agree on. */
export function commonParty(items: readonly { readonly party: PartyKey }[]): PartyKey {
  const first = items[0];
  if (first === undefined) return NOT_CLASSIFIED;
  return items.every(({ party }) => party === first.party) ? first.party : SEVERAL;
}
