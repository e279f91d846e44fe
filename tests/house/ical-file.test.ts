import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { readIcalFile } from '../../src/house/ical-file.ts';

const EXAMPLE = readFileSync(new URL('../../docs/examples/holidays-2027.ics', import.meta.url), 'utf8');

const event = (...lines: readonly string[]) =>
  ['BEGIN:VEVENT', 'UID:1@test', 'DTSTAMP:20261124T000000Z', ...lines, 'END:VEVENT'].join('\r\n');
const calendar = (...events: readonly string[]) =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...events, 'END:VCALENDAR', ''].join('\r\n');

const read = (text: string, options: Parameters<typeof readIcalFile>[3] = { years: [2027] }) => {
  const file = readIcalFile(text, 'cn', chinaCalendar(), options);
  if (file.outcome === 'refused') throw new Error(JSON.stringify(file.problems));
  return file;
};
const daysOf2027 = (text: string, options?: Parameters<typeof readIcalFile>[3]) =>
  Object.entries(read(text, options).calendar.exceptions)
    .filter(([date]) => date.startsWith('2027'))
    .map(([date, { kind }]) => `${date.slice(5)} ${kind === 'makeUpWorkingDay' ? 'worked' : 'closed'}`);
const problemsOf = (text: string, options: Parameters<typeof readIcalFile>[3] = { years: [2027] }) => {
  const file = readIcalFile(text, 'cn', chinaCalendar(), options);
  return file.outcome === 'refused' ? file.problems : [];
};

describe('an iCalendar file', () => {
  it('closes and works days as Apple, the summary or the categories mark them', () => {
    const { calendar: read2027, basedOn, notes } = read(EXAMPLE, {});
    expect(basedOn).toBe(1);
    expect(read2027.knownThrough).toBe('2027-12-31');
    expect(read2027.exceptions['2027-01-03']).toEqual({ kind: 'publicHoliday', name: '元旦', intervals: [] });
    // 30 January is told with times, 20 February by its category alone.
    expect(read2027.exceptions['2027-01-30']).toEqual({
      kind: 'makeUpWorkingDay',
      name: '春节',
      intervals: read2027.week.mon,
    });
    expect(read2027.exceptions['2027-02-20']).toMatchObject({ kind: 'makeUpWorkingDay', name: '春节' });
    // 1 to 5 May are told in UTC.
    expect(read2027.exceptions['2027-05-01']).toMatchObject({ kind: 'publicHoliday' });
    expect(read2027.exceptions['2027-05-06']).toBeUndefined();
    expect(notes).toEqual(['taken for whole: 2027', 'line 37: 母亲节 is no day off, and was left out']);
    expect(read2027.exceptions).toMatchObject(chinaCalendar().exceptions);
  });

  it('has an end that is exclusive, and a single day without one or with the same', () => {
    const off = (...lines: readonly string[]) => event('SUMMARY:休假', ...lines);
    expect(daysOf2027(calendar(off('DTSTART;VALUE=DATE:20270301', 'DTEND;VALUE=DATE:20270303')))).toEqual([
      '03-01 closed',
      '03-02 closed',
    ]);
    expect(daysOf2027(calendar(off('DTSTART;VALUE=DATE:20270301')))).toEqual(['03-01 closed']);
    expect(daysOf2027(calendar(off('DTSTART;VALUE=DATE:20270301', 'DTEND;VALUE=DATE:20270301')))).toEqual([
      '03-01 closed',
    ]);
    expect(daysOf2027(calendar(off('DTSTART;VALUE=DATE:20270301', 'DURATION:P2D')))).toEqual([
      '03-01 closed',
      '03-02 closed',
    ]);
  });

  it('takes every event for a day off where none is marked', () => {
    const text = calendar(event('SUMMARY:Neujahr', 'DTSTART;VALUE=DATE:20270101'));
    expect(daysOf2027(text)).toEqual(['01-01 closed']);
  });

  it('repeats yearly, but for what it excepts, as far as the years that it tells', () => {
    const text = calendar(
      event(
        'SUMMARY:Labour Day holiday',
        'DTSTART;VALUE=DATE:20200501',
        'RRULE:FREQ=YEARLY',
        'EXDATE;VALUE=DATE:20250501',
      ),
      event(
        'SUMMARY:Thanksgiving holiday',
        'DTSTART;VALUE=DATE:20201126',
        'RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH',
      ),
    );
    const { exceptions } = read(text, { years: [2025, 2026, 2027] }).calendar;
    expect(exceptions['2025-05-01']).toBeUndefined();
    expect(exceptions['2027-05-01']).toMatchObject({ kind: 'publicHoliday' });
    expect(exceptions['2027-11-25']).toMatchObject({ kind: 'publicHoliday' });
    expect(exceptions['2028-05-01']).toBeUndefined();
  });

  it('unfolds lines and leaves out what was cancelled', () => {
    const text = calendar(
      event('SUMMARY:春', ' 节（', '\t休）', 'DTSTART;VALUE=DATE:2027', ' 0205'),
      event('SUMMARY:五一（休）', 'DTSTART;VALUE=DATE:20270501', 'STATUS:CANCELLED'),
    );
    expect(daysOf2027(text)).toEqual(['02-05 closed']);
    expect(read(text).calendar.exceptions['2027-02-05']?.name).toBe('春节');
  });

  it('reads times in the zone that they name, by the runtime or by the file itself', () => {
    const zone = [
      'BEGIN:VTIMEZONE',
      'TZID:Plant Time',
      'BEGIN:STANDARD',
      'DTSTART:19700101T000000',
      'TZOFFSETFROM:+0800',
      'TZOFFSETTO:+0800',
      'END:STANDARD',
      'END:VTIMEZONE',
    ].join('\r\n');
    const text = calendar(
      zone,
      event(
        'SUMMARY:a（休）',
        'DTSTART;TZID=Plant Time:20270301T000000',
        'DTEND;TZID=Plant Time:20270302T000000',
      ),
      // Six hours and more behind Shanghai: its evening is Shanghai's midnight.
      event(
        'SUMMARY:b（休）',
        'DTSTART;TZID=Europe/Berlin:20270302T170000',
        'DTEND;TZID=Europe/Berlin:20270303T170000',
      ),
    );
    expect(daysOf2027(text)).toEqual(['03-01 closed', '03-03 closed']);
  });
});

