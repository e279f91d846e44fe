import { possibleInAnyCase } from '../case/possible-in-any-case.ts';
import { openClock } from '../sla/clock.ts';
import { type FactoryVisitCommand, factoryVisitCommands } from './commands.ts';
import {
  type FactoryVisitState,
  hasResult,
  heldDaysOf,
  hostsOf,
  isCancelled,
  isNoShow,
  proposal,
  verdict,
  WAVE_CLOCK,
  WAVES,
  waveClock,
} from './state.ts';

type Name = FactoryVisitCommand['type'];

/** No promise of a visit waits for anybody, and its days move by `reschedule`. */
const NEVER: readonly Name[] = ['pauseClock', 'resumeClock', 'agreeAppointment'];

/** What the state of a visit allows, whoever asks. */
export function possible(state: FactoryVisitState): readonly Name[] {
  if (state.phase === 'none') return ['apply'];
  const commands: Name[] = possibleInAnyCase(state, factoryVisitCommands).filter(
    name => !NEVER.includes(name),
  );
  if (state.ended !== undefined) return commands;
  const add = (when: boolean, ...names: Name[]) => {
    if (when) commands.push(...names);
  };
  add(mayClose(state), 'close');
  if (isCancelled(state)) return commands;
  const held = heldDaysOf(state) !== undefined;
  const noShow = isNoShow(state);
  const asked = proposal(state) !== undefined;
  const said = verdict(state);
  const ahead = !held && !noShow;
  const cleared = mayGoOn(state);
  const hosted = hostsOf(state) !== undefined;
  add(ahead && !asked, 'assess');
  add(asked && said === undefined && !noShow, 'approve', 'returnForChanges', 'reject');
  add(said === 'returned' && !noShow, 'resubmit');
  add(ahead && cleared, 'assignHosts');
  add(!held && (noShow || said === 'approved' || (asked && said === undefined)), 'reschedule');
  add(ahead && said !== 'rejected', 'cancel');
  add(ahead && said === 'approved', 'recordNoShow');
  add(held || (ahead && cleared && hosted), 'recordVisitLog', 'recordFeedback');
  add(ahead && cleared && (hosted || state.waived.includes('hosts')), 'complete');
  add(held, 'correctHeldDates');
  add(
    WAVES.some(wave => {
      const clock = openClock(state.clocks, WAVE_CLOCK[wave]);
      return clock !== undefined && (clock.openedAt !== undefined || clock.status === 'breached');
    }),
    'recordContactAttempt',
    'recordFollowUp',
    'declineFollowUp',
  );
  return commands;
}

/** Approved; an urgent visit need not wait for the director's word, which is still owed. */
function mayGoOn(state: FactoryVisitState): boolean {
  const said = verdict(state);
  if (said === 'approved') return true;
  return state.priority === 'urgent' && said === undefined && proposal(state) !== undefined;
}

/** It will not be held, or the last wave has its result. */
export function mayClose(state: FactoryVisitState): boolean {
  if (heldDaysOf(state) === undefined) {
    return isCancelled(state) || isNoShow(state) || verdict(state) === 'rejected';
  }
  const last = waveClock(state, 6);
  // A policy may promise no wave at six months: then whichever there are.
  return last === undefined
    ? WAVES.every(wave => waveClock(state, wave)?.status !== 'running')
    : hasResult(last);
}
