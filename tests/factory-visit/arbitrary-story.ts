import fc from 'fast-check';
import type { Actor, Role } from '../../domain/case/actor.ts';
import type { AnyCommand } from '../../domain/case/lifecycle.ts';
import { WAVES } from '../../domain/factory-visit/state.ts';
import { at, idOf, person } from '../given-when-then.ts';
import { contactId } from './visit.ts';

/** Anything that anybody might do to a visit, likely or not, and how much time passes before it. */
export interface Step {
  readonly afterMs: number;
  readonly by: Actor;
  readonly command: AnyCommand;
  /** How long ago it happened, if not now. */
  readonly agoMs: number | undefined;
}

const HOUR_MS = 3_600_000;
const START_AT = at('2026-08-20 09:00');
const people = [idOf(0x20), idOf(0x30), idOf(0x31), idOf(0x32), idOf(0x33)] as const;

const by = (...roles: readonly Role[]): fc.Arbitrary<Actor> =>
  fc
    .record({
      n: fc.constantFrom(0x20, 0x30, 0x31, 0x32, 0x33),
      role: fc.constantFrom(...roles),
      lead: fc.boolean(),
      onBehalfOf: fc.option(fc.constantFrom(...people), { nil: undefined }),
      delegated: fc.boolean(),
    })
    .map(({ n, role, lead, onBehalfOf, delegated }) =>
      person(n, role, {
        teamId: idOf(0xa),
        roles: lead ? [role, 'lead'] : [role],
        ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
        ...(delegated
          ? {
              delegations: [
                {
                  from: idOf(0x30),
                  command: 'approve',
                  validFrom: START_AT,
                  validUntil: START_AT + 400 * 24 * HOUR_MS,
                },
              ],
            }
          : {}),
      }),
    );

/** Mostly days around those that stories pass through, some of them far off. */
const date = fc
  .oneof(
    { weight: 9, arbitrary: fc.integer({ min: -10, max: 60 }) },
    { weight: 1, arbitrary: fc.integer({ min: -400, max: 60_000 }) },
  )
  .map(day => new Date(START_AT + day * 24 * HOUR_MS).toISOString().slice(0, 10));
const days = fc.tuple(date, date).map(([a, b]) => (a < b ? [a, b] : [b, a]));
const plan = days.map(([plannedFrom = '', plannedTo = '']) => ({ plannedFrom, plannedTo }));
const heldDays = days.map(([heldFrom = '', heldTo = '']) => ({ heldFrom, heldTo }));
const services = fc.subarray(['reception', 'plantTour', 'dinner']);
const headcount = fc.integer({ min: 1, max: 3 });
const hosting = fc.record({
  counterparts: fc.subarray([...people], { minLength: 1 }),
  escorts: fc.subarray([...people]),
  overlapReason: fc.constant('There are two of us.'),
});
const wave = fc.constantFrom(...WAVES);
const because = fc.constant({ reason: 'So it is.' });
const revision = fc.integer({ min: 1, max: 25 });
const empty = fc.constant({});

type Data = fc.Arbitrary<AnyCommand['data']>;
const all = (...parts: readonly fc.Arbitrary<object>[]): Data =>
  fc.tuple(...parts).map(made => Object.assign({}, ...made));

const proposed = fc.record({ grade: fc.constantFrom('A', 'B', 'C', 'D'), services });
const word = fc.record({ evaluation: fc.constant('Good.') });

const commands: readonly (readonly [string, fc.Arbitrary<Actor>, Data, number])[] = [
  ['assess', by('agent'), all(proposed, plan), 6],
  ['approve', by('marketingDirector', 'marketing'), all(empty), 6],
  ['returnForChanges', by('marketingDirector'), all(fc.constant({ changes: 'x' })), 1],
  ['reject', by('marketingDirector'), all(because), 1],
  ['resubmit', by('agent'), all(proposed, plan, fc.constant({ changes: 'x' })), 3],
  ['assignHosts', by('agent'), all(hosting), 4],
  [
    'reschedule',
    by('agent'),
    all(
      plan,
      because,
      fc.oneof(
        empty,
        fc.record({ services }),
        headcount.map(heads => ({ visitors: { contactIds: [contactId], headcount: heads } })),
      ),
      fc.constant({ overlapReason: 'x' }),
    ),
    4,
  ],
  ['cancel', by('agent'), all(because, fc.constant({ by: 'house' })), 0.3],
  ['recordNoShow', by('agent'), all(empty), 1],
  ['recordVisitLog', by('technicalService', 'agent'), all(fc.constant({ seen: 'x' })), 2],
  ['complete', by('technicalService', 'agent', 'marketing'), all(heldDays), 8],
  ['correctHeldDates', by('lead'), all(heldDays, because), 3],
  ['recordFeedback', by('customer', 'marketing'), all(word), 2],
  ['recordContactAttempt', by('marketing'), all(fc.record({ wave, channel: fc.constant('phone') })), 6],
  ['recordFollowUp', by('marketing', 'customer'), all(fc.record({ wave }), word), 4],
  ['declineFollowUp', by('marketing', 'customer'), all(fc.record({ wave })), 2],
  ['openFollowUpTask', by('system'), all(fc.record({ wave, cycle: fc.integer({ min: 1, max: 2 }) })), 2],
  ['retractStep', by('lead'), all(fc.record({ stepRevision: revision }), because), 6],
  ['waiveStep', by('lead'), all(fc.constant({ step: 'hosts' }), because), 1],
  ['assign', by('lead'), all(fc.record({ assigneeId: fc.constantFrom(...people) })), 1],
  ['markUrgent', by('lead', 'agent'), all(because), 1],
  ['confirmUrgent', by('lead'), all(empty), 1],
  ['lowerUrgent', by('lead'), all(because), 1],
  ['withdraw', by('agent'), all(empty), 0.3],
  ['reopen', by('agent'), all(because), 2],
  ['close', by('agent'), all(empty), 2],
  [
    'correctDetails',
    by('lead'),
    all(
      fc.record({
        field: fc.constant('receivedAt'),
        to: fc.integer({ min: START_AT - 48 * HOUR_MS, max: START_AT }),
      }),
      because,
    ),
    1,
  ],
  [
    'recordMessage',
    by('agent'),
    all(fc.record({ direction: fc.constantFrom('inbound', 'outbound'), channel: fc.constant('email') })),
    1,
  ],
];

const command = fc.oneof(
  ...commands.map(([type, actor, data, weight]) => ({
    weight: weight * 10,
    arbitrary: fc
      .tuple(actor, data, fc.option(fc.integer({ min: 0, max: 30 * HOUR_MS }), { nil: undefined, freq: 4 }))
      .map(([who, what, agoMs]) => ({ by: who, command: { type, data: what }, agoMs })),
  })),
);

/** Minutes, days or months: at the same instant as well. */
const pause = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 10 * HOUR_MS }),
  fc.integer({ min: 0, max: 10 * 24 * HOUR_MS }),
  fc.integer({ min: 0, max: 60 * 24 * HOUR_MS }),
);

export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.tuple(pause, command).map(([afterMs, rest]) => ({ afterMs, ...rest })),
  { maxLength: 60, size: 'max' },
);
