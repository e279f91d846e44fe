import { ownerOf } from '../case/case-rules.ts';
import { accept, type Decision, type Rejected, reject } from '../case/decision.ts';
import type { DecideContext } from '../case/lifecycle.ts';
import { type Clock, openClock, resultOf } from '../sla/clock.ts';
import { meetClock } from '../sla/promises.ts';
import type { FactoryVisitCommand } from './commands.ts';
import type { FactoryVisitEvent, Wave } from './events.ts';
import { possible } from './possible.ts';
import { rules } from './rules.ts';
import { type FactoryVisitState, WAVE_CLOCK, waveClock } from './state.ts';

type Of<T extends FactoryVisitCommand['type']> = FactoryVisitCommand & { type: T };

/** A wave's outcome, or one of the two tries that are one. From its opening on; what came before is feedback. */
export function followUp(
  command: Of<'recordContactAttempt' | 'recordFollowUp' | 'declineFollowUp'>,
  at: number,
  state: FactoryVisitState,
  context: DecideContext,
): Decision<FactoryVisitEvent> {
  const { wave } = command.data;
  const clock = openWaveAt(wave, at, state);
  if ('outcome' in clock) return clock;
  const meet = (mode: string, metAt = at) => meetClock(context, ownerOf(state, rules), clock, metAt, mode);
  const { cycle } = clock;
  switch (command.type) {
    case 'recordContactAttempt': {
      const { channel, contactId, note } = command.data;
      // By the wave and its opening, not by the cycle: after an unmerge the same wave goes on in the next one.
      const opensAt = clock.schedule.opensAt ?? clock.startedAt;
      const tries = state.waveFacts.filter(f => f.kind === 'attempt' && f.wave === wave && f.at >= opensAt);
      const secondAt = secondDay([...tries.map(t => t.at), at], context);
      const data = {
        wave,
        cycle,
        channel,
        ...(contactId === undefined ? {} : { contactId }),
        ...(note === undefined ? {} : { note }),
      };
      return accept<FactoryVisitEvent>(
        { type: 'FactoryVisitContactAttempted', data, occurredAt: at },
        ...(secondAt === undefined ? [] : meet('contactedWithoutAnswer', secondAt)),
      );
    }
    case 'recordFollowUp': {
      const { occurredAt: _at, backdatingReason: _why, ...said } = command.data;
      const data = { ...said, cycle };
      return accept<FactoryVisitEvent>(
        { type: 'FactoryVisitFollowedUp', data, occurredAt: at },
        ...meet('feedback'),
      );
    }
    case 'declineFollowUp': {
      const { reason } = command.data;
      const data = { wave, cycle, ...(reason === undefined ? {} : { reason }) };
      return accept<FactoryVisitEvent>(
        { type: 'FactoryVisitFollowUpDeclined', data, occurredAt: at },
        ...meet('declined'),
      );
    }
  }
}

/** The wave's clock, if it waits for a result at that instant; a missed one still does. */
function openWaveAt(wave: Wave, at: number, state: FactoryVisitState): Clock | Rejected {
  const clock = openClock(state.clocks, WAVE_CLOCK[wave]);
  if (clock === undefined) {
    const last = waveClock(state, wave);
    if (last === undefined) {
      return reject('noSuchWave', { wave, phase: state.phase, possible: [...possible(state)] });
    }
    return reject('waveHasResult', {
      wave,
      result: resultOf(last),
      mode: last.result?.mode ?? null,
      possible: [...possible(state)],
    });
  }
  const opensAt = clock.schedule.opensAt ?? clock.startedAt;
  if (at < opensAt) return reject('waveNotOpen', { wave, opensAt, possible: [...possible(state)] });
  return clock;
}

/** When the tries have been made on two local days; they may be recorded in any order. */
function secondDay(tries: readonly number[], { calendar }: DecideContext): number | undefined {
  const [first, ...later] = [...tries].sort((a, b) => a - b);
  if (first === undefined) return undefined;
  return later.find(at => calendar.localDate(at) !== calendar.localDate(first));
}

/** The task of a wave that opened, once. When the wave has its result meanwhile, there is nothing left to do. */
export function openFollowUpTask(
  { data: { wave, cycle } }: Of<'openFollowUpTask'>,
  state: FactoryVisitState,
  context: DecideContext,
): Decision<FactoryVisitEvent> {
  const clock = state.clocks.find(c => c.clock === WAVE_CLOCK[wave] && c.cycle === cycle);
  const waits = clock?.status === 'running' || clock?.status === 'breached';
  const given = state.tasks.some(t => t.wave === wave && t.cycle === cycle);
  if (clock === undefined || !waits || given || state.ended !== undefined) return accept<FactoryVisitEvent>();
  const { contactId, teamId, assigneeId } = state;
  return accept<FactoryVisitEvent>({
    type: 'FactoryVisitFollowUpTaskOpened',
    data: {
      taskId: context.newId(),
      wave,
      cycle,
      dueAt: clock.schedule.dueAt,
      ...(contactId === undefined ? {} : { contactId }),
      teamId,
      ...(assigneeId === undefined ? {} : { assigneeId }),
    },
    occurredAt: context.now,
  });
}
