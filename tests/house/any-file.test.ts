import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { lifecycles } from '../../domain/lifecycles.ts';
import { defaultPolicy } from '../../domain/sla/default-policy.ts';
import { policyContentSchema } from '../../domain/sla/policy.ts';
import { calendarVersionSchema, compileCalendar } from '../../domain/time/calendar.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { readCalendarFile } from '../../src/house/calendar-file.ts';
import { readIcalFile } from '../../src/house/ical-file.ts';
import { readPolicyFile } from '../../src/house/policy-file.ts';
import type { TextProblem } from '../../src/text-problem.ts';

const example = (name: string) =>
  readFileSync(new URL(`../../docs/examples/${name}`, import.meta.url), 'utf8');
const { policyId: _id, version: _version, holdsFrom: _from, ...policy } = defaultPolicy();

/** What people mistype, and what parsers stumble over. */
const WORDS = [
  ...[
    '-',
    ': ',
    '[',
    '{',
    '"',
    "'",
    '#',
    '&a ',
    '*a',
    '!!binary ',
    '|',
    '>',
    '---\n',
    '\t',
    '\0',
    '\ud800',
    '﻿',
  ],
  ...[
    '2026-02-30',
    '2026-10-07',
    '9999-99-99',
    '2026-01-01..2199-12-31',
    '25:00',
    '24:00-08:00',
    '08:00-08:00',
  ],
  ...['null', '~', '1e999', '-1', '0x10', 'NaN', '.inf', 'true', '__proto__', 'constructor', 'toString'],
  ...[
    'Asia/Atlantis',
    '+08:00',
    'UTC',
    'PT24H',
    'PT999999999H',
    'P1D',
    'RRULE:FREQ=SECONDLY',
    'DTSTART:20270101',
  ],
  ...['RRULE:FREQ=YEARLY;INTERVAL=0', 'DTEND;VALUE=DATE:20260101', 'BEGIN:VEVENT', 'END:VCALENDAR', '补班'],
] as const;

type Edit =
  | { readonly kind: 'drop' | 'double' | 'swap'; readonly at: number; readonly to: number }
  | { readonly kind: 'cut' | 'word' | 'replace'; readonly at: number; readonly word: string };
const place = fc.nat(1_000_000);
const word = fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: 'binary', maxLength: 12 }));
const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constantFrom('drop' as const, 'double' as const, 'swap' as const),
      at: place,
      to: place,
    }),
    fc.record({
      kind: fc.constantFrom('word' as const, 'word' as const, 'replace' as const, 'cut' as const),
      at: place,
      word,
    }),
  ),
  { minLength: 1, maxLength: 6 },
);

function edited(text: string, all: readonly Edit[]): string {
  return all.reduce((before, edit) => {
    if (edit.kind === 'cut')
      return edit.word.length > 2 ? before : before.slice(0, edit.at % (before.length + 1));
    if ('word' in edit) {
      const at = edit.at % (before.length + 1);
      return (
        before.slice(0, at) + edit.word + before.slice(edit.kind === 'word' ? at : at + edit.word.length)
      );
    }
    const lines = before.split('\n');
    const [at, to] = [edit.at % lines.length, edit.to % lines.length];
    const [line = '', other = ''] = [lines[at], lines[to]];
    if (edit.kind === 'drop') lines.splice(at, 1);
    else if (edit.kind === 'double') lines.splice(to, 0, line);
    else {
      lines[at] = other;
      lines[to] = line;
    }
    return lines.join('\n');
  }, text);
}

/** Refused with a word for each thing that is wrong, on a line of the text. */
function areTold(problems: readonly TextProblem[], text: string): void {
  expect(problems.length).toBeGreaterThan(0);
  for (const { message, line } of problems) {
    expect(message).not.toBe('');
    if (line === undefined) continue;
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(text.split(/\r\n|\r|\n/).length);
  }
}

const promised = lifecycles.map(({ name, promises }) => ({ lifecycle: name, clocks: promises }));
const inForce = chinaCalendar();
const later = { version: 2, knownFrom: inForce.knownFrom + 1 };

function calendarHolds(read: ReturnType<typeof readCalendarFile>, text: string): void {
  if (read.outcome === 'refused') {
    areTold(read.problems, text);
    return;
  }
  const calendar = compileCalendar(calendarVersionSchema.parse({ ...read.calendar, ...later }));
  const opening = calendar.nextOpening(Date.UTC(2027, 0, 1));
  expect(calendar.workingMsBetween(opening, calendar.addWorkingMs(opening, 3_600_000))).toBe(3_600_000);
}

describe('whatever is written into a file', () => {
  const runs = { numRuns: 300 };

  it.each(['calendar.yaml', 'calendar-2027.yaml'])(
    'of a calendar (%s) is read, or refused by line',
    name => {
      const text = example(name);
      fc.assert(
        fc.property(edits, all => {
          const changed = edited(text, all);
          calendarHolds(
            readCalendarFile(changed, id => (id === 'cn' ? inForce : undefined)),
            changed,
          );
        }),
        runs,
      );
    },
    120_000,
  );

  it('of iCalendar is read, or refused by line', () => {
    const text = example('holidays-2027.ics');
    fc.assert(
      fc.property(edits, fc.boolean(), (all, told) => {
        const changed = edited(text, all);
        calendarHolds(readIcalFile(changed, 'cn', inForce, told ? { years: [2027] } : {}), changed);
      }),
      runs,
    );
  }, 120_000);

  it('of a policy is read, or refused by line', () => {
    const text = stringify(policy);
    fc.assert(
      fc.property(edits, all => {
        const changed = edited(text, all);
        const read = readPolicyFile(changed, promised, ['cn']);
        if (read.outcome === 'refused') areTold(read.problems, changed);
        else {
          expect(policyContentSchema.safeParse(read.policy).success).toBe(true);
          if (read.incomplete.length > 0) areTold(read.incomplete, changed);
        }
      }),
      runs,
    );
  }, 120_000);
});
