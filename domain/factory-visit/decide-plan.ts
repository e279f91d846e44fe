import { ownerOf } from '../case/case-rules.ts';
import { endTimers } from '../case/decide-ending.ts';
import { accept, type Decision, type Rejected, reject } from '../case/decision.ts';
import type { DecideContext, HostOverlap, HostQuery } from '../case/lifecycle.ts';
import { cancelClock } from '../sla/cancelling.ts';
import { openClock } from '../sla/clock.ts';
import { meetClock } from '../sla/promises.ts';
import type { FactoryVisitCommand } from './commands.ts';
import { refusedPlan } from './days.ts';
import { followDays } from './decide-approval.ts';
import type { FactoryVisitEvent } from './events.ts';
import { rules } from './rules.ts';
import {
  type FactoryVisitState,
  hostIdsOf,
  hostsOf,
  isNoShow,
  plannedDaysOf,
  servicesOf,
  type Visitors,
  visitorsOf,
} from './state.ts';

type Of<T extends FactoryVisitCommand['type']> = FactoryVisitCommand & { type: T };

/** Whom the command wants as hosts, and when. */
export function hostQueryOf(command: FactoryVisitCommand, state: FactoryVisitState): HostQuery | undefined {
  switch (command.type) {
    case 'assignHosts': {
      const days = plannedDaysOf(state);
      return days && { hostIds: hostIdsOf(command.data), ...days };
    }
    case 'reschedule': {
      const hostIds = hostIdsOf(hostsOf(state));
      const { plannedFrom, plannedTo } = command.data;
      return hostIds.length === 0 ? undefined : { hostIds, from: plannedFrom, to: plannedTo };
    }
    default:
      return undefined;
  }
}

export function assignHosts(
  command: Of<'assignHosts'>,
  at: number,
  state: FactoryVisitState,
  context: DecideContext,
): Decision<FactoryVisitEvent> {
  const { counterparts, escorts } = command.data;
  const overlapping = hostsChecked(command, state, context);
  if ('outcome' in overlapping) return overlapping;
  const data = { counterparts: [...new Set(counterparts)], escorts: [...new Set(escorts)], ...overlapping };
  return accept<FactoryVisitEvent>(
    { type: 'FactoryVisitHostsAssigned', data, occurredAt: at },
    ...meetClock(context, ownerOf(state, rules), openClock(state.clocks, 'hostsAssigned'), at),
  );
}

/** An overlap warns and asks a reason; it never bars. */
function hostsChecked(
  command: Of<'assignHosts' | 'reschedule'>,
  state: FactoryVisitState,
  context: DecideContext,
): Rejected | { readonly overlaps: HostOverlap[]; readonly overlapReason?: string } {
  const query = hostQueryOf(command, state);
  const overlaps =
    query === undefined
      ? []
      : (context.hostOverlaps ?? []).filter(
          o =>
            o.caseId !== context.caseId &&
            query.hostIds.includes(o.hostId) &&
            o.from <= query.to &&
            query.from <= o.to,
        );
  const { overlapReason } = command.data;
  if (overlaps.length > 0 && overlapReason === undefined) {
    return reject('hostsOverlap', { overlaps: overlaps.map(o => ({ ...o })), needs: 'overlapReason' });
  }
  return overlaps.length === 0 || overlapReason === undefined
    ? { overlaps: [] }
    : { overlaps: overlaps.map(o => ({ ...o })), overlapReason };
}

/** Other days. The approval stands while visitors and services do, and the visitors did not stay away. */
export function reschedule(
  command: Of<'reschedule'>,
  at: number,
  state: FactoryVisitState,
  context: DecideContext,
): Decision<FactoryVisitEvent> {
  const { plannedFrom, plannedTo, visitors, services, reason } = command.data;
  const days = { from: plannedFrom, to: plannedTo };
  const previous = plannedDaysOf(state);
  if (previous === undefined) return reject('notPlannedYet', { possible: ['assess'] });
  const refused = refusedPlan(days, state, context);
  if (refused) return refused;
  const otherVisitors = visitors !== undefined && !sameVisitors(visitors, visitorsOf(state));
  const otherServices = services !== undefined && !sameSet(services, servicesOf(state));
  const changed = otherVisitors || otherServices;
  const anew = changed || isNoShow(state);
  const moved = previous.from !== days.from || previous.to !== days.to;
  if (!moved && !anew) return reject('nothingMoved', { plannedFrom, plannedTo });
  const overlapping = hostsChecked(command, state, context);
  if ('outcome' in overlapping) return overlapping;
  const rescheduled: FactoryVisitEvent = {
    type: 'FactoryVisitRescheduled',
    data: {
      previous: { plannedFrom: previous.from, plannedTo: previous.to },
      plannedFrom,
      plannedTo,
      ...(otherVisitors ? { visitors } : {}),
      ...(otherServices ? { services } : {}),
      approval: anew ? 'anew' : 'kept',
      reason,
      ...overlapping,
    },
    occurredAt: at,
  };
  const owner = ownerOf(state, rules);
  // Nobody owes an answer to a proposal that no longer stands.
  const void_ = anew ? state.clocks.filter(c => c.clock === 'approval') : [];
  const rest = { ...state, clocks: state.clocks.filter(c => !void_.includes(c)) };
  return accept<FactoryVisitEvent>(
    rescheduled,
    ...void_.flatMap(clock => cancelClock(clock, 'startRetracted', at, { context, owner })),
    ...(moved ? followDays(rest, context, owner, days, at) : []),
  );
}

function sameVisitors(a: Visitors, b: Visitors): boolean {
  return a.headcount === b.headcount && sameSet(a.contactIds, b.contactIds);
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const [left, right] = [new Set(a), new Set(b)];
  return left.size === right.size && [...left].every(value => right.has(value));
}

/** Frees the hosts and ends the clocks. */
export function cancel(
  { data: { by, reason } }: Of<'cancel'>,
  at: number,
  state: FactoryVisitState,
  context: DecideContext,
): Decision<FactoryVisitEvent> {
  const held = { context, owner: ownerOf(state, rules) };
  return accept<FactoryVisitEvent>(
    { type: 'FactoryVisitCancelled', data: { by, reason }, occurredAt: at },
    ...state.clocks.flatMap(clock => cancelClock(clock, 'visitCancelled', at, held)),
    ...endTimers(state, undefined, 'visitCancelled', at),
  );
}

/** The visitors did not come: what was to be done about the visit is done. */
export function recordNoShow(
  { data: { note } }: Of<'recordNoShow'>,
  at: number,
  state: FactoryVisitState,
  context: DecideContext,
): Decision<FactoryVisitEvent> {
  const days = plannedDaysOf(state);
  const today = context.calendar.localDate(at);
  if (days !== undefined && today < days.from) {
    return reject('visitNotBegun', { plannedFrom: days.from, today, possible: ['reschedule', 'cancel'] });
  }
  const owner = ownerOf(state, rules);
  return accept<FactoryVisitEvent>(
    {
      type: 'FactoryVisitNoShowRecorded',
      data: note === undefined ? {} : { note },
      occurredAt: at,
    },
    ...meetClock(context, owner, openClock(state.clocks, 'visitCompleted'), at, 'noShow'),
    ...cancelClock(openClock(state.clocks, 'hostsAssigned'), 'noShow', at, { context, owner }),
  );
}