describe('an iCalendar file is refused with the line', () => {
  const off = (...lines: readonly string[]) => calendar(event('SUMMARY:放假', ...lines));
  it.each([
    ['of a date that does not exist', off('DTSTART;VALUE=DATE:20270230'), 8, 'is no date that exists'],
    [
      'of an end that does not exist',
      off('DTSTART;VALUE=DATE:20270201', 'DTEND;VALUE=DATE:20271399'),
      9,
      'is no date that exists',
    ],
    [
      'of a zone that does not exist',
      off('DTSTART;TZID=Asia/Atlantis:20270301T000000'),
      8,
      'the zone Asia/Atlantis does not exist',
    ],
    [
      'of part of a day',
      off('DTSTART;TZID=Asia/Shanghai:20270301T130000', 'DTEND;TZID=Asia/Shanghai:20270301T170000'),
      8,
      'covers part of a day',
    ],
    ['of an event without a start', off('DESCRIPTION:x'), 4, 'has no DTSTART'],
    [
      'of a rule by the second',
      off('DTSTART;VALUE=DATE:20270301', 'RRULE:FREQ=SECONDLY'),
      9,
      'repeats SECONDLY',
    ],
    [
      'of a rule for a day that is not there',
      off('DTSTART;VALUE=DATE:20270301', 'RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30'),
      9,
      'is not taken with DAILY',
    ],
    [
      'of a rule for 30 February',
      off('DTSTART;VALUE=DATE:20270301', 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30'),
      9,
      'after the 28th',
    ],
    [
      'of a yearly rule from 29 February',
      off('DTSTART;VALUE=DATE:20240229', 'RRULE:FREQ=YEARLY'),
      9,
      'after the 28th',
    ],
    [
      'of a rule without an end in sight',
      off('DTSTART;VALUE=DATE:19700101', 'RRULE:FREQ=DAILY'),
      9,
      'comes more than',
    ],
    [
      'of an event that is longer than a year',
      off('DTSTART;VALUE=DATE:20270101', 'DTEND;VALUE=DATE:20290101'),
      8,
      'longer than 366 days',
    ],
    [
      'of a swapped day that may be either',
      calendar(event('SUMMARY:春节调休', 'DTSTART;VALUE=DATE:20270201')),
      7,
      'may be a day off or a day worked',
    ],
    [
      'of what is no property',
      calendar(event('SUMMARY:放假', 'DTSTART;VALUE=DATE:20270201', 'nonsense')),
      9,
      'nonsense',
    ],
  ])('%s', (_what, text, line, message) => {
    expect(problemsOf(text)).toContainEqual(
      expect.objectContaining({ line, message: expect.stringContaining(message) }),
    );
  });

  it('of a day worked and closed at once', () => {
    const text = calendar(
      event('SUMMARY:春节（休）', 'DTSTART;VALUE=DATE:20270205', 'DTEND;VALUE=DATE:20270208'),
      event('SUMMARY:春节（班）', 'DTSTART;VALUE=DATE:20270206'),
    );
    expect(problemsOf(text)).toEqual([
      { path: [], line: 15, message: '2027-02-06 is worked and closed at once: closed as 春节 at line 8' },
    ]);
  });

  it.each([
    ['nothing', ''],
    ['no iCalendar', 'hello'],
    ['a component without an end', 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n'],
    ['no event', calendar()],
    ['a contact', 'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:x\r\nEND:VCARD\r\n'],
  ])('or in a sentence, and never with a fault of ours: %s', (_what, text) => {
    expect(problemsOf(text)).toHaveLength(1);
  });

  it('where it tells no year whole and nobody says which it does', () => {
    const text = calendar(event('SUMMARY:放假', 'DTSTART;VALUE=DATE:20270201'));
    expect(problemsOf(text, {})).toEqual([
      expect.objectContaining({ message: expect.stringContaining('tells no year whole') }),
    ]);
    expect(daysOf2027(text, { knownThrough: '2027-06-30' })).toEqual(['02-01 closed']);
  });

  it('for a calendar that has no week yet', () => {
    expect(readIcalFile(EXAMPLE, 'new', undefined).outcome).toBe('refused');
  });
});
