import { notAssignee, ownerOf } from '../case/case-rules.ts';
import { accept, type Decision, type Rejected, reject } from '../case/decision.ts';
import type { DecideContext } from '../case/lifecycle.ts';
import { openClock } from '../sla/clock.ts';
import { moveClock } from '../sla/move-clock.ts';
import { opensLater } from '../sla/open-wave.ts';
import { meetClock, startClock } from '../sla/promises.ts';
import type { FactoryVisitCommand } from './commands.ts';
import { refusedHeld } from './days.ts';
import type { FactoryVisitEvent } from './events.ts';
import { rules } from './rules.ts';
import {
  type FactoryVisitState,
  heldDaysOf,
  hostIdsOf,
  hostsOf,
  plannedDaysOf,
  WAVE_CLOCK,
  WAVES,
  waveClock,
} from './state.ts';

type Of<T extends FactoryVisitCommand['type']> = FactoryVisitCommand & { type: T };

/** One of the visit's hosts, or somebody on behalf of one. Where a lead waived them, the assignee. */
function notHost(state: FactoryVisitState, context: DecideContext): Rejected | undefined {
  const hosts = hostIdsOf(hostsOf(state));
  const { id, onBehalfOf } = context.actor;
  if (hosts.includes(id) || (onBehalfOf !== undefined && hosts.includes(onBehalfOf))) return undefined;
  if (hosts.length === 0 && state.waived.includes('hosts')) return notAssignee(context, state);
  return reject('notHost', { hosts: [...hosts] });
}

function notBegun(state: FactoryVisitState, context: DecideContext, at: number): Rejected | undefined {
  const days = plannedDaysOf(state);
  const today = context.calendar.localDate(at);
  if (days === undefined || today >= days.from || heldDaysOf(state) !== undefined) return undefined;
  return reject('visitNotBegun', { plannedFrom: days.from, today });
}

export function recordVisitLog(
  { data }: Of<'recordVisitLog'>,
  at: number,
  state: FactoryVisitState,
  context: DecideContext,
): Decision<FactoryVisitEvent> {
  const refused = notHost(state, context) ?? notBegun(state, context, at);
  if (refused) return refused;
  const { seen, said, promised, findings } = data;
  if (seen === undefined && said === undefined && promised === undefined && findings.length === 0) {
    return reject('nothingToRecord', { needs: 'seen, said, promised or findings' });
  }
  const logged = {
    ...(seen === undefined ? {} : { seen }),
    ...(said === undefined ? {} : { said }),
    ...(promised === undefined ? {} : { promised }),
    findings: findings.map(finding => ({ findingId: context.newId(), ...finding })),
  };
  return accept<FactoryVisitEvent>({ type: 'FactoryVisitLogged', data: logged, occurredAt: at });
}

/** The last day held anchors the three waves, for good: a late or declined one moves none of the others. */
export function complete(
  { data: { heldFrom, heldTo, note } }: Of<'complete'>,
  at: number,
  state: FactoryVisitState,
  context: DecideContext,
): Decision<FactoryVisitEvent> {
  const refused = notHost(state, context) ?? refusedHeld({ from: heldFrom, to: heldTo }, at, state, context);
  if (refused) return refused;
  const owner = ownerOf(state, rules);
  return accept<FactoryVisitEvent>(
    {
      type: 'FactoryVisitCompleted',
      data: { heldFrom, heldTo, ...(note === undefined ? {} : { note }) },
      occurredAt: at,
    },
    ...meetClock(context, owner, openClock(state.clocks, 'visitCompleted'), at, 'held'),
    ...WAVES.flatMap(wave =>
      startClock(context, owner, state.clocks, WAVE_CLOCK[wave], at, { anchor: { countedFrom: heldTo } }),
    ),
  );
}

/** Until wave 1 opens the waves follow the true last day; from then on only the record does. */
export function correctHeldDates(
  { data: { heldFrom, heldTo, reason } }: Of<'correctHeldDates'>,
  at: number,
  state: FactoryVisitState,
  context: DecideContext,
): Decision<FactoryVisitEvent> {
  const previous = heldDaysOf(state);
  if (previous === undefined) return reject('notHeld', { possible: ['complete'] });
  const refused = refusedHeld({ from: heldFrom, to: heldTo }, at, state, context);
  if (refused) return refused;
  if (previous.from === heldFrom && previous.to === heldTo) {
    return reject('nothingToCorrect', { heldFrom, heldTo });
  }
  const waves = WAVES.flatMap(wave => waveClock(state, wave) ?? []);
  const allAhead = waves.every(c => opensLater(c) && context.now < (c.schedule.opensAt ?? 0));
  const wavesMoved = previous.to !== heldTo && waves.length > 0 && allAhead;
  const owner = ownerOf(state, rules);
  return accept<FactoryVisitEvent>(
    {
      type: 'FactoryVisitHeldDatesCorrected',
      data: {
        previous: { heldFrom: previous.from, heldTo: previous.to },
        heldFrom,
        heldTo,
        wavesMoved,
        reason,
      },
      occurredAt: at,
    },
    ...(wavesMoved
      ? waves.flatMap(c => moveClock(context, owner, c, 'heldCorrected', { countedFrom: heldTo }, at))
      : []),
  );
}

/** What is said of the visit before a wave opens, or beside one: it meets no wave. */
export function recordFeedback(
  { data }: Of<'recordFeedback'>,
  at: number,
  state: FactoryVisitState,
  context: DecideContext,
): Decision<FactoryVisitEvent> {
  const byCustomer = context.actor.role === 'customer';
  const refused = (byCustomer ? undefined : notHost(state, context)) ?? notBegun(state, context, at);
  if (refused) return refused;
  const { occurredAt: _at, backdatingReason: _why, ...said } = data;
  return accept<FactoryVisitEvent>({
    type: 'FactoryVisitFeedbackRecorded',
    data: { ...said, by: byCustomer ? 'customer' : 'host' },
    occurredAt: at,
  });
}
