import { z } from 'zod';
import { complaintEvents } from '../domain/complaint/events.ts';
import { uuidOf } from '../domain/log/envelope.ts';
import { customerOf } from './case-opening.ts';
import { monthsIn } from './local-month.ts';
import { foldBy, type Projection, type RowAccess } from './projection.ts';
import { NOT_CLASSIFIED, type PartyShares, partyKey, sharesOf } from './responsible-party.ts';
import { defineTable, keyOf } from './table.ts';

export const FREQUENCY_DIMENSIONS = [
  'responsibleParty',
  'defectCategory',
  'product',
  'customer',
  'month',
] as const;
export type FrequencyDimension = (typeof FREQUENCY_DIMENSIONS)[number];

/** How often something was complained about in one local month of receipt. */
export interface FrequencyRow {
  /** Months are told from any other: every item has one defect category. */
  readonly dimension: Exclude<FrequencyDimension, 'month'>;
  readonly month: string;
  readonly value: string;
  /** The name that goes with an id, as its complaints have it; empty where there is none. */
  readonly label: string;
  /** Items of complaints in hundredths: a ruling shares one item between parties in per cent. */
  readonly hundredths: number;
}

export const frequencyTable = defineTable<FrequencyRow>({
  name: 'complaintFrequencies',
  columns: { dimension: 'text', month: 'text', value: 'text', label: 'text', hundredths: 'integer' },
  key: ['dimension', 'month', 'value', 'label'],
  indexes: [],
});

interface CountedItem {
  readonly itemId: string;
  readonly product: string;
  readonly productLabel: string;
  readonly parties: PartyShares;
  readonly defectCategory: string;
}

/** What a complaint adds to the frequencies; no list goes by it. */
export interface FrequencySource {
  readonly caseId: string;
  readonly month: string;
  readonly customer: string;
  readonly customerLabel: string;
  readonly items: readonly CountedItem[];
  /** Voided, or merged into another complaint, which is counted instead. */
  readonly left: boolean;
}

/** What a product or customer is called that the complaint didn't name. */
export const UNKNOWN = 'unknown';

/** How often which party, defect category, product and customer, for the Pareto of the quality department. */
export function complaintFrequencies(timeZone: string): Projection<FrequencySource> {
  const monthOf = monthsIn(timeZone);
  const leave = (before: FrequencySource): FrequencySource => ({ ...before, left: true });
  const { types, fold: foldOther } = foldBy<typeof complaintEvents, FrequencySource>(complaintEvents, {
    ComplaintClassified: (before, { data }) => classified(before, data.items),
    ComplaintReclassified: (before, { data }) => classified(before, data.items),
    ComplaintResponsibilityRuled: (before, { data: { itemId, shares } }) => ({
      ...before,
      items: before.items.map(item =>
        item.itemId === itemId ? { ...item, parties: sharesOf(shares) } : item,
      ),
    }),
    CaseSplitOff: (before, { data }) => ({
      ...before,
      items: before.items.filter(item => !data.itemIds.includes(item.itemId)),
    }),
    DetailsCorrected: (before, { data: { field, to } }) => corrected(before, field, to),
    CaseVoided: leave,
    CaseMergedInto: leave,
    CaseUnmerged: before => ({ ...before, left: false }),
  });

  function corrected(before: FrequencySource, field: string, to: unknown): FrequencySource {
    if (field === 'receivedAt' && typeof to === 'number') return { ...before, month: monthOf(to) };
    if (field === 'complainant') return { ...before, ...customer(to) };
    if (field !== 'items') return before;
    const right = itemsSchema.safeParse(to).data ?? [];
    return {
      ...before,
      items: before.items.map(item => {
        const product = right.find(r => r.itemId === item.itemId)?.product;
        return product === undefined
          ? item
          : { ...item, product: product.code, productLabel: product.name ?? '' };
      }),
    };
  }

  return {
    name: 'complaintFrequencies',
    version: 2,
    tables: [frequencyTable],
    types: new Set(types),
    fold(before, event) {
      if (before !== undefined) return foldOther(before, event);
      if (event.type !== 'ComplaintReceived' || event.schemaVersion > RECEIVED.schemaVersion)
        return undefined;
      // As in `foldBy`: stored data was parsed by its schema before it was written.
      const { complainant, items, receivedAt } = event.data as z.infer<typeof RECEIVED.schema>;
      return {
        caseId: uuidOf(event.streamId),
        month: monthOf(receivedAt),
        ...customer(complainant),
        items: items.map(({ itemId, product }) => ({
          itemId,
          product: product?.code ?? UNKNOWN,
          productLabel: product?.name ?? '',
          parties: [[NOT_CLASSIFIED, 100]],
          defectCategory: NOT_CLASSIFIED,
        })),
        left: false,
      };
    },
    derive(before, after, rows) {
      if (before !== undefined && after !== undefined && countsAlike(before, after)) return;
      if (before !== undefined) count(rows, before, -1);
      if (after !== undefined) count(rows, after, 1);
    },
  };
}

const itemsSchema = z.array(
  z.object({
    itemId: z.string(),
    product: z.object({ code: z.string(), name: z.string().optional() }).optional(),
  }),
);
const RECEIVED = complaintEvents.ComplaintReceived;

function customer(company: unknown): Pick<FrequencySource, 'customer' | 'customerLabel'> {
  const { customerId, customerName } = customerOf(company);
  return { customer: customerId ?? customerName ?? UNKNOWN, customerLabel: customerName ?? '' };
}

type Classified = readonly {
  readonly itemId: string;
  readonly responsibleParty: Parameters<typeof partyKey>[0];
  readonly defectCategory?: string | undefined;
}[];

function classified(before: FrequencySource, items: Classified): FrequencySource {
  return {
    ...before,
    items: before.items.map(item => {
      const found = items.find(c => c.itemId === item.itemId);
      if (found === undefined) return item;
      const { responsibleParty, defectCategory } = found;
      return {
        ...item,
        parties: [[partyKey(responsibleParty), 100]],
        defectCategory: defectCategory ?? NOT_CLASSIFIED,
      };
    }),
  };
}

function countsAlike(a: FrequencySource, b: FrequencySource): boolean {
  return (
    a.items === b.items &&
    a.left === b.left &&
    a.month === b.month &&
    a.customer === b.customer &&
    a.customerLabel === b.customerLabel
  );
}

function count(rows: RowAccess, of: FrequencySource, sign: 1 | -1): void {
  if (of.left) return;
  for (const item of of.items) {
    for (const [party, percent] of item.parties) add(rows, of, 'responsibleParty', party, '', sign * percent);
    add(rows, of, 'defectCategory', item.defectCategory, '', sign * 100);
    add(rows, of, 'product', item.product, item.productLabel, sign * 100);
    add(rows, of, 'customer', of.customer, of.customerLabel, sign * 100);
  }
}

function add(
  rows: RowAccess,
  { month }: FrequencySource,
  dimension: FrequencyRow['dimension'],
  value: string,
  label: string,
  hundredths: number,
): void {
  rows.change(frequencyTable, keyOf(dimension, month, value, label), before => {
    const sum = (before?.hundredths ?? 0) + hundredths;
    // What is back at zero is as if it had never been there.
    return sum === 0 ? undefined : { dimension, month, value, label, hundredths: sum };
  });
}
