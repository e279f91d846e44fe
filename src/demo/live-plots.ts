import type { Role } from '../../domain/case/actor.ts';
import type { WorkingCalendar } from '../../domain/time/calendar.ts';
import { CUSTOMERS, DEFECTS, PRODUCTS } from './cast.ts';
import type { Chance } from './random.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Something that somebody does while the demo runs; the first act of a case opens it. */
export interface Act {
  readonly at: number;
  /** Which case of the demo's own. */
  readonly case: number;
  readonly lifecycle: string;
  readonly by: Role;
  readonly command: string;
  readonly data: object;
}

/**
 * One day of the company: what comes in, and what becomes of it in the weeks or months after. Some answer early, some
 * late and some never. The same chance tells the same day.
 * @param firstCase number of the day's first case
 */
export function actsOfDay(
  dayAt: number,
  calendar: WorkingCalendar,
  chance: Chance,
  firstCase: number,
): readonly Act[] {
  const isWorked = calendar.isWorkingDay(calendar.localDate(dayAt));
  const count = isWorked ? chance.whole(2, 6) : chance.whole(0, 1);
  return Array.from({ length: count }, (_, index) => {
    const at = Math.floor(dayAt + chance.between(isWorked ? 8 : 0, isWorked ? 18 : 24) * HOUR_MS);
    const told = new Life(at, firstCase + index, calendar, chance);
    chance.weighed([
      [6, complaint],
      [3, afterSales],
      [2, liaison],
      [1, visit],
    ] as const)(told, chance);
    return told.acts;
  }).flat();
}

/** The acts of one case, each some working hours after the one before; what happens less often may never happen. */
class Life {
  readonly acts: Act[] = [];
  at: number;
  readonly #case: number;
  readonly #calendar: WorkingCalendar;
  readonly #chance: Chance;

  constructor(at: number, number: number, calendar: WorkingCalendar, chance: Chance) {
    this.at = at;
    this.#case = number;
    this.#calendar = calendar;
    this.#chance = chance;
  }

  after(workingHours: number): this {
    const ms = Math.floor(this.#chance.between(0.1, workingHours) * HOUR_MS);
    this.at = this.#calendar.addWorkingMs(this.at, ms);
    return this;
  }

  act(lifecycle: string, by: Role, command: string, data: object): this {
    this.acts.push({ at: this.at, case: this.#case, lifecycle, by, command, data });
    return this;
  }
}

const complaint = (told: Life, chance: Chance): void => {
  const customer = chance.pick(CUSTOMERS);
  const product = chance.pick(PRODUCTS);
  const defect = chance.pick(DEFECTS);
  const act = (by: Role, command: string, data: object) => told.act('complaint', by, command, data);
  act('agent', 'receive', {
    kind: 'product',
    complainant: { name: customer.name },
    channel: 'email',
    siteRegion: customer.region,
    items: [{ product: { code: product.code, name: product.name } }],
    description: `${defect.zh} ${defect.en}`,
  });
  told.after(3);
  act('agent', 'acknowledge', { channel: 'email', automatic: false });
  if (chance.happens(0.1)) act('lead', 'markUrgent', { reason: '产线停线 The line stands still' });
  if (chance.happens(0.12)) return;
  told.after(14);
  act('agent', 'sendPreliminaryReply', {
    channel: 'phone',
    understood: defect.zh,
    nextStep: '质检 Inspection',
    nextNewsAt: told.at + 2 * DAY_MS,
  });
  if (chance.happens(0.25)) {
    told.after(6);
    act('qa', 'pauseClock', { reason: 'awaitingThirdParty' });
    if (chance.happens(0.8)) {
      told.after(30);
      act('qa', 'resumeClock', {});
    }
  }
  if (chance.happens(0.08)) return;
  told.after(36);
  act('qa', 'communicateDecision', {
    channel: 'email',
    items: [{ outcome: 'accepted', cause: defect.zh }],
    appeal: '七日内可提出异议 Tell us within seven days',
  });
  told.after(45);
  if (chance.happens(0.9)) act('agent', 'close', { satisfaction: 'notGiven' });
};

const afterSales = (told: Life, chance: Chance): void => {
  const customer = chance.pick(CUSTOMERS);
  const act = (by: Role, command: string, data: object) => told.act('after-sales-request', by, command, data);
  act('agent', 'report', {
    customer: { name: customer.name },
    channel: 'phone',
    siteRegion: customer.region,
    fault: '装拉头机卡住 The slider mounting machine jams',
  });
  told.after(8);
  if (chance.happens(0.9)) act('agent', 'answer', { channel: 'phone', text: '请发照片 Photos, please' });
  if (chance.happens(0.12)) return;
  told.after(14);
  act('technician', 'resolveRemotely', { channel: 'phone', work: '复位 Reset' });
  if (!chance.happens(0.15)) return;
  told.after(6);
  act('agent', 'dispute', { reason: '又卡住了 It jams again' });
  told.after(12);
  act('technician', 'resolveRemotely', { channel: 'phone', work: '更换弹簧 New spring' });
};

const liaison = (told: Life, chance: Chance): void => {
  const act = (command: string, data: object) =>
    told.act('technical-liaison', 'technicalService', command, data);
  act('recordResponse', {
    customer: { name: chance.pick(CUSTOMERS).name },
    kind: 'requirement',
    contactPosition: 'technical',
    channel: 'email',
    text: '需要可水洗的拉链 A washable zipper is wanted',
    receivedAt: told.at,
  });
  told.after(10);
  if (chance.happens(0.85)) act('replyPreliminarily', { channel: 'email', text: '已收到 Received' });
};

/** Held some days later; marketing follows it up at one, three and six months, if it does. */
const visit = (told: Life, chance: Chance): void => {
  const act = (by: Role, command: string, data: object) => told.act('factory-visit', by, command, data);
  const from = dateAfter(told.at, chance.whole(6, 15));
  const name = chance.pick(CUSTOMERS).name;
  act('marketing', 'apply', {
    purpose: 'audit',
    customer: { name },
    visitingOrganisation: { name },
    channel: 'email',
    visitors: { contactIds: [], headcount: chance.whole(2, 6) },
    wishedFrom: from,
    wishedTo: from,
  });
  told.after(4);
  act('agent', 'assess', {
    grade: 'A',
    services: ['reception', 'plantTour'],
    plannedFrom: from,
    plannedTo: from,
  });
  told.after(8);
  act('marketingDirector', 'approve', {});
  told.after(6);
  act('agent', 'assignHosts', { counterparts: [], escorts: [] });
  told.at = Math.max(told.at, Date.parse(`${from}T17:00:00+08:00`));
  act('technicalService', 'complete', { heldFrom: from, heldTo: from });
  const heldAt = told.at;
  for (const wave of [1, 3, 6]) {
    told.at = heldAt + wave * 31 * DAY_MS + chance.whole(0, 12) * DAY_MS;
    if (chance.happens(0.75)) act('marketing', 'recordFollowUp', { wave, evaluation: '满意 Content' });
  }
};

function dateAfter(at: number, days: number): string {
  return new Date(at + 8 * HOUR_MS + days * DAY_MS).toISOString().slice(0, 10);
}
