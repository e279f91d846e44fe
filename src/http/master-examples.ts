import type { MasterCategory } from '../directory/master-data.ts';

/** Bodies for the reference that take a record up; a test sends each of them. */
export const MASTER_EXAMPLES: Readonly<Partial<Record<MasterCategory, Readonly<Record<string, unknown>>>>> = {
  customer: {
    minimal: { code: 'C-0001', name: 'Nanyang Garments' },
    full: {
      code: 'C-0815',
      name: '南洋制衣有限公司',
      otherNames: ['Nanyang Garments', 'NY'],
      region: 'province',
      grade: 'A',
    },
  },
  product: {
    full: { code: '5VS-CFC', name: '5号树脂拉链', otherNames: ['No. 5 plastic zipper'], line: '树脂' },
  },
  supplier: { full: { code: 'S-0042', name: '华东染料', otherNames: ['East Dyes'], supplies: '染料' } },
  department: { full: { code: '质管部', name: '质管部', otherNames: ['Quality management', 'QA'] } },
};
