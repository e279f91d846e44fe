import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';

type Examples = Readonly<Record<string, unknown>>;

/** Bodies for the reference, by lifecycle and opening command; a test sends each of them. */
const EXAMPLES: Readonly<Record<string, Readonly<Record<string, Examples>>>> = {
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
};

export function openingExamples(lifecycle: AnyLifecycle, type: string): Examples {
  return EXAMPLES[lifecycle.name]?.[type] ?? {};
}
