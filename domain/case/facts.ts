import type { Clock } from '../sla/clock.ts';
import { dueOf } from '../time/target.ts';
import type { CaseState } from './case-state.ts';
import { type Rejected, reject } from './decision.ts';
import type { DecideContext } from './lifecycle.ts';

/** The data of a command that may lie in the past. */
export interface FactTime {
  readonly occurredAt?: number | undefined;
  readonly backdatingReason?: string | undefined;
}

/**
 * When a command's fact happened: `now`, or an instant of the past that the rules allow (sla-semantics, "Time"):
 * not after now, not before the receipt, recorded within the policy's backdating limit unless a lead says why.
 */
export function factAt(context: DecideContext, state: CaseState, data: FactTime): number | Rejected {
  const { now, policy, calendar, actor } = context;
  const at = data.occurredAt ?? now;
  if (at > now) return reject('inTheFuture', { occurredAt: at, now });
  if (state.phase !== 'none' && at < state.receivedAt) {
    return reject('beforeReceipt', { occurredAt: at, receivedAt: state.receivedAt });
  }
  if (at === now) return at;
  const limit = dueOf(
    { kind: 'workingDays', count: policy.backdatingWorkingDays, countFrom: 'nextDay' },
    at,
    calendar,
  );
  if (now <= limit.dueAt) return at;
  if (actor.roles.includes('lead') && data.backdatingReason !== undefined) return at;
  return reject('tooFarBack', {
    occurredAt: at,
    recordableUntil: limit.dueAt,
    unless: 'a lead gives a backdatingReason',
  });
}

/** Why a fact can't keep a promise: it lies before the promise began (again). */
export function beforePromise(at: number, promise: Clock | undefined): Rejected | undefined {
  if (promise === undefined || at >= promise.startedAt) return undefined;
  const { clock, startedAt } = promise;
  return reject('beforePromise', { occurredAt: at, clock, startedAt });
}

/** When a case that opens reached the house, and whether it was entered late. */
export function receiptAt(
  context: DecideContext,
  receivedAt: number | undefined,
): { readonly receivedAt: number; readonly registeredLate: boolean } | Rejected {
  const { now, policy, calendar } = context;
  const at = receivedAt ?? now;
  if (at > now) return reject('inTheFuture', { receivedAt: at, now });
  const earliest = now - policy.receiptReachesBackDays * 86_400_000;
  if (at < earliest) return reject('tooFarBack', { receivedAt: at, earliest });
  const limit = dueOf(
    { kind: 'workingDays', count: policy.backdatingWorkingDays, countFrom: 'nextDay' },
    at,
    calendar,
  );
  return { receivedAt: at, registeredLate: now > limit.dueAt };
}

/** A step cannot lie before what it rests on; `fact` names that. */
export function beforeFact(at: number, fact: string, factAt: number | undefined): Rejected | undefined {
  if (factAt === undefined || at >= factAt) return undefined;
  return reject('beforeFact', { occurredAt: at, fact, factAt });
}
