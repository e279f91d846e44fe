import type { DefectCategory } from '../log/house-events.ts';

type Kind = DefectCategory['kinds'][number];

/** What zippers and their delivery are complained about for (质量点): version 1, written at first start. */
export const DEFAULT_DEFECT_CATEGORIES: readonly DefectCategory[] = [
  // Slider
  product('sliderDetaches', '拉头脱落', 'Slider comes off'),
  product('sliderJams', '拉头卡滞、拉合不顺', 'Slider jams or runs roughly'),
  product('sliderLock', '拉头自锁失效', 'Slider does not lock'),
  product('sliderCracked', '拉头开裂、变形', 'Slider cracked or deformed'),
  product('pullerDetaches', '拉片脱落', 'Puller comes off'),
  product('pullerDefect', '拉片断裂、变形、装反', 'Puller broken, deformed or mounted wrong'),
  // Elements
  product('teethMissing', '掉齿、缺齿', 'Teeth missing or fallen out'),
  product('teethBroken', '断齿、烂齿', 'Teeth broken'),
  product('teethMisaligned', '错齿、歪齿', 'Teeth misaligned'),
  product('chainSplits', '爆牙、拉合后自行裂开', 'Chain splits open'),
  product('stopsDefect', '上下止脱落、松动', 'Top or bottom stop loose or missing'),
  product('pinAndBoxDefect', '插管、方块松脱', 'Pin or box loose or broken'),
  // Strength and safety
  product('strength', '强力不足', 'Strength below standard'),
  product('fatigue', '拉合次数（耐用性）不足', 'Durability below standard'),
  product('metalContamination', '过检针不合格、含断针金属', 'Fails needle detection, metal contamination'),
  product('sharpEdges', '毛刺、锐边', 'Burrs or sharp edges'),
  product('bannedSubstances', '有害物质超标', 'Restricted substances above the limit'),
  // Colour and surface
  product('colourDeviation', '色差', 'Colour deviates from the sample'),
  product('colourUnevenness', '色花、染色不匀', 'Dyed unevenly'),
  product('colourFastness', '色牢度不合格', 'Colour fastness fails'),
  product('staining', '沾色、移染', 'Stains the fabric'),
  product('plating', '电镀不良、脱镀', 'Plating poor or peeling'),
  product('corrosion', '氧化、生锈、变色', 'Corrosion or tarnish'),
  product('coating', '烤漆、喷漆脱落', 'Paint peeling'),
  product('printing', '印花、标识不良', 'Print or logo poor'),
  // Tape and measures
  product('tapeDefect', '布带破损、跳纱、污渍', 'Tape torn, skipped yarn or dirty'),
  product('tapeWaviness', '布带波浪、不平直', 'Tape wavy'),
  product('shrinkage', '缩水率超标', 'Shrinkage above the limit'),
  product('tapeWidth', '布带宽度偏差', 'Tape width out of tolerance'),
  product('wrongLength', '长度偏差', 'Length out of tolerance'),
  product('sewingDefect', '缝合、超声、打孔不良', 'Sewing, welding or punching poor'),
  product('waterproofing', '防水性能不合格', 'Water resistance fails'),
  product('wrongProduct', '规格型号错误', 'Wrong size, type or model', ['product', 'orderOrDocument']),
  product('handFeel', '手感不良', 'Hand feel poor'),
  product('odour', '异味', 'Odour'),
  product('mixedGoods', '混货、混色', 'Goods or colours mixed'),
  // Delivery
  entry('quantityShort', '短装', 'Quantity short', ['delivery', 'orderOrDocument']),
  entry('quantityOver', '超装', 'Quantity over', ['delivery', 'orderOrDocument']),
  entry('packaging', '包装不良、破损', 'Packaging poor or damaged', ['delivery', 'product']),
  entry('labelling', '唛头、标签错误', 'Shipping mark or label wrong', ['delivery', 'orderOrDocument']),
  entry('lateDelivery', '交期延误', 'Late delivery', ['delivery']),
  entry('wrongDestination', '发错货、送错地址', 'Delivered to the wrong place', ['delivery']),
  entry('transportDamage', '运输损坏、受潮', 'Damaged or wet in transport', ['delivery']),
  // Orders, documents, service
  entry('orderEntry', '下单录入错误', 'Order entered wrongly', ['orderOrDocument']),
  entry('documents', '单证、发票、检测报告错误', 'Documents, invoice or test report wrong', [
    'orderOrDocument',
  ]),
  entry('price', '价格、结算差异', 'Price or settlement differs', ['orderOrDocument']),
  entry('sampleMismatch', '大货与样品不符', 'Bulk goods differ from the approved sample', [
    'product',
    'orderOrDocument',
  ]),
  entry('slowReply', '答复不及时', 'Slow to reply', ['service']),
  entry('attitude', '服务态度', 'Attitude', ['service']),
  entry('technicalSupport', '技术支持不到位', 'Technical support insufficient', ['service']),
  entry('other', '其他', 'Other', ['product', 'delivery', 'service', 'orderOrDocument']),
];

function product(code: string, zh: string, en: string, kinds: readonly Kind[] = ['product']): DefectCategory {
  return entry(code, zh, en, kinds);
}

function entry(code: string, zh: string, en: string, kinds: readonly Kind[]): DefectCategory {
  return { code, labels: { zh, en }, kinds: [...kinds] };
}
