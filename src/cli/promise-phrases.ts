/** What `redress explain` says, in each language. Names of clocks, commands and events stay as the API writes them. */
export interface Phrases {
  readonly promises: string;
  readonly target: (target: { readonly kind: string; readonly [field: string]: unknown }) => string;
  readonly result: Readonly<Record<string, string>>;
  readonly why: Readonly<Record<string, string>>;
  readonly weekdays: readonly string[];
  readonly starts: (at: string, command: string, who: string) => string;
  readonly due: (at: string, zone: string) => string;
  readonly opens: (at: string) => string;
  readonly provisional: string;
  readonly versions: (policy: number, calendar: string, version: number) => string;
  readonly setBy: (change: string) => string;
  readonly days: string;
  readonly day: (number: number) => string;
  readonly months: (anchor: string, months: number, date: string, rolled: string) => string;
  readonly bound: (kind: 'notLaterThan' | 'notBefore', unbound: string) => string;
  readonly time: string;
  readonly counts: string;
  readonly countsNot: string;
  readonly leftOut: (count: number) => string;
  readonly sum: (counted: string, left: string | undefined, owed: string) => string;
  readonly beyond: (span: string) => string;
  readonly ifResumed: (at: string) => string;
  readonly warnings: string;
  readonly warning: (threshold: number | 'closedTime', at: string, givenAt: string | undefined) => string;
  readonly happened: string;
  readonly recorded: (at: string) => string;
  readonly span: (ms: number) => string;
  readonly none: string;
}
export type PromiseLanguage = 'en' | 'zh';

const en: Phrases = {
  promises: 'promises',
  target({ kind, duration, count, countFrom, except, roll, windowWorkingDays }) {
    switch (kind) {
      case 'elapsed':
        return `${isoSpan(duration, en.span)} around the clock${except === undefined ? '' : ', public holidays not counted'}`;
      case 'workingTime':
        return `${isoSpan(duration, en.span)} of working time`;
      case 'workingDays':
        return `${count} working ${count === 1 ? 'day' : 'days'}, ${countFrom === 'nextDay' ? 'the day of receipt not counted' : 'from receipt'}`;
      case 'before':
        return 'by the last close before the date it hangs on';
      case 'calendarMonths':
        return `${count} ${count === 1 ? 'month' : 'months'} after the date it hangs on (${roll}), then ${windowWorkingDays} working days`;
      default:
        return kind;
    }
  },
  result: {
    met: 'kept',
    metAfterRescinding: 'kept (a breach was rescinded)',
    late: 'kept late, or broken',
    breachedOpen: 'broken, still open',
    disputed: 'disputed by the customer',
    cancelled: 'cancelled',
    running: 'running',
    paused: 'paused',
  },
  why: {
    aroundTheClock: 'around the clock',
    openHours: 'working hours',
    break: 'break between working hours',
    night: 'outside working hours',
    weekend: 'weekend',
    publicHoliday: 'public holiday',
    companyShutdown: 'company shutdown',
    makeUpWorkingDay: 'make-up working day',
    other: 'special day',
    paused: 'paused',
    workingDay: 'working day',
    begun: 'the working day it begins in; the first is full at the same hour of the next',
    receiptDay: 'the day of receipt does not count',
    awaitingCustomer: 'waiting for the customer',
    awaitingSample: 'waiting for a sample',
    awaitingThirdParty: 'waiting for a third party',
  },
  weekdays: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
  starts: (at, command, who) => `Starts ${at}, by ${command} (${who})`,
  due: (at, zone) => `Due    ${at} (${zone})`,
  opens: at => `Opens  ${at}`,
  provisional: 'provisional: the holidays of that year are not published yet',
  versions: (policy, calendar, version) =>
    `policy version ${policy}, calendar ${calendar} version ${version}`,
  setBy: change => `Set anew by: ${change}`,
  days: 'Days',
  day: number => `working day ${number}`,
  months: (anchor, months, date, rolled) =>
    `${months} months after ${anchor} is ${date}${rolled === date ? '' : `, rolled to ${rolled}`}`,
  bound: (kind, unbound) =>
    kind === 'notLaterThan'
      ? `By its target alone it would be due ${unbound}; another promise or date bounds it earlier`
      : `By its target alone it would be due ${unbound}, which was over when it began`,
  time: 'Time',
  counts: 'counts',
  countsNot: 'does not',
  leftOut: count => `… and ${count} more`,
  sum: (counted, left, owed) =>
    `Counted ${counted}${left === undefined ? '' : ` + left ${left}`} = owed ${owed}`,
  beyond: span =>
    `${span} more than was owed: the calendar changed in a pause, and a pause makes nothing due earlier`,
  ifResumed: at => `Paused: due ${at} if it goes on now`,
  warnings: 'Warnings',
  warning: (threshold, at, givenAt) =>
    `${at}  ${threshold === 'closedTime' ? 'before closed time' : `at ${percent(threshold)} %`}${givenAt === undefined ? '' : `, given (written down ${givenAt})`}`,
  happened: 'What happened',
  recorded: at => `recorded ${at}`,
  span: ms => spanOf(ms, ['h', 'min', 's', 'ms']),
  none: 'This case has made no promise.',
};

