import type { DemoAgent, DemoCustomer, DemoDefect, DemoProduct } from './cast.ts';
import type { Chance } from './random.ts';
import type { Story } from './story.ts';

/** What a complaint is about, and who looks after it. */
export interface DemoCase {
  readonly customer: DemoCustomer;
  readonly product: DemoProduct;
  readonly defect: DemoDefect;
  readonly agent: DemoAgent;
  readonly order: string;
  readonly pieces: number;
  readonly defective: number;
}

export type Plot = (story: Story, about: DemoCase, chance: Chance) => void;

const LEAD = 'zhao';
const QA = ['sun', 'zhou'] as const;
const QA_HEAD = 'he';
const PORTAL = 'portal';

/** The usual way, from the portal to the credit note. */
export const settled: Plot = (story, about, chance) => {
  begin(story, about, chance);
  investigate(story, about, chance);
  decide(story, about, chance);
  finish(story, about, chance);
};

/** Nobody ever answers. */
export const forgotten: Plot = (story, about, chance) => {
  receive(story, about, chance);
  if (chance.happens(0.4))
    story.work(chance.between(2, 20)).tell('classified', about.agent.key, classification(about));
};

/** Sewing lines stand still: a lead makes it urgent and quality management goes there. */
export const urgent: Plot = (story, about, chance) => {
  const { key } = about.agent;
  const qa = chance.pick(QA);
  receive(story, about, chance);
  story.work(0.3).tell('taken', key, { who: key });
  story.tell('urgency asked for', key, { reason: '客户产线停线 The customer’s sewing line stands still' });
  story.work(chance.between(0.1, 0.8)).tell('urgency confirmed', LEAD);
  story.work(chance.between(0.2, 2)).tell('first reply', key, reply(about));
  story.tell('contained', qa, {
    measures: [{ kind: 'shipmentsStopped', reference: about.order }],
    note: '停发同批次 Shipments of the batch are stopped',
  });
  story
    .work(0.5)
    .tell('visit decided', qa, { who: qa, purpose: '到现场确认批次 Identify the batch on site' });
  story.work(chance.between(3, 10)).tell('arrived', qa);
  story.work(2).tell('findings', qa, findings(about, true));
  story.work(chance.between(0.5, 3)).tell('classified', qa, classification(about));
  story.work(0.5).tell('decision', key, decision(about));
  finish(story, about, chance);
};

/** The customer does not agree; somebody uninvolved reviews, and the decision is changed or upheld. */
export const contested: Plot = (story, about, chance) => {
  const { key } = about.agent;
  begin(story, about, chance);
  investigate(story, about, chance);
  const { en, zh } = about.defect;
  story.workDays(1).tell('decision', key, {
    channel: 'email',
    items: [{ outcome: 'notAccepted', cause: `使用方式所致 ${zh}: caused by how it was sewn in (${en})` }],
    appeal: APPEAL,
  });
  story
    .pass(chance.between(5, 40))
    .tell('contested', key, { grounds: '客户不同意，附第三方检测 A test report of a third party' });
  const changed = chance.happens(0.6);
  story.work(chance.between(4, 14)).tell('reviewed', QA_HEAD, {
    outcome: changed ? 'changed' : 'upheld',
    reasons: changed ? '检测报告成立 The test report holds' : '样品与大货不符 The sample is not of the batch',
  });
  if (!changed) {
    story
      .workDays(1)
      .tell('closed without agreement', LEAD, { note: '客户保留意见 The customer does not agree' });
    return;
  }
  story.work(chance.between(1, 5)).tell('decision', key, decision(about));
  finish(story, about, chance);
};

/** It comes back after it was closed. */
export const reopened: Plot = (story, about, chance) => {
  const { key } = about.agent;
  settled(story, about, chance);
  story
    .pass(chance.between(30, 200))
    .tell('reopened', key, { reason: '补货仍有同样问题 The replacement has it too' });
  story.work(chance.between(1, 9)).tell('first reply', key, reply(about));
  story.workDays(chance.between(1, 4)).tell('decision', key, decision(about));
  finish(story, about, chance);
};

/** The customer is asked for photos, and answers late. */
export const waiting: Plot = (story, about, chance) => {
  const { key } = about.agent;
  begin(story, about, chance);
  story.work(1).tell('waits for the customer', key);
  story.pass(chance.between(20, 90)).tell('customer wrote', key, {
    channel: 'wechat',
    text: '照片已发，请尽快处理 Photos attached',
    chase: chance.happens(0.3),
  });
  investigate(story, about, chance);
  decide(story, about, chance);
  finish(story, about, chance);
};

