import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { readCalendarFile } from '../../src/house/calendar-file.ts';

const none = () => undefined;
const china = () => chinaCalendar();
const example = (name: string) =>
  readFileSync(new URL(`../../docs/examples/${name}`, import.meta.url), 'utf8');

const WHOLE = `calendar: site
timeZone: Asia/Shanghai
knownThrough: 2026-12-31
week:
  mon: [08:00-12:00, 13:00-17:00]
  tue: [08:00-12:00, 13:00-17:00]
  wed: [08:00-12:00, 13:00-17:00]
  thu: [08:00-12:00, 13:00-17:00]
  fri: [08:00-12:00, 13:00-17:00]
  sat: []
  sun: []
days:
  - name: National Day
    closed: [2026-10-01..2026-10-07]
    worked: [2026-10-10]
  - name: Stock-taking
    kind: other
    worked: [2026-06-30]
    hours: [08:00-12:00]
`;

function changed(from: string, to: string): string {
  if (!WHOLE.includes(from)) throw new Error(`the file has no ${from}`);
  return WHOLE.replace(from, to);
}

function problemsOf(text: string, newest: Parameters<typeof readCalendarFile>[1] = none) {
  const file = readCalendarFile(text, newest);
  return file.outcome === 'refused' ? file.problems : [];
}

function read(text: string, newest: Parameters<typeof readCalendarFile>[1] = none) {
  const file = readCalendarFile(text, newest);
  if (file.outcome === 'refused') throw new Error(JSON.stringify(file.problems));
  return file;
}

describe('a calendar file', () => {
  it('says the week, the days apart from it, and how far it knows', () => {
    const { calendar, basedOn } = read(WHOLE);
    expect(basedOn).toBeUndefined();
    expect(calendar).toMatchObject({
      calendarId: 'site',
      timeZone: 'Asia/Shanghai',
      knownThrough: '2026-12-31',
    });
    expect(calendar.week.sat).toEqual([]);
    expect(Object.keys(calendar.exceptions)).toHaveLength(9);
    expect(calendar.exceptions['2026-10-03']).toEqual({
      kind: 'publicHoliday',
      name: 'National Day',
      intervals: [],
    });
    // A make-up day has the hours of a normal one, a day with hours of its own has those.
    expect(calendar.exceptions['2026-10-10']).toMatchObject({
      kind: 'makeUpWorkingDay',
      intervals: calendar.week.mon,
    });
    expect(calendar.exceptions['2026-06-30']).toMatchObject({
      kind: 'other',
      intervals: [['08:00', '12:00']],
    });
  });

  it('may be JSON', () => {
    const week = { mon: ['08:00-12:00'], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] };
    const text = JSON.stringify({ calendar: 'x', timeZone: 'UTC', knownThrough: '2026-12-31', week });
    expect(read(text).calendar.week.mon).toEqual([['08:00', '12:00']]);
  });

  it('of some years takes all others over, with the week and the zone', () => {
    const { calendar, basedOn } = read(example('calendar-2027.yaml'), china);
    const before = chinaCalendar();
    expect(basedOn).toBe(1);
    expect(calendar.knownThrough).toBe('2027-12-31');
    expect(calendar.exceptions).toMatchObject(before.exceptions);
    expect(calendar.exceptions['2027-02-20']).toMatchObject({ kind: 'makeUpWorkingDay' });
    expect(calendar.week).toEqual(before.week);
  });

  it('of a year told before drops what it no longer says of it', () => {
    const { calendar } = read('calendar: cn\nyears: [2026]\ndays: []\n', china);
    expect(Object.keys(calendar.exceptions).filter(date => date.startsWith('2026'))).toEqual([]);
    expect(Object.keys(calendar.exceptions).filter(date => date.startsWith('2025'))).not.toEqual([]);
    expect(calendar.knownThrough).toBe('2026-12-31');
  });

  it('of a year beyond one that nobody told does not know the gap', () => {
    const { calendar } = read('calendar: cn\nyears: [2028]\nknownThrough: 2028-12-31\ndays: []\n', china);
    expect(calendar.knownThrough).toBe('2028-12-31');
    expect(
      problemsOf('calendar: cn\nyears: [2028]\ndays: [{ name: x, closed: [2028-01-01] }]\n', china),
    ).toEqual([
      expect.objectContaining({
        line: 3,
        message: expect.stringContaining('lies after knownThrough (2026-12-31)'),
      }),
    ]);
  });

  it('given as an example in the docs can be used', () => {
    expect(read(example('calendar.yaml')).calendar.calendarId).toBe('suzhou');
  });
});

