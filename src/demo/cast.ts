/** Who and what the demo's history is about. All of it is made up. */
export interface DemoCustomer {
  readonly name: string;
  readonly language: 'zh' | 'en';
  readonly region: 'local' | 'province' | 'mainland' | 'abroad';
  /** How much it buys, and so complains. */
  readonly weight: number;
}

export const CUSTOMERS: readonly [DemoCustomer, ...DemoCustomer[]] = [
  { name: '杭州云裳服饰有限公司', language: 'zh', region: 'province', weight: 9 },
  { name: '宁波海纳箱包有限公司', language: 'zh', region: 'province', weight: 7 },
  { name: '本地恒信制衣厂', language: 'zh', region: 'local', weight: 6 },
  { name: '广州粤锦牛仔服装有限公司', language: 'zh', region: 'mainland', weight: 6 },
  { name: '青岛北岸户外用品有限公司', language: 'zh', region: 'mainland', weight: 5 },
  { name: '福建晋丰鞋业有限公司', language: 'zh', region: 'mainland', weight: 4 },
  { name: '本地锦绣童装厂', language: 'zh', region: 'local', weight: 4 },
  { name: '苏州丝语内衣有限公司', language: 'zh', region: 'province', weight: 3 },
  { name: 'Nordhavn Outdoor A/S', language: 'en', region: 'abroad', weight: 4 },
  { name: 'Brightwater Bags Ltd', language: 'en', region: 'abroad', weight: 3 },
  { name: 'Dhaka Denim Mills', language: 'en', region: 'abroad', weight: 3 },
  { name: 'Saigon Garment Works', language: 'en', region: 'abroad', weight: 2 },
];

export interface DemoProduct {
  readonly code: string;
  readonly name: string;
}
export const PRODUCTS: readonly [DemoProduct, ...DemoProduct[]] = [
  { code: 'N5-CE', name: '5号尼龙拉链 闭尾 No. 5 nylon, closed end' },
  { code: 'N3-CE', name: '3号尼龙拉链 闭尾 No. 3 nylon, closed end' },
  { code: 'N8-OE', name: '8号尼龙拉链 开尾 No. 8 nylon, open end' },
  { code: 'M5-YG', name: '5号金属拉链 黄铜 No. 5 metal, brass' },
  { code: 'M4-JN', name: '4号牛仔金属拉链 No. 4 metal for jeans' },
  { code: 'P5-OE', name: '5号注塑拉链 开尾 No. 5 moulded, open end' },
  { code: 'W5-WP', name: '5号防水拉链 No. 5 water-resistant' },
  { code: 'I3-CE', name: '3号隐形拉链 No. 3 concealed' },
];

export interface DemoDefect {
  /** A code of the house's defect categories. */
  readonly category: string;
  readonly zh: string;
  readonly en: string;
  /** Whom it mostly turns out to be. */
  readonly department: string;
  readonly severity: 'minor' | 'major' | 'critical';
  readonly weight: number;
  readonly cause: string;
}
export const DEFECTS: readonly [DemoDefect, ...DemoDefect[]] = [
  defect(
    'colourDeviation',
    '色差',
    'colour off against the approved sample',
    'dyeing',
    'major',
    9,
    '染料批次更换后未重新对色',
  ),
  defect('sliderJams', '拉头拉合不顺', 'slider runs roughly', 'assembly', 'minor', 7, '拉头内腔毛刺未清'),
  defect('teethMissing', '掉齿', 'teeth missing', 'moulding', 'major', 6, '注塑压力偏低'),
  defect(
    'chainSplits',
    '爆牙',
    'chain splits open after the slider',
    'assembly',
    'critical',
    4,
    '拉头口宽超差',
  ),
  defect('plating', '电镀层脱落', 'plating peels', 'plating', 'major', 5, '镀前清洗时间不足'),
  defect('pullerDetaches', '拉片脱落', 'puller comes off', 'assembly', 'major', 4, '压合模具磨损'),
  defect('wrongLength', '长度偏差', 'length out of tolerance', 'cutting', 'minor', 5, '裁切定位松动'),
  defect('colourFastness', '色牢度不合格', 'colour fastness fails', 'dyeing', 'major', 3, '固色工序温度不足'),
  defect(
    'metalContamination',
    '过检针不合格',
    'fails needle detection',
    'plating',
    'critical',
    2,
    '混入含铁拉头',
  ),
  defect(
    'waterproofing',
    '防水性能不合格',
    'water resistance fails',
    'coating',
    'major',
    2,
    '复合膜张力不匀',
  ),
  defect('pinAndBoxDefect', '插管方块松脱', 'pin and box loose', 'assembly', 'major', 3, '打扣压力漂移'),
];

function defect(
  category: string,
  zh: string,
  en: string,
  department: string,
  severity: DemoDefect['severity'],
  weight: number,
  cause: string,
): DemoDefect {
  return { category, zh, en, department, severity, weight, cause };
}

/** How an agent answers: in working hours from the receipt. */
export interface DemoAgent {
  readonly key: string;
  readonly repliesWithinHours: readonly [number, number];
  readonly decidesWithinDays: readonly [number, number];
}
export const AGENTS: readonly [DemoAgent, ...DemoAgent[]] = [
  { key: 'chen', repliesWithinHours: [0.3, 3], decidesWithinDays: [1, 3.5] },
  { key: 'lin', repliesWithinHours: [1, 7], decidesWithinDays: [2, 4.8] },
  { key: 'wu', repliesWithinHours: [5, 22], decidesWithinDays: [3, 8] },
];
