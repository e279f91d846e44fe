import { compileCalendar, type WorkingCalendar } from '../../domain/time/calendar.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { AGENTS, CUSTOMERS, DEFECTS, PRODUCTS } from './cast.ts';
import {
  contested,
  type DemoCase,
  disputed,
  doubleOf,
  entered,
  expensive,
  forgotten,
  fresh,
  judged,
  type Plot,
  reopened,
  sampled,
  settled,
  silent,
  urgent,
  waiting,
  withdrawn,
} from './plots.ts';
import { type Chance, chanceFrom } from './random.ts';
import { type DemoRow, Story } from './story.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const WEEKS = 8;
/** Of its cases, at most so many are due while one watches. */
const DUE_SOON = 12;

/**
 * A zipper maker's last eight weeks, told from a seed: complaints answered early, late and never, urgent, contested,
 * reopened and merged ones, and some whose promises fall due in the minutes after `now` (epoch milliseconds). The
 * rows are in the order of their cases, not of time.
 */
export function demoHistory(options: {
  readonly seed: number;
  readonly cases: number;
  readonly now: number;
}): readonly DemoRow[] {
  const chance = chanceFrom(options.seed);
  const calendar = compileCalendar(chinaCalendar());
  const dueSoon = Math.min(DUE_SOON, Math.ceil(options.cases / 8));
  const receipts = [
    ...Array.from({ length: options.cases - dueSoon }, () => receiptIn(options.now, calendar, chance)),
    ...receiptsDueSoon(dueSoon, options.now),
  ].sort((a, b) => a - b);

  const told: { readonly story: Story; readonly about: DemoCase }[] = [];
  for (const [index, receivedAt] of receipts.entries()) {
    const story = new Story(`D-${String(index + 1).padStart(4, '0')}`, receivedAt, calendar);
    const double = chance.happens(0.04)
      ? told.findLast(({ story: s }) => isOpenAt(s, receivedAt))
      : undefined;
    const about = double === undefined ? drawCase(chance) : { ...double.about, agent: chance.pick(AGENTS) };
    const isWatched = receivedAt > options.now - 25 * HOUR_MS && receivedAt < options.now - 15 * HOUR_MS;
    const plot = isWatched ? fresh : double === undefined ? drawPlot(chance) : doubleOf(double.story.name);
    plot(story, about, chance);
    told.push({ story, about });
  }
  // What has not happened yet is left for whoever tries the demo.
  return told.flatMap(({ story }) => story.rows.filter(({ at }) => at <= options.now).map(({ row }) => row));
}

/** Mostly in working time; the portal takes complaints at night too. */
function receiptIn(now: number, calendar: WorkingCalendar, chance: Chance): number {
  const at = now - chance.between(26, WEEKS * 7 * 24) * HOUR_MS;
  const inOffice = chance.happens(0.85)
    ? calendar.addWorkingMs(calendar.nextOpening(at), chance.between(0, 4) * HOUR_MS)
    : at;
  return Math.floor(Math.min(inOffice, now - 26 * HOUR_MS) / 1000) * 1000;
}

/** First replies due one after the other, beginning two minutes from now, and warnings in between. */
function receiptsDueSoon(count: number, now: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => {
    const hoursBefore = index % 3 === 2 ? 0.8 * 24 : 24;
    const at = now - hoursBefore * HOUR_MS + (2 + index * 1.5) * MINUTE_MS;
    return Math.floor(at / 1000) * 1000;
  });
}

/** Whether a story goes on a good while after the instant, so that another can be merged into it. */
function isOpenAt(story: Story, at: number): boolean {
  return story.rows.length > 4 && story.at > at + 48 * HOUR_MS;
}

function drawCase(chance: Chance): DemoCase {
  const pieces = chance.whole(5, 200) * 100;
  return {
    customer: chance.weighed(byWeight(CUSTOMERS)),
    product: chance.pick(PRODUCTS),
    defect: chance.weighed(byWeight(DEFECTS)),
    agent: chance.pick(AGENTS),
    order: `SO-${chance.whole(240_000, 269_999)}`,
    pieces,
    defective: Math.max(1, Math.round(pieces * chance.between(0.002, 0.08))),
  };
}

function byWeight<T extends { readonly weight: number }>([first, ...others]: readonly [T, ...T[]]) {
  const weighed = (each: T) => [each.weight, each] as const;
  return [weighed(first), ...others.map(weighed)] as const;
}

function drawPlot(chance: Chance): Plot {
  return chance.weighed<Plot>([
    [40, settled],
    [12, sampled],
    [8, waiting],
    [6, judged],
    [7, urgent],
    [6, contested],
    [5, reopened],
    [5, forgotten],
    [4, expensive],
    [3, silent],
    [2, disputed],
    [2, withdrawn],
    [1, entered],
  ]);
}