describe('a calendar file is refused with the line', () => {
  it.each([
    ['that is empty', '', 1, 'is empty'],
    [
      'of intervals that overlap',
      changed('tue: [08:00-12:00, 13:00-17:00]', 'tue: [08:00-12:00, 11:00-17:00]'),
      6,
      'overlaps the interval before',
    ],
    [
      'of an interval that closes before it opens',
      changed('hours: [08:00-12:00]', 'hours: [12:00-08:00]'),
      19,
      'closes at 08:00',
    ],
    [
      'of intervals out of order',
      changed('wed: [08:00-12:00, 13:00-17:00]', 'wed: [13:00-17:00, 08:00-12:00]'),
      7,
      'out of order',
    ],
    [
      'of hours that are none',
      changed('thu: [08:00-12:00, 13:00-17:00]', 'thu: [8-12]'),
      8,
      'must be two times',
    ],
    ['of a zone that does not exist', changed('Asia/Shanghai', 'Asia/Atlantis'), 2, 'is no IANA time zone'],
    ['of an offset in place of a zone', changed('Asia/Shanghai', '"+08:00"'), 2, 'is no IANA time zone'],
    [
      'of a day worked and closed at once',
      changed('worked: [2026-10-10]', 'worked: [2026-10-07]'),
      15,
      '2026-10-07 is worked and closed at once: closed as National Day at line 14',
    ],
    [
      'of a day listed twice',
      changed('[2026-10-01..2026-10-07]', '[2026-10-01..2026-10-07, 2026-10-02]'),
      14,
      'is listed twice',
    ],
    ['of a date that does not exist', changed('[2026-06-30]', '[2026-06-31]'), 18, 'is no date that exists'],
    [
      'of a range that ends before it begins',
      changed('2026-10-01..2026-10-07', '2026-10-07..2026-10-01'),
      14,
      'ends (2026-10-01) before it begins',
    ],
    [
      'of a range of years',
      changed('2026-10-01..2026-10-07', '2024-10-01..2026-10-07'),
      14,
      'longer than 366 days',
    ],
    ['of a key that nobody knows', changed('knownThrough:', 'knownThru:'), 3, 'is no key that is known'],
    [
      'of a key of a day that nobody knows',
      changed('    hours:', '    hour:'),
      19,
      'is no key that is known',
    ],
    ['of a kind that there is not', changed('kind: other', 'kind: party'), 17, 'Invalid option'],
    [
      'of a day after the last that is known',
      changed('[2026-06-30]', '[2027-06-30]'),
      18,
      'lies after knownThrough',
    ],
    [
      'of an entry without a day',
      changed('    worked: [2026-06-30]\n    hours: [08:00-12:00]\n', ''),
      16,
      'names no day',
    ],
    ['of a key given twice', `${WHOLE}timeZone: UTC\n`, 20, 'unique'],
    ['where the YAML ends', changed('sat: []', 'sat: ['), 11, 'must be sufficiently indented'],
    [
      'of a week without work',
      'calendar: x\ntimeZone: UTC\nknownThrough: 2026-12-31\nweek:\n  { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] }\n',
      4,
      'no working time',
    ],
    ['of years without a version', 'calendar: new\nyears: [2027]\n', 2, 'has no version yet'],
  ])('%s', (_what, text, line, message) => {
    const problems = problemsOf(text);
    expect(problems).toContainEqual(
      expect.objectContaining({ line, message: expect.stringContaining(message) }),
    );
  });

  it('in JSON as well', () => {
    const text = '{\n  "calendar": "x",\n  "timeZone": "Mars/Base",\n  "knownThrough": "2026-12-31"\n}';
    expect(problemsOf(text)).toContainEqual(expect.objectContaining({ line: 3, path: ['timeZone'] }));
  });

  it('and tells all that is wrong with it at once', () => {
    const text = changed('Asia/Shanghai', 'Nowhere').replace('kind: other', 'kind: party');
    expect(problemsOf(text).map(({ line }) => line)).toEqual([2, 17]);
  });

  it.each([
    ['nothing', ''],
    ['a list', '- a\n- b\n'],
    [
      'aliases that multiply',
      `a: &a [${'x,'.repeat(50)}]\nb: &b [${'*a,'.repeat(50)}]\nc: &c [${'*b,'.repeat(50)}]\nd: [${'*c,'.repeat(50)}]\n`,
    ],
    ['brackets without an end', '['.repeat(100_000)],
    ['a key that objects have', 'calendar: x\n__proto__: { polluted: true }\n'],
  ])('and never with a fault of ours: %s', (_what, text) => {
    expect(problemsOf(text)).not.toEqual([]);
    expect(Object(Object.prototype).polluted).toBeUndefined();
  });
});
