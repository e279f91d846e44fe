import type { z } from 'zod';
import { cancelClock } from '../sla/cancelling.ts';
import { type Clock, isOpen } from '../sla/clock.ts';
import { startClock } from '../sla/promises.ts';
import type { CaseEvent, openInputSchema } from './case-events.ts';
import { type CaseRules, ownerOf } from './case-rules.ts';
import type { CaseState } from './case-state.ts';
import { nextInputCycle } from './decide-input.ts';
import { type InputRequest, isAsked } from './input-request.ts';
import type { DecideContext } from './lifecycle.ts';

/**
 * Open questions at a merge: each goes on in the survivor as its own, since several may run at once. Its words are not
 * repeated: they stand, sealed, in the case where it was asked.
 */
type OpenInput = z.infer<typeof openInputSchema>;

/** What a merge carries over of them; nothing where none is open. */
export function openInputs(state: CaseState, handedOver: readonly Clock[]): { openInputs?: OpenInput[] } {
  const open = state.inputs.filter(isAsked).map((input): OpenInput => {
    const clock = handedOver.find(c => c.clock === 'input' && c.cycle === input.cycle);
    return carried(input, clock === undefined || clock.status === 'breached' ? undefined : clock);
  });
  return open.length === 0 ? {} : { openInputs: open };
}

function carried(input: InputRequest, clock: Clock | undefined): OpenInput {
  const { inputId, cycle, department, askedUserId, askedAt } = input;
  return {
    inputId,
    cycle,
    department,
    askedAt,
    ...(askedUserId === undefined ? {} : { askedUserId }),
    ...(clock === undefined ? {} : { promise: { startedAt: clock.startedAt, dueAt: clock.schedule.dueAt } }),
  };
}

/** The survivor asks on, with the deadlines that were promised. */
export function takeOverInputs<S extends CaseState>(
  open: readonly (OpenInput & { readonly askedIn: string })[],
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): readonly CaseEvent[] {
  const first = nextInputCycle(state);
  const owner = ownerOf(state, rules);
  return open.flatMap((input, index) => {
    const cycle = first + index;
    const { inputId, department, askedUserId, askedAt, askedIn, promise } = input;
    const asked = { inputId, cycle, department, ...(askedUserId === undefined ? {} : { askedUserId }) };
    const started =
      promise === undefined
        ? []
        : startClock(context, owner, state.clocks, 'input', promise.startedAt, {
            cycle,
            dueAt: promise.dueAt,
          });
    return [
      { type: 'InputTakenOver' as const, data: { ...asked, askedIn }, occurredAt: askedAt },
      ...started.map(event => withoutPast(event, context.now)),
    ];
  });
}

/** What was warned of there is not warned of again. */
function withoutPast(event: CaseEvent, now: number): CaseEvent {
  if (event.type !== 'SlaClockStarted') return event;
  const { schedule } = event.data;
  const warnings = schedule.warnings.filter(w => w.at >= now);
  return { ...event, data: { ...event.data, schedule: { ...schedule, warnings } } };
}

/** The survivor's side of a merge undone: what it had taken over stands no longer. */
export function givenBackInputs(
  given: readonly InputRequest[],
  at: number,
  state: CaseState,
): readonly CaseEvent[] {
  return given
    .filter(isAsked)
    .flatMap(({ inputId, cycle }) => [
      { type: 'InputCancelled' as const, data: { inputId, cycle }, occurredAt: at },
      ...state.clocks
        .filter(c => c.clock === 'input' && c.cycle === cycle && isOpen(c))
        .flatMap(c => cancelClock(c, 'inputCancelled', at)),
    ]);
}

/** The questions that went with a merge are the case's own again. */
export function inputsAgain<S extends CaseState>(
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): readonly CaseEvent[] {
  const open = state.inputs
    .filter(input => input.status === 'merged')
    .map(input => {
      const clock = state.clocks.find(c => c.clock === 'input' && c.cycle === input.cycle);
      return {
        ...carried(input, clock?.breach === undefined ? clock : undefined),
        // Those that it had taken over itself stay another's.
        askedIn: input.askedIn ?? context.caseId,
      };
    });
  return takeOverInputs(open, state, context, rules);
}
