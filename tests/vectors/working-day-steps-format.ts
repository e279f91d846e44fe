import { z } from 'zod';
import { compileCalendar, localDateSchema } from '../../domain/time/calendar.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { attempt, type Judged } from './expectation.ts';

export const workingDayStepsFileSchema = z.object({
  vectors: z.array(
    z.object({ date: localDateSchema, delta: z.int(), expected: localDateSchema, is_workday: z.boolean() }),
  ),
});

/** Judges a file in the format of `cn-working-day-steps.json`, on our own calendar of China. */
export function* judgeWorkingDaySteps(file: z.infer<typeof workingDayStepsFileSchema>): Generator<Judged> {
  const china = compileCalendar(chinaCalendar());
  for (const [i, v] of file.vectors.entries()) {
    yield {
      kind: 'workingDaySteps',
      id: `#${i} ${v.date} ${v.delta}`,
      expected: { date: v.expected, isWorkingDay: v.is_workday },
      actual: attempt(() => ({
        date: china.addWorkingDays(v.date, v.delta),
        isWorkingDay: china.isWorkingDay(v.date),
      })),
    };
  }
}
