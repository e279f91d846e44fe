import { complaintEvents } from '../domain/complaint/events.ts';
import { uuidOf } from '../domain/log/envelope.ts';
import { customerOf } from './case-opening.ts';
import { addTo } from './counter.ts';
import { monthsIn } from './local-month.ts';
import { type Projection, projectBy, type RowAccess } from './projection.ts';
import { NOT_CLASSIFIED, type PartyShares, partyKey, sharesOf } from './responsible-party.ts';
import { defineTable } from './table.ts';

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
  readonly dimension: FrequencyDimension;
  readonly month: string;
  readonly value: string;
  /** Items of complaints in hundredths: a ruling shares one item between parties in per cent. */
  readonly hundredths: number;
  /** The name to show beside an id, as the log had it last. */
  readonly label: string | null;
}

export const frequencyTable = defineTable<FrequencyRow>({
  name: 'complaintFrequencies',
  columns: { dimension: 'text', month: 'text', value: 'text', hundredths: 'integer', label: 'text' },
  key: ['dimension', 'month', 'value'],
  indexes: [],
});

interface CountedItem {
  readonly itemId: string;
  readonly product: string;
  readonly productLabel: string | null;
  readonly parties: PartyShares;
  readonly defectCategory: string;
}

/** What a complaint adds to the frequencies; no list goes by it. */
export interface FrequencyCaseRow {
  readonly caseId: string;
  readonly month: string;
  readonly customer: string;
  readonly customerLabel: string | null;
  readonly items: readonly CountedItem[];
  /** Voided, or merged into another complaint, which is counted instead. */
  readonly left: boolean;
}

export const frequencyCaseTable = defineTable<FrequencyCaseRow>({
  name: 'frequencyCases',
  columns: {
    caseId: 'text',
    month: 'text',
    customer: 'text',
    customerLabel: 'text',
    items: 'json',
    left: 'boolean',
  },
  key: ['caseId'],
  indexes: [],
});

/** What a product or customer is called that the complaint didn't name. */
export const UNKNOWN = 'unknown';

/** How often which party, defect category, product and customer, for the Pareto of the quality department. */
export function complaintFrequencies(timeZone: string): Projection {
  const monthOf = monthsIn(timeZone);

  function change(
    rows: RowAccess,
    streamId: string,
    to: (before: FrequencyCaseRow) => FrequencyCaseRow,
  ): void {
    const before = rows.get(frequencyCaseTable, uuidOf(streamId));
    if (before === undefined) return;
    const after = to(before);
    rows.put(frequencyCaseTable, after);
    count(rows, before, -1);
    count(rows, after, 1);
  }

  type Classified = readonly {
    readonly itemId: string;
    readonly responsibleParty: Parameters<typeof partyKey>[0];
    readonly defectCategory?: string | undefined;
  }[];
  function classify(rows: RowAccess, streamId: string, classified: Classified): void {
    change(rows, streamId, before => ({
      ...before,
      items: before.items.map(item => {
        const found = classified.find(c => c.itemId === item.itemId);
        if (found === undefined) return item;
        const { responsibleParty, defectCategory } = found;
        return {
          ...item,
          parties: [[partyKey(responsibleParty), 100]],
          defectCategory: defectCategory ?? NOT_CLASSIFIED,
        };
      }),
    }));
  }

  const leave = ({ streamId }: { readonly streamId: string }, rows: RowAccess): void =>
    change(rows, streamId, before => ({ ...before, left: true }));

  return {
    name: 'complaintFrequencies',
    version: 1,
    tables: [frequencyTable, frequencyCaseTable],
    project: projectBy(complaintEvents, {
      ComplaintReceived({ streamId, data }, rows) {
        const { customerId, customerName } = customerOf(data.complainant);
        const row: FrequencyCaseRow = {
          caseId: uuidOf(streamId),
          month: monthOf(data.receivedAt),
          customer: customerId ?? customerName ?? UNKNOWN,
          customerLabel: customerName,
          items: data.items.map(({ itemId, product }) => ({
            itemId,
            product: product?.code ?? UNKNOWN,
            productLabel: product?.name ?? null,
            parties: [[NOT_CLASSIFIED, 100]],
            defectCategory: NOT_CLASSIFIED,
          })),
          left: false,
        };
        rows.add(frequencyCaseTable, row);
        count(rows, row, 1);
      },
      ComplaintClassified: ({ streamId, data }, rows) => classify(rows, streamId, data.items),
      ComplaintReclassified: ({ streamId, data }, rows) => classify(rows, streamId, data.items),
      ComplaintResponsibilityRuled: ({ streamId, data: { itemId, shares } }, rows) =>
        change(rows, streamId, before => ({
          ...before,
          items: before.items.map(item =>
            item.itemId === itemId ? { ...item, parties: sharesOf(shares) } : item,
          ),
        })),
      DetailsCorrected({ streamId, data: { field, to } }, rows) {
        if (field === 'receivedAt' && typeof to === 'number') {
          change(rows, streamId, before => ({ ...before, month: monthOf(to) }));
        } else if (field === 'complainant') {
          const { customerId, customerName } = customerOf(to);
          change(rows, streamId, before => ({
            ...before,
            customer: customerId ?? customerName ?? UNKNOWN,
            customerLabel: customerName,
          }));
        }
      },
      CaseVoided: leave,
      CaseMergedInto: leave,
      CaseUnmerged: ({ streamId }, rows) => change(rows, streamId, before => ({ ...before, left: false })),
    }),
  };
}

function count(rows: RowAccess, of: FrequencyCaseRow, sign: 1 | -1): void {
  if (of.left) return;
  for (const item of of.items) {
    for (const [party, percent] of item.parties)
      add(rows, of, 'responsibleParty', party, null, sign * percent);
    add(rows, of, 'defectCategory', item.defectCategory, null, sign * 100);
    add(rows, of, 'product', item.product, item.productLabel, sign * 100);
    add(rows, of, 'customer', of.customer, of.customerLabel, sign * 100);
    add(rows, of, 'month', of.month, null, sign * 100);
  }
}

function add(
  rows: RowAccess,
  of: FrequencyCaseRow,
  dimension: FrequencyDimension,
  value: string,
  label: string | null,
  hundredths: number,
): void {
  const zero = { dimension, month: of.month, value, hundredths: 0, label };
  addTo(rows, frequencyTable, zero, ['hundredths'], before => ({
    ...before,
    hundredths: before.hundredths + hundredths,
    label: hundredths > 0 ? (label ?? before.label) : before.label,
  }));
}
