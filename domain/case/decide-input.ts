import { askedRecipients } from '../sla/breaching.ts';
import { cancelClock } from '../sla/cancelling.ts';
import { type Clock, nextCycle } from '../sla/clock.ts';
import { meetClock, startClock } from '../sla/promises.ts';
import type { CaseCommand } from './case-commands.ts';
import type { CaseEvent } from './case-events.ts';
import { type CaseRules, notAssignee, ownerOf } from './case-rules.ts';
import type { CaseState } from './case-state.ts';
import { accept, type Decision, type Rejected, reject } from './decision.ts';
import { type InputRequest, isAsked, mayAnswer } from './input-request.ts';
import type { DecideContext } from './lifecycle.ts';

type Data<T extends CaseCommand['type']> = (CaseCommand & { type: T })['data'];

/** Questions that one case may have open at a time. */
const MAX_OPEN_INPUTS = 20;
/** What lies further is a slip of the pen. */
const FURTHEST_INPUT_MS = 366 * 86_400_000;

/** A question to another department (工作联系单): its own promise begins, the case's go on beside it. */
export function requestInput<S extends CaseState>(
  data: Data<'requestInput'>,
  at: number,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): Decision<CaseEvent> {
  const refused = notAssignee(context, state);
  if (refused) return refused;
  const { department, askedUserId, question, dueAt } = data;
  if (state.inputs.filter(isAsked).length >= MAX_OPEN_INPUTS)
    return reject('tooManyInputs', { limit: MAX_OPEN_INPUTS, possible: [...rules.possible(state)] });
  if (askedUserId !== undefined && askedUserId === context.actor.id)
    return reject('askedOfOneself', { askedUserId });
  if (dueAt !== undefined) {
    if (dueAt <= context.now || dueAt <= at) return reject('dueInThePast', { dueAt, now: context.now });
    if (dueAt > at + FURTHEST_INPUT_MS) return reject('dueTooFar', { dueAt, until: at + FURTHEST_INPUT_MS });
  }
  const cycle = nextInputCycle(state);
  const asked = {
    inputId: context.newId(),
    cycle,
    department,
    ...(askedUserId === undefined ? {} : { askedUserId }),
  };
  const owner = ownerOf(state, rules);
  return accept<CaseEvent>(
    {
      type: 'InputRequested',
      data: { ...asked, question, ...(dueAt === undefined ? {} : { dueAt }) },
      occurredAt: at,
    },
    ...startClock(context, owner, state.clocks, 'input', at, {
      cycle,
      ...(dueAt === undefined ? {} : { dueAt }),
    }),
  );
}

/** By the department that was asked: an answer, or that it can give none; both end the wait for it. */
export function answerInput<S extends CaseState>(
  command: CaseCommand & { type: 'provideInput' | 'declineInput' },
  at: number,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): Decision<CaseEvent> {
  const input = openInput(command.data.inputId, at, state);
  if ('outcome' in input) return input;
  const { inputId, cycle, department, askedUserId } = input;
  if (!mayAnswer(input, context.actor))
    return reject('notAsked', { inputId, department, askedUserId: askedUserId ?? null });
  const id = { inputId, cycle };
  const answered: CaseEvent =
    command.type === 'provideInput'
      ? { type: 'InputProvided', data: { ...id, answer: command.data.answer }, occurredAt: at }
      : { type: 'InputDeclined', data: { ...id, reason: command.data.reason }, occurredAt: at };
  const mode = command.type === 'provideInput' ? 'provided' : 'declined';
  const owner = ownerOf(state, rules);
  return accept<CaseEvent>(answered, ...meetClock(context, owner, clockOf(state, input), at, mode));
}

/** By whoever asked: a reminder, or the question taken back. */
export function endOrChaseInput<S extends CaseState>(
  command: CaseCommand & { type: 'chaseInput' | 'cancelInput' },
  at: number,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): Decision<CaseEvent> {
  const refused = notAssignee(context, state);
  if (refused) return refused;
  const input = openInput(command.data.inputId, at, state);
  if ('outcome' in input) return input;
  const id = { inputId: input.inputId, cycle: input.cycle };
  const owner = ownerOf(state, rules);
  if (command.type === 'chaseInput') {
    const { text } = command.data;
    const recipients = askedRecipients(context, input);
    const data = { ...id, ...(text === undefined ? {} : { text }), recipients: [...recipients] };
    return accept<CaseEvent>({ type: 'InputChased', data, occurredAt: at });
  }
  const { reason } = command.data;
  return accept<CaseEvent>(
    {
      type: 'InputCancelled',
      data: { ...id, ...(reason === undefined ? {} : { reason }) },
      occurredAt: at,
    },
    ...cancelClock(clockOf(state, input), 'inputCancelled', at, { context, owner }),
  );
}

/** Also where the policy makes no promise of an answer, questions are counted. */
export function nextInputCycle(state: CaseState): number {
  return Math.max(nextCycle(state.clocks, 'input'), 1 + Math.max(0, ...state.inputs.map(i => i.cycle)));
}

function clockOf(state: CaseState, input: InputRequest): Clock | undefined {
  return state.clocks.find(c => c.clock === 'input' && c.cycle === input.cycle);
}

function openInput(inputId: string, at: number, state: CaseState): InputRequest | Rejected {
  const input = state.inputs.find(i => i.inputId === inputId);
  if (input === undefined) {
    return reject('noSuchInput', { inputId, open: state.inputs.filter(isAsked).map(i => i.inputId) });
  }
  const { status, askedAt } = input;
  if (!isAsked(input)) return reject('inputEnded', { inputId, status });
  return at < askedAt ? reject('beforeTheQuestion', { occurredAt: at, askedAt }) : input;
}
