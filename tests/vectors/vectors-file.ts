import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { businessTimeFileSchema, judgeBusinessTime } from './business-time-format.ts';
import type { Judged } from './expectation.ts';
import { judgeTargets, targetsFileSchema } from './targets-format.ts';
import { judgeWorkingDaySteps, workingDayStepsFileSchema } from './working-day-steps-format.ts';

/** The result of all vectors of one kind in one file, with the failures in words. */
export interface KindResult {
  readonly kind: string;
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly string[];
}

/** Judges a vectors file of any known format, told by its content. Throws on content that fits none. */
export function judgeVectors(text: string): KindResult[] {
  const results = new Map<string, { passed: number; failures: string[] }>();
  for (const vector of judge(JSON.parse(text))) {
    const result = results.get(vector.kind) ?? { passed: 0, failures: [] };
    results.set(vector.kind, result);
    if (isDeepStrictEqual(vector.actual, vector.expected)) result.passed++;
    else result.failures.push(describe(vector));
  }
  if (results.size === 0) throw new Error('there are no vectors in it');
  return [...results].map(([kind, { passed, failures }]) => ({
    kind,
    passed,
    failed: failures.length,
    failures,
  }));
}

function judge(content: unknown): Iterable<Judged> {
  const shape = z.object({ calendars: z.unknown().optional(), vectors: z.unknown() }).safeParse(content);
  if (shape.success && shape.data.vectors !== undefined) {
    const { calendars, vectors } = shape.data;
    if (!Array.isArray(vectors)) return judgeTargets(parse(targetsFileSchema, content, 'targets by kind'));
    if (calendars !== undefined)
      return judgeBusinessTime(parse(businessTimeFileSchema, content, 'business time'));
    if (calendars === undefined) {
      return judgeWorkingDaySteps(parse(workingDayStepsFileSchema, content, 'steps of working days'));
    }
  }
  throw new Error(
    'not a vectors file: known are targets (vectors by kind, calendars), business time (a list of vectors, ' +
      'calendars) and steps of working days (a list of vectors alone)',
  );
}

function parse<T extends z.ZodType>(schema: T, content: unknown, format: string): z.infer<T> {
  const parsed = schema.safeParse(content);
  if (!parsed.success) throw new Error(`looks like ${format}, but:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function describe({ kind, id, expected, actual }: Judged): string {
  return `${kind} ${id}: expected ${inWords(expected)}, got ${inWords(actual)}`;
}

/** Whole numbers as large as this are instants: shown as RFC 3339 too. */
const LIKELY_INSTANT = Date.parse('1980-01-01T00:00:00Z');

function inWords(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'number' && inner >= LIKELY_INSTANT ? new Date(inner).toISOString() : inner,
  );
}
