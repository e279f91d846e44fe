import { describe, expect, test } from 'vitest';
import { progressText, reportText } from '../../src/cli/import-text.ts';
import type { ImportReport } from '../../src/import/import-report.ts';

const REPORT: ImportReport = {
  source: 'depot',
  importId: '7b0f7f0c-4a5e-4e7b-9b3e-111111111111',
  dryRun: false,
  finished: true,
  rows: {
    read: 1_240,
    imported: 1_200,
    alreadyThere: 0,
    passedBefore: 0,
    leftOut: 15,
    broken: 1,
    rejected: 24,
  },
  cases: 300,
  people: 2,
  from: '2026-03-02T02:00:00.000Z',
  to: '2026-03-04T01:00:00.000Z',
  commands: { note: 1_200 },
  timers: {},
  leftOutBecause: [{ activity: 'heard', reason: 'hearsay', rows: 15 }],
  refusedBecause: [
    { outcome: 'rejected', activity: 'close', command: 'close', reason: 'alreadyClosed', rows: 24 },
  ],
  refused: [
    { line: 3, outcome: 'broken', reason: 'notJson', details: { message: 'Unexpected end' } },
    ...Array.from({ length: 24 }, (_, index) => ({
      line: 10 + index,
      outcome: 'rejected' as const,
      caseKey: 'A',
      activity: 'close',
      command: 'close',
      reason: 'alreadyClosed',
      details: { closedAt: Date.UTC(2026, 2, 3), possible: ['reopen'] },
    })),
  ],
  seconds: 2,
};

describe('the report of an import', () => {
  const text = reportText(REPORT);

  test('counts each fate of the rows that there was, with its reasons', () => {
    expect(text).toContain('1,240 rows of 300 cases by 2 people');
    expect(text).toMatch(/1,200 {2}rows imported/);
    expect(text).toContain('15 heard: hearsay');
    expect(text).toContain('24 close → close: alreadyClosed');
    expect(text).not.toContain('already\n');
    expect(text).toContain('620 rows/s');
  });

  test('tells the first refused rows by line, with instants that can be read, and counts the others', () => {
    expect(text).toContain('line 3: notJson – Unexpected end');
    expect(text).toContain('line 10: A, close → close: alreadyClosed – closedAt 2026-03-03T00:00:00.000Z\n');
    expect(text).not.toContain('reopen');
    expect(text).toContain('… and 5 more');
    expect(text).not.toContain('line 29');
  });

  test('says so when it did not come to its end', () => {
    expect(reportText({ ...REPORT, finished: false })).toMatch(
      /Imported in part[\s\S]*run it again, and it goes on/,
    );
  });
});

test('progress tells rows, timers and refused rows', () => {
  const progress = { rows: 21_348, rowsDone: 10_674, timersFired: 18_000, refused: 1 };
  expect(progressText(progress)).toBe('50 % · 10,674 of 21,348 rows · 18,000 timers fired · 1 rows refused');
});