/** The customer is asked, reminded, and never answers: time closes it. */
export const silent: Plot = (story, about, chance) => {
  begin(story, about, chance);
  story.work(1).tell('waits for the customer', about.agent.key);
};

/** A sample is sent, tested and returned. */
export const sampled: Plot = (story, about, chance) => {
  const qa = chance.pick(QA);
  const courierNumber = `SF${chance.whole(1_000_000_000, 9_999_999_999)}`;
  begin(story, about, chance);
  story.work(1).tell('sample asked for', about.agent.key, {
    request: '请寄不良品10条 Please send ten defective pieces',
    quantity: { value: 10, unit: 'piece' },
  });
  story
    .pass(chance.between(12, 40))
    .tell('sample', about.agent.key, { step: 'sent', holder: 'courier', courierNumber });
  story.pass(chance.between(20, 50)).work(0.1).tell('sample', qa, { step: 'received', holder: 'qa' });
  story.work(chance.between(2, 10)).tell('sample', qa, {
    step: 'tested',
    holder: 'laboratory',
    result: `${about.defect.zh}复现 The defect shows again`,
  });
  story.work(1).tell('findings', qa, findings(about, false));
  story.tell('classified anew', qa, { ...classification(about), reason: '检测后定责 After the test' });
  decide(story, about, chance);
  finish(story, about, chance);
};

/** The department named does not agree; the head of quality management rules. */
export const disputed: Plot = (story, about, chance) => {
  begin(story, { ...about, defect: { ...about.defect, department: 'dyeing' } }, chance);
  story
    .work(chance.between(2, 12))
    .tell('responsibility disputed', 'li', { grounds: '来料坯布色差 The greige tape was off' });
  story.work(chance.between(4, 12)).tell('ruled', QA_HEAD, {
    shares: [
      { party: { kind: 'department', code: 'dyeing' }, percent: 70 },
      { party: { kind: 'supplier', code: 'S-017', name: '华盛织带' }, percent: 30 },
    ],
    reasons: '染前未检坯布 The tape was not inspected before dyeing',
  });
  decide(story, about, chance);
  finish(story, about, chance);
};

/** Marketing judges from photos whether quality management must travel. */
export const judged: Plot = (story, about, chance) => {
  const { key } = about.agent;
  begin(story, about, chance);
  story
    .work(1)
    .tell('judgement asked for', key, { question: '是否需要质管到场 Must quality management go there?' });
  story.work(chance.between(2, 9)).tell('judged', 'wang', {
    mustGoOnSite: false,
    basis: ['photos', 'samples'],
    reasons: '照片清晰，无需到场 The photos are clear',
  });
  investigate(story, about, chance);
  decide(story, about, chance);
  finish(story, about, chance);
};

/** A remedy above an agent's authority: the lead approves it first. */
export const expensive: Plot = (story, about, chance) => {
  begin(story, about, chance);
  investigate(story, about, chance);
  story.workDays(1).tell('remedy offered', about.agent.key, {
    kind: 'credit',
    amount: { amountMinor: chance.whole(6, 30) * 100_000, currency: 'CNY' },
  });
  story.work(chance.between(1, 8)).tell('remedy approved', LEAD);
  story.work(1).tell('decision with the remedy', about.agent.key, {
    channel: 'email',
    outcome: 'accepted',
    cause: about.defect.cause,
    appeal: APPEAL,
  });
  finish(story, about, chance);
};

export const withdrawn: Plot = (story, about, chance) => {
  begin(story, about, chance);
  story
    .pass(chance.between(5, 60))
    .tell('withdrawn', about.agent.key, { reason: '客户误报 The customer mixed up the batch' });
};

export const entered: Plot = (story, about, chance) => {
  receive(story, about, chance);
  story.work(0.2).tell('voided', LEAD, { reason: '重复测试录入 Entered as a test' });
};

/** The same again: it goes on in the complaint named. */
export function doubleOf(survivor: string): Plot {
  return (story, about, chance) => {
    receive(story, about, chance);
    story.work(chance.between(0.5, 4)).tell('merged', about.agent.key, {
      into: survivor,
      reason: '同一批次重复投诉 The same batch complained about twice',
    });
  };
}

