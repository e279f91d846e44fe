import type { Clock } from '../sla/clock.ts';
import type { CaseCommand } from './case-commands.ts';
import type { CaseState } from './case-state.ts';
import { isAsked } from './input-request.ts';

type Name = CaseCommand['type'];

/**
 * Which of the commands that every case takes the state allows, whoever asks: those of them that the lifecycle has.
 * The closings are not among them: when a case may close is its lifecycle's own.
 * @param has the lifecycle's commands
 * @param waitsWithoutClock as in the lifecycle's rules
 */
export function possibleInAnyCase<K extends string>(
  state: CaseState,
  has: Readonly<Record<K, unknown>>,
  waitsWithoutClock = false,
): readonly (Name & K)[] {
  return possibleNames(state, waitsWithoutClock).filter((name): name is Name & K => name in has);
}

function possibleNames(state: CaseState, waitsWithoutClock: boolean): readonly Name[] {
  const commands: Name[] = ['addNote', 'attach', 'link', 'recordMessage', 'correctDetails'];
  const add = (when: boolean, ...names: Name[]) => {
    if (when) commands.push(...names);
  };
  const { clocks, ended, priority, urgencyRequested } = state;
  add(
    state.steps.some(s => !s.retracted),
    'retractStep',
  );
  add(
    clocks.some(c => c.status === 'fulfilled' && !c.breachRescinded && (c.result?.lateMs ?? 1) <= 0),
    'rescindBreach',
  );
  if (ended !== undefined) {
    add(ended.how === 'merged', 'unmerge');
    add(ended.how !== 'merged' && ended.how !== 'voided', 'reopen');
    add(ended.how !== 'voided' && ended.how !== 'merged', 'voidEntry');
    return commands;
  }
  commands.push(...possibleAmongColleagues(state));
  const waits = waitsForCustomer(state);
  commands.push('assign', 'waiveStep', 'mergeInto', 'withdraw', 'voidEntry');
  add(priority === 'normal', 'markUrgent');
  add(urgencyRequested, 'confirmUrgent');
  add(priority === 'urgent' || urgencyRequested, 'lowerUrgent');
  if (waitsWithoutClock) {
    add(!waits, 'pauseClock');
    add(waits, 'resumeClock');
  } else {
    const has = (status: Clock['status']) => clocks.some(c => c.status === status);
    add(has('running'), 'pauseClock');
    add(has('running') || has('paused'), 'agreeAppointment');
    add(has('paused'), 'resumeClock');
  }
  return commands;
}

/** What an open case allows among colleagues: hand-overs, and questions to other departments. */
export function possibleAmongColleagues(state: CaseState): readonly ColleagueCommand[] {
  return [
    ...(state.handOver === undefined ? (['handOver'] as const) : ANSWERS_TO_AN_OFFER),
    'requestInput',
    ...(state.inputs.some(isAsked) ? ANSWERS_TO_A_QUESTION : []),
  ];
}
type ColleagueCommand = Extract<
  Name,
  'handOver' | 'requestInput' | (typeof ANSWERS_TO_AN_OFFER)[number] | (typeof ANSWERS_TO_A_QUESTION)[number]
>;
const ANSWERS_TO_AN_OFFER = ['acceptHandOver', 'declineHandOver', 'withdrawHandOver'] as const;
const ANSWERS_TO_A_QUESTION = ['provideInput', 'declineInput', 'chaseInput', 'cancelInput'] as const;

/** Reminders run, and the case closes without a reply after them. */
export function waitsForCustomer(state: CaseState): boolean {
  return state.timers.some(t => t.timer === 'customerSilence' && t.active);
}
