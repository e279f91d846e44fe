import { z } from 'zod';
import { STAFF } from '../../domain/case/actor.ts';
import type { House } from '../engine/open-house.ts';
import { type ApiRoute, apiRoute } from '../http/api-route.ts';
import { instantText, instantWriter } from '../http/instants.ts';
import { ProblemError } from '../http/problems.ts';
import { passTime } from './pass-time.ts';
import type { RehearsalClock } from './rehearsal-clock.ts';

const DAY_MS = 86_400_000;
/** More at once is a slip of the pen. */
const MOST_DAYS = 400;

const timeSchema = z.object({ now: z.string().meta({ format: 'date-time' }) });

/** What a rehearsal has beside a service: its time, to be read and moved on. */
export function rehearsalRoutes(house: House, clock: RehearsalClock, timeZone: string): readonly ApiRoute[] {
  const write = instantWriter(timeZone);
  let passing: Promise<unknown> = Promise.resolve();
  return [
    apiRoute({
      method: 'GET',
      url: '/v1/rehearsal/time',
      operationId: 'rehearsal.time',
      tag: 'rehearsal',
      summary: 'What time it is in the rehearsal',
      access: STAFF,
      success: { status: 200, description: 'The time.', schema: timeSchema },
      problems: [],
      handle: async () => ({ status: 200, body: { now: write(clock.now()) } }),
    }),
    apiRoute({
      method: 'POST',
      url: '/v1/rehearsal/time',
      operationId: 'rehearsal.passTime',
      tag: 'rehearsal',
      summary: 'Let time pass: every timer on the way fires when it is due',
      access: STAFF,
      body: z.strictObject({ to: instantText }),
      success: {
        status: 200,
        description: 'It is that time now.',
        schema: timeSchema.extend({ fired: z.int().meta({ description: 'Timers that fired on the way.' }) }),
      },
      problems: [],
      async handle({ body: { to } }) {
        const now = clock.now();
        if (to < now) throw badTo(`must not be before the rehearsal's own time, ${write(now)}`);
        if (to > now + MOST_DAYS * DAY_MS) throw badTo(`must be at most ${MOST_DAYS} days ahead`);
        // One after the other: two at once would fire into each other's past.
        const passed = passing.then(() => passTime(house, clock, to));
        passing = passed.catch(() => {});
        const fired = await passed;
        return { status: 200, body: { now: write(clock.now()), fired } };
      },
    }),
  ];
}

function badTo(message: string): ProblemError {
  return new ProblemError('invalidFields', { errors: [{ path: '/to', message }] });
}
