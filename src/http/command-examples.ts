import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';

type Examples = Readonly<Record<string, unknown>>;

/** Dates in an example grow old, and would be refused: they are laid around the day on which it is shown. */
interface Day {
  /** With an offset, as the interface takes it. */
  readonly now: string;
  readonly inThreeWeeks: string;
  readonly nextDay: string;
  readonly monthFrom: string;
  readonly monthTo: string;
}

/** Bodies for the reference, by lifecycle and opening command; a test sends each of them. */
const examplesOn = (day: Day): Readonly<Record<string, Readonly<Record<string, Examples>>>> => ({
  complaint: {
    receive: {
      minimal: {
        kind: 'product',
        complainant: { name: 'Nanyang Garments' },
        channel: 'phone',
        siteRegion: 'province',
        description: 'The slider comes off after a few pulls.',
      },
      full: {
        kind: 'product',
        complainant: { name: '南洋制衣有限公司' },
        buyingCustomer: { name: 'Nordic Outdoor AB' },
        contact: {
          name: '陈晓明',
          phone: '+86 138 0000 0000',
          email: 'chen@example.com',
          position: 'quality',
        },
        channel: 'wechat',
        siteRegion: 'province',
        items: [
          {
            product: { code: '5VS-CFC', name: '5号树脂拉链' },
            bulkOrder: 'D2026-0815',
            batch: 'B-0312',
            delivered: { value: 12000, unit: 'piece' },
            inspected: { value: 500, unit: 'piece' },
            defective: { value: 37, unit: 'piece' },
            whereFound: 'production',
          },
        ],
        description: '拉头在水洗后脱落，客户要求补货。',
        remedySought: ['replacement'],
        priority: 'urgent',
      },
    },
  },
  'after-sales-request': {
    report: {
      minimal: {
        customer: { name: 'Bao Bags' },
        channel: 'phone',
        siteRegion: 'province',
        fault: 'The attaching machine jams at every tenth stop.',
      },
      full: {
        customer: { name: '包包箱包有限公司' },
        contact: { name: '林师傅', phone: '+86 139 0000 0000', position: 'production' },
        channel: 'wechat',
        siteRegion: 'mainland',
        site: '三号车间',
        product: { code: 'AM-2' },
        order: 'D2026-0901',
        defectCategory: 'other',
        fault: '装配机每十个上止卡一次。',
      },
    },
  },
  'technical-liaison': {
    recordResponse: {
      minimal: {
        customer: { name: 'Nanyang Garments' },
        kind: 'requirement',
        contactPosition: 'technical',
        channel: 'email',
        text: 'We need a slider that stays on after forty washes.',
        receivedAt: day.now,
      },
      full: {
        customer: { name: '南洋制衣有限公司' },
        contact: { name: '陈晓明', email: 'chen@example.com', position: 'technical' },
        kind: 'suggestion',
        contactPosition: 'technical',
        channel: 'wechat',
        text: '希望5号树脂拉链的下止改成双针，水洗后更牢。',
        receivedAt: day.now,
      },
    },
    sendForm: {
      byEmail: {
        customer: { name: 'Nanyang Garments' },
        channel: 'email',
        form: 'Technical service needs, half-yearly',
      },
      byFax: { customer: { name: '包包箱包有限公司' }, channel: 'fax', faxRecord: 'FAX-0317' },
    },
  },
  'liaison-round': {
    scheduleRound: {
      twoCustomers: {
        name: 'Half-yearly round',
        period: { from: day.monthFrom, to: day.monthTo },
        filter: { grades: ['A', 'B'], description: 'bought resin zippers' },
        customers: [
          { customer: { name: 'Nanyang Garments' }, channel: 'email' },
          { customer: { name: '包包箱包有限公司' }, channel: 'fax' },
        ],
        form: 'Technical service needs, half-yearly',
      },
    },
  },
  'sample-request': {
    open: {
      minimal: {
        need: 'sample',
        description: 'Twenty zippers, 5VS, gun-metal slider.',
        customer: { name: 'Nanyang Garments' },
      },
      full: {
        need: 'mouldAndSample',
        description: '客户自有商标拉头，需开模后送样。',
        customer: { name: '南洋制衣有限公司' },
        contact: { name: '陈晓明', email: 'chen@example.com', position: 'purchasing' },
        product: { code: '5VS-CFC' },
        quantity: { value: 20, unit: 'piece' },
      },
    },
  },
  'difficult-problem': {
    raise: {
      fromProduction: {
        foundIn: 'production',
        description: 'Plated sliders turn dull within a week, in one workshop only.',
        product: { code: '5VS-CFC' },
        defectCategory: 'plating',
      },
    },
  },
  'factory-visit': {
    apply: {
      minimal: {
        purpose: 'tour',
        customer: { name: 'Nanyang Garments' },
        channel: 'email',
        visitors: { contactIds: [], headcount: 3 },
      },
      full: {
        purpose: 'audit',
        customer: { name: '南洋制衣有限公司' },
        visitingOrganisation: { name: 'Nordic Outdoor AB' },
        contact: { name: 'Ingrid Lund', email: 'lund@example.com', position: 'quality' },
        contactPosition: 'quality',
        channel: 'email',
        visitors: { contactIds: [], headcount: 4 },
        itinerary: '上午到，先看电镀车间，第二天看检验。',
        requirements: 'An English-speaking escort.',
        wishedFrom: day.inThreeWeeks,
        wishedTo: day.nextDay,
      },
    },
  },
});

/** @param now UTC epoch milliseconds */
export function openingExamples(lifecycle: AnyLifecycle, type: string, now: number): Examples {
  const instant = Temporal.Instant.fromEpochMilliseconds(now).round({
    smallestUnit: 'second',
    roundingMode: 'floor',
  });
  const date = instant.toZonedDateTimeISO('UTC').toPlainDate();
  const day: Day = {
    now: instant.toString(),
    inThreeWeeks: date.add({ weeks: 3 }).toString(),
    nextDay: date.add({ weeks: 3, days: 1 }).toString(),
    monthFrom: date.with({ day: 1 }).toString(),
    monthTo: date.with({ day: date.daysInMonth }).toString(),
  };
  return examplesOn(day)[lifecycle.name]?.[type] ?? {};
}