/** Just received: nobody has looked at it yet. */
export const fresh: Plot = (story, about, chance) => receive(story, about, chance);

const APPEAL = '如有异议，请在七日内回复 Answer within seven days if you do not agree';

function receive(story: Story, about: DemoCase, chance: Chance): void {
  const { customer, product, defect, order, pieces, defective } = about;
  const byPortal = chance.happens(0.6);
  const zh = `${product.code} 订单${order}发现${defect.zh}，约${defective}条不良，请处理。`;
  const en = `Order ${order}, ${product.code}: ${defect.en}, about ${defective} pieces.`;
  story.tell('received', byPortal ? PORTAL : about.agent.key, {
    kind: 'product',
    complainant: { name: customer.name },
    channel: byPortal ? 'web' : customer.language === 'zh' ? 'wechat' : 'email',
    siteRegion: customer.region,
    items: [
      {
        product,
        bulkOrder: order,
        delivered: { value: pieces, unit: 'piece' },
        defective: { value: defective, unit: 'piece' },
        whereFound: chance.pick(['incomingInspection', 'production', 'finishedGoods']),
      },
    ],
    description: customer.language === 'zh' ? zh : en,
    remedySought: chance.pick([['replacement'], ['credit'], ['rework'], []]),
  });
  if (byPortal) story.pass(0.002).tell('acknowledged', PORTAL, { channel: 'web', automatic: true });
}

/** Received, taken, classified for now, and answered for the first time. */
function begin(story: Story, about: DemoCase, chance: Chance): void {
  const { key, repliesWithinHours } = about.agent;
  const [soonest, latest] = repliesWithinHours;
  receive(story, about, chance);
  const replyHours = chance.between(soonest, latest);
  story.work(replyHours * 0.4).tell('taken', key, { who: key });
  story.work(replyHours * 0.2).tell('classified', key, classification(about));
  story.work(replyHours * 0.4).tell('first reply', key, reply(about));
}

function investigate(story: Story, about: DemoCase, chance: Chance): void {
  const qa = chance.pick(QA);
  story.work(chance.between(2, 8)).tell('findings', qa, findings(about, false));
  story
    .work(0.5)
    .tell('classified anew', qa, { ...classification(about), reason: '质管确认 Confirmed by quality' });
}

function decide(story: Story, about: DemoCase, chance: Chance): void {
  const { key, decidesWithinDays } = about.agent;
  const [soonest, latest] = decidesWithinDays;
  story.workDays(chance.between(soonest, latest)).tell('decision', key, decision(about));
}

/** The remedy is accepted and given, and the complaint closed, mostly with a word of the customer's. */
function finish(story: Story, about: DemoCase, chance: Chance): void {
  const { key } = about.agent;
  story
    .pass(chance.between(2, 30))
    .tell('remedy accepted', key, { evidence: '客户邮件确认 Confirmed by e-mail' });
  story
    .workDays(chance.between(1, 4))
    .tell('remedy given', key, { document: `CN-${chance.whole(10_000, 99_999)}` });
  if (chance.happens(0.5)) {
    story
      .pass(chance.between(4, 40))
      .tell('customer wrote', key, { channel: 'wechat', text: '收到，谢谢 Received, thank you' });
    story.work(chance.between(0.5, 8)).tell('closed content', key, { satisfaction: chance.whole(2, 5) });
  } else {
    story.workDays(chance.between(0.5, 2)).tell('closed', key);
  }
}

function classification({ defect }: DemoCase): object {
  return {
    items: [
      {
        responsibleParty: { kind: 'department', code: defect.department },
        defectCategory: defect.category,
        severity: defect.severity,
        safety: defect.category === 'metalContamination',
      },
    ],
  };
}

function reply({ defect, order }: DemoCase): object {
  return {
    channel: 'wechat',
    understood: `订单${order}：${defect.zh} Order ${order}: ${defect.en}`,
    nextStep: '质管正在核查，明日回复 Quality management looks into it',
  };
}

function findings({ defect }: DemoCase, onSite: boolean): object {
  return { onSite, rootCause: defect.cause };
}

function decision({ defect, defective }: DemoCase): object {
  return {
    channel: 'email',
    items: [
      {
        outcome: 'accepted',
        cause: defect.cause,
        remedies: [{ kind: 'replacement', quantity: { value: defective, unit: 'piece' } }],
      },
    ],
    appeal: APPEAL,
  };
}
