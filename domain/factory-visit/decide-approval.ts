import { ownerOf } from '../case/case-rules.ts';
import { accept, type Decision, type Rejected, reject } from '../case/decision.ts';
import type { DecideContext } from '../case/lifecycle.ts';
import { cancelClock } from '../sla/cancelling.ts';
import { isOpen, openClock } from '../sla/clock.ts';
import type { ClockAnchor, ClockName } from '../sla/events.ts';
import { moveClock } from '../sla/move-clock.ts';
import { meetClock, startClock } from '../sla/promises.ts';
import type { PromiseOwner } from '../sla/schedule.ts';
import type { FactoryVisitCommand } from './commands.ts';
import { refusedPlan } from './days.ts';
import type { FactoryVisitEvent } from './events.ts';
import { rules } from './rules.ts';
import { type Days, type FactoryVisitState, heldDaysOf, hostsOf, plannedDaysOf, proposers } from './state.ts';

type Of<T extends FactoryVisitCommand['type']> = FactoryVisitCommand & { type: T };

/** What each promise hangs on. */
function anchors({ from, to }: Days) {
  return {
    approval: { eveOf: from },
    hostsAssigned: { eveOf: from },
    visitCompleted: { countedFrom: to },
  } satisfies Partial<Record<ClockName, ClockAnchor>>;
}

/** Whoever gives it is the proposer; the director's answer is owed from then on. */
export function propose(
  command: Of<'assess' | 'resubmit'>,
  at: number,
  state: FactoryVisitState,
  context: DecideContext,
): Decision<FactoryVisitEvent> {
  const { grade, services, plannedFrom, plannedTo } = command.data;
  const days = { from: plannedFrom, to: plannedTo };
  const refused = refusedPlan(days, state, context);
  if (refused) return refused;
  const { onBehalfOf } = context.actor;
  const proposed = {
    grade,
    services,
    plannedFrom,
    plannedTo,
    ...(onBehalfOf === undefined ? {} : { proposedFor: onBehalfOf }),
  };
  const event: FactoryVisitEvent =
    command.type === 'assess'
      ? {
          type: 'FactoryVisitAssessed',
          data: { ...proposed, ...(command.data.note === undefined ? {} : { note: command.data.note }) },
          occurredAt: at,
        }
      : {
          type: 'FactoryVisitResubmitted',
          data: { ...proposed, changes: command.data.changes },
          occurredAt: at,
        };
  const before = ownerOf(state, rules);
  const owner = { ...before, facts: { ...before.facts, customerGrade: grade } };
  const planned = plannedDaysOf(state);
  const moved = planned?.from !== days.from || planned.to !== days.to;
  return accept<FactoryVisitEvent>(
    event,
    ...(moved ? followDays(state, context, owner, days, at) : []),
    ...startClock(context, owner, state.clocks, 'approval', at, { anchor: anchors(days).approval }),
  );
}

/** What is open moves with the days; what is met or missed stays. */
export function followDays(
  state: FactoryVisitState,
  context: DecideContext,
  owner: PromiseOwner,
  days: Days,
  at: number,
): readonly FactoryVisitEvent[] {
  const anchor = anchors(days);
  return (['approval', 'hostsAssigned', 'visitCompleted'] as const).flatMap(name =>
    state.clocks
      .filter(c => c.clock === name)
      .flatMap(clock => moveClock(context, owner, clock, 'visitMoved', anchor[name], at)),
  );
}

/** The director's word, or that of whoever has the director's power in writing. */
export function judge(
  command: Of<'approve' | 'returnForChanges' | 'reject'>,
  at: number,
  state: FactoryVisitState,
  context: DecideContext,
): Decision<FactoryVisitEvent> {
  const power = powerToJudge(state, context, at);
  if ('outcome' in power) return power;
  const delegated = power;
  const owner = ownerOf(state, rules);
  const meet = (mode: string) => meetClock(context, owner, openClock(state.clocks, 'approval'), at, mode);
  switch (command.type) {
    case 'approve': {
      const { note } = command.data;
      const data = { ...delegated, ...(note === undefined ? {} : { note }) };
      return accept<FactoryVisitEvent>(
        { type: 'FactoryVisitApproved', data, occurredAt: at },
        ...meet('approved'),
        ...owedOnceApproved(state, context, owner, at),
      );
    }
    case 'returnForChanges': {
      const data = { ...delegated, changes: command.data.changes };
      return accept<FactoryVisitEvent>(
        { type: 'FactoryVisitReturned', data, occurredAt: at },
        ...meet('returned'),
      );
    }
    case 'reject': {
      const data = { ...delegated, reason: command.data.reason };
      // Approved once and moved, a visit still owes hosts and its end: with the rejection there is none to owe.
      const others = state.clocks.filter(c => isOpen(c) && c.clock !== 'approval');
      return accept<FactoryVisitEvent>(
        { type: 'FactoryVisitRejected', data, occurredAt: at },
        ...meet('rejected'),
        ...others.flatMap(clock => cancelClock(clock, 'visitCancelled', at, { context, owner })),
      );
    }
  }
}

/** The actor's own power, or that of the director whose delegation holds: of several, one who did not propose. */
function powerToJudge(
  state: FactoryVisitState,
  context: DecideContext,
  at: number,
): Rejected | { readonly delegatedBy?: string } {
  const { id, roles, onBehalfOf, delegations = [] } = context.actor;
  const proposerIds = [...new Set(proposers(state))];
  const isProposer = (who: string) => proposerIds.includes(who);
  const refused = reject('proposerMayNotApprove', { proposerIds });
  if (isProposer(id) || (onBehalfOf !== undefined && isProposer(onBehalfOf))) return refused;
  if (roles.includes('marketingDirector')) return {};
  const held = delegations.filter(
    d =>
      d.command === 'approve' &&
      (onBehalfOf === undefined || d.from === onBehalfOf) &&
      d.validFrom <= at &&
      at <= d.validUntil,
  );
  const delegatedBy = held.find(d => !isProposer(d.from))?.from;
  if (delegatedBy !== undefined) return { delegatedBy };
  if (held.length > 0) return refused;
  return reject('notDelegated', {
    onBehalfOf: onBehalfOf ?? null,
    needs: 'the role marketingDirector, or its power delegated in writing for this day',
  });
}

/** Hosts before the arrival, and the end of the visit. What an earlier approval began goes on. */
function owedOnceApproved(
  state: FactoryVisitState,
  context: DecideContext,
  owner: PromiseOwner,
  at: number,
): readonly FactoryVisitEvent[] {
  const days = plannedDaysOf(state);
  if (days === undefined || heldDaysOf(state) !== undefined) return [];
  const anchor = anchors(days);
  const start = (name: 'hostsAssigned' | 'visitCompleted') =>
    openClock(state.clocks, name) === undefined
      ? startClock(context, owner, state.clocks, name, at, { anchor: anchor[name] })
      : [];
  const hosted = hostsOf(state) !== undefined || state.waived.includes('hosts');
  return [...(hosted ? [] : start('hostsAssigned')), ...start('visitCompleted')];
}
