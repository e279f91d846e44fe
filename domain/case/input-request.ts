import type { Actor } from './actor.ts';
import type { CaseEvent } from './case-events.ts';
import type { Folded } from './event-definition.ts';

/** A question to another department. Its promise is the clock `input` of the same cycle. */
export interface InputRequest {
  readonly inputId: string;
  readonly cycle: number;
  readonly department: string;
  /** The person who was asked by name. */
  readonly askedUserId?: string;
  readonly askedAt: number;
  /** The case where its words stand, if not this one. */
  readonly askedIn?: string;
  /** `merged`: it goes on in the case that this one was merged into. */
  readonly status: 'asked' | 'provided' | 'declined' | 'cancelled' | 'merged';
  readonly chases: number;
}

export function isAsked(input: InputRequest): boolean {
  return input.status === 'asked';
}

/** Whose question it is to answer: whoever was named, and everybody of the department. */
export function mayAnswer(input: InputRequest, { id, onBehalfOf, department }: Actor): boolean {
  const { askedUserId } = input;
  if (askedUserId !== undefined && (askedUserId === id || askedUserId === onBehalfOf)) return true;
  return department === input.department;
}

type InputEvent = Folded<CaseEvent> & {
  type:
    | 'InputRequested'
    | 'InputTakenOver'
    | 'InputProvided'
    | 'InputDeclined'
    | 'InputCancelled'
    | 'InputChased';
};

export function evolveInputs(inputs: readonly InputRequest[], event: InputEvent): readonly InputRequest[] {
  const { inputId } = event.data;
  const changed = (change: Partial<InputRequest>) =>
    inputs.map(input => (input.inputId === inputId ? { ...input, ...change } : input));
  switch (event.type) {
    case 'InputRequested':
    case 'InputTakenOver': {
      const { cycle, department, askedUserId } = event.data;
      const asked: InputRequest = {
        inputId,
        cycle,
        department,
        askedAt: event.occurredAt,
        status: 'asked',
        chases: 0,
        ...(askedUserId === undefined ? {} : { askedUserId }),
        ...(event.type === 'InputTakenOver' ? { askedIn: event.data.askedIn } : {}),
      };
      return [...inputs.filter(i => i.inputId !== inputId), asked];
    }
    case 'InputProvided':
      return changed({ status: 'provided' });
    case 'InputDeclined':
      return changed({ status: 'declined' });
    case 'InputCancelled':
      return changed({ status: 'cancelled' });
    case 'InputChased':
      return inputs.map(i => (i.inputId === inputId ? { ...i, chases: i.chases + 1 } : i));
  }
}

/** Questions of a case that has ended stand no longer, or stand elsewhere. */
export function endedInputs(inputs: readonly InputRequest[], merged: boolean): readonly InputRequest[] {
  const status = merged ? 'merged' : 'cancelled';
  return inputs.some(isAsked) ? inputs.map(i => (isAsked(i) ? { ...i, status } : i)) : inputs;
}
