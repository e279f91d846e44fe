import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sharedText } from '../shared-data.ts';
import { judgeVectors } from '../vectors/vectors-file.ts';

describe('every vector holds of', () => {
  test.each(['targets.json', 'business-time.json', 'cn-working-day-steps.json'])('the shared %s', file => {
    expect(failures(sharedText(`data/sla-vectors/${file}`))).toEqual([]);
  });

  test('public-holidays-excepted.json', () => {
    const file = join(import.meta.dirname, '../vectors/public-holidays-excepted.json');
    expect(failures(readFileSync(file, 'utf8'))).toEqual([]);
  });
});

describe('the judge of vectors', () => {
  const steps = (expected: string) =>
    JSON.stringify({ vectors: [{ date: '2026-02-13', delta: 1, expected, is_workday: true }] });

  test('counts what holds', () => {
    expect(judgeVectors(steps('2026-02-14'))).toMatchObject([
      { kind: 'workingDaySteps', passed: 1, failed: 0 },
    ]);
  });

  test('counts what does not hold, and says what came out', () => {
    expect(judgeVectors(steps('2026-02-16'))).toMatchObject([
      { passed: 0, failed: 1, failures: [expect.stringContaining('2026-02-14')] },
    ]);
  });

  test.each([
    ['an object of something else', '{"orders":[]}'],
    ['a list', '[]'],
    ['a file without vectors', '{"vectors":[]}'],
    ['a kind of vector it does not know', '{"calendars":{},"vectors":{"lunarMonths":[]}}'],
    ['a vector without its fields', '{"calendars":{},"vectors":{"elapsed":[{"id":"a"}]}}'],
  ])('refuses %s', (_what, text) => {
    expect(() => judgeVectors(text)).toThrow();
  });
});

function failures(text: string): string[] {
  return judgeVectors(text).flatMap(result => result.failures);
}