const zh: Phrases = {
  promises: '时限说明',
  target({ kind, duration, count, countFrom, except, roll, windowWorkingDays }) {
    switch (kind) {
      case 'elapsed':
        return `自然时间 ${isoSpan(duration, zh.span)}${except === undefined ? '' : '，法定节假日不计'}`;
      case 'workingTime':
        return `工作时间 ${isoSpan(duration, zh.span)}`;
      case 'workingDays':
        return `${count} 个工作日，${countFrom === 'nextDay' ? '收到当日不计' : '自收到起算'}`;
      case 'before':
        return '所依日期之前最后一次下班前';
      case 'calendarMonths':
        return `所依日期后 ${count} 个月（${roll}），开放后 ${windowWorkingDays} 个工作日内`;
      default:
        return kind;
    }
  },
  result: {
    met: '按时完成',
    metAfterRescinding: '按时完成（超时记录已撤销）',
    late: '超时',
    breachedOpen: '已超时，尚未完成',
    disputed: '客户有异议',
    cancelled: '已取消',
    running: '进行中',
    paused: '暂停中',
  },
  why: {
    aroundTheClock: '全天计时',
    openHours: '工作时间',
    break: '班间休息',
    night: '非工作时间',
    weekend: '周末',
    publicHoliday: '法定节假日',
    companyShutdown: '公司停工',
    makeUpWorkingDay: '补班',
    other: '特殊日期',
    paused: '暂停',
    workingDay: '工作日',
    begun: '起算当日，至下一工作日同一时刻满一日',
    receiptDay: '收到当日不计',
    awaitingCustomer: '等待客户',
    awaitingSample: '等待样品',
    awaitingThirdParty: '等待第三方',
  },
  weekdays: ['周一', '周二', '周三', '周四', '周五', '周六', '周日'],
  starts: (at, command, who) => `起算 ${at}，${command}（${who}）`,
  due: (at, zone) => `到期 ${at}（${zone}）`,
  opens: at => `开放 ${at}`,
  provisional: '暂定：该年放假安排尚未公布',
  versions: (policy, calendar, version) => `政策版本 ${policy}，日历 ${calendar} 版本 ${version}`,
  setBy: change => `重新确定：${change}`,
  days: '日期',
  day: number => `第 ${number} 个工作日`,
  months: (anchor, months, date, rolled) =>
    `${anchor} 后 ${months} 个月为 ${date}${rolled === date ? '' : `，顺延至 ${rolled}`}`,
  bound: (kind, unbound) =>
    kind === 'notLaterThan'
      ? `仅按目标应于 ${unbound} 到期；因另一时限或日期而提前`
      : `仅按目标应于 ${unbound} 到期，起算时已过`,
  time: '时段',
  counts: '计入',
  countsNot: '不计',
  leftOut: count => `…… 另有 ${count} 段`,
  sum: (counted, left, owed) =>
    `计入 ${counted}${left === undefined ? '' : ` + 剩余 ${left}`} = 应计 ${owed}`,
  beyond: span => `比应计多 ${span}：暂停期间日历变更，暂停不会使期限提前`,
  ifResumed: at => `暂停中：若现在恢复，将于 ${at} 到期`,
  warnings: '预警',
  warning: (threshold, at, givenAt) =>
    `${at}  ${threshold === 'closedTime' ? '下班前预警' : `进度 ${percent(threshold)}%`}${givenAt === undefined ? '' : `，已发出（记录于 ${givenAt}）`}`,
  happened: '经过',
  recorded: at => `记录于 ${at}`,
  span: ms => spanOf(ms, ['小时', '分钟', '秒', '毫秒']),
  none: '本案没有时限。',
};

export const PHRASES: Readonly<Record<PromiseLanguage, Phrases>> = { en, zh };

/** Hours and below: days would be taken for working days. */
function spanOf(ms: number, units: readonly [h: string, min: string, s: string, ms: string]): string {
  const amounts = [
    Math.floor(ms / 3_600_000),
    Math.floor(ms / 60_000) % 60,
    Math.floor(ms / 1000) % 60,
    ms % 1000,
  ];
  const told = amounts.flatMap((amount, i) => (amount === 0 ? [] : `${amount} ${units[i] ?? ''}`));
  return told.length === 0 ? `0 ${units[1]}` : told.join(' ');
}

function percent(fraction: number): string {
  return `${Math.round(fraction * 10_000) / 100}`;
}

function isoSpan(duration: unknown, span: Phrases['span']): string {
  const ms = typeof duration === 'string' ? Temporal.Duration.from(duration).total('milliseconds') : 0;
  return span(ms);
}
