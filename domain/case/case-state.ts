import { type Clock, evolveClocks } from '../sla/clock.ts';
import { type CaseTimer, evolveTimers } from '../sla/timers.ts';
import type { CaseEvent } from './case-events.ts';
import type { Folded } from './event-definition.ts';
import { endedInputs, evolveInputs, type InputRequest } from './input-request.ts';
import { gaveBack, receiptCorrected, tookOver } from './taken-over.ts';

export interface MessageFact {
  readonly messageId: string;
  readonly direction: 'inbound' | 'outbound';
  readonly byPerson: boolean;
  readonly at: number;
  readonly commandId: string;
  readonly bounced: boolean;
  /** What it is, where it reached the customer: the word that it came in, or one on the matter by a person. */
  readonly keeps?: 'acknowledgement' | 'reply';
}

/** An event of the lifecycle's own that can be taken back, with the decision it belongs to. */
export interface Step {
  readonly revision: number;
  readonly type: string;
  readonly commandId: string;
  readonly at: number;
  readonly actorId: string;
  readonly retracted: boolean;
}

export interface Ending {
  readonly at: number;
  readonly how: 'closed' | 'withoutReply' | 'withoutAgreement' | 'withdrawn' | 'voided' | 'merged';
  readonly survivorId?: string;
  /** Revision of the event by which it was merged. */
  readonly mergeRevision?: number;
  /** The phase to go back to. */
  readonly from: string;
}

/** An offer that waits for its answer. */
export interface HandOver {
  readonly handOverId: string;
  readonly toUserId?: string;
  readonly toTeamId: string;
  readonly proposedBy: string;
  readonly proposedAt: number;
}

/** A merge of another case into this one; it may have been undone since. */
export interface TakenOver {
  readonly loserId: string;
  /** Of the event in the other case's stream. */
  readonly mergeRevision: number;
  readonly released: boolean;
  readonly receivedAt: number;
  /** The decision to take it over. */
  readonly commandId: string;
}

/** What every case knows of itself, folded from its stream. Holds no personal value. */
export interface CaseState {
  /** `none` before the first event; then the lifecycle's own words. */
  readonly phase: string;
  /** When it reached any employee or channel. */
  readonly receivedAt: number;
  /** As it was recorded first, if it was corrected since. */
  readonly firstReceivedAt?: number;
  /** Without what a merged case brought along, if one was merged into it. */
  readonly ownReceivedAt?: number;
  readonly registeredLate: boolean;
  readonly priority: 'normal' | 'urgent';
  readonly urgencyRequested: boolean;
  readonly teamId: string;
  readonly assigneeId?: string;
  readonly clocks: readonly Clock[];
  readonly timers: readonly CaseTimer[];
  readonly messages: readonly MessageFact[];
  readonly chases: number;
  readonly nextNewsAt?: number;
  readonly steps: readonly Step[];
  readonly waived: readonly string[];
  readonly linkedTo: readonly string[];
  readonly takenOver: readonly TakenOver[];
  /** The cases that are merged into this one now. */
  readonly mergedFrom: readonly string[];
  readonly handOver?: HandOver;
  readonly inputs: readonly InputRequest[];
  readonly ended?: Ending;
  readonly reopenings: number;
}

export const noCase: CaseState = {
  phase: 'none',
  receivedAt: 0,
  registeredLate: false,
  priority: 'normal',
  urgencyRequested: false,
  teamId: '',
  clocks: [],
  timers: [],
  messages: [],
  chases: 0,
  steps: [],
  waived: [],
  linkedTo: [],
  takenOver: [],
  mergedFrom: [],
  inputs: [],
  reopenings: 0,
};

/** The phase of a case that has ended, by how it did. */
const ENDED_PHASE = {
  closed: 'closed',
  withoutReply: 'closed',
  withoutAgreement: 'closed',
  withdrawn: 'withdrawn',
  voided: 'voided',
  merged: 'merged',
} as const;

/** Folds what every case has; a lifecycle's own state is kept by the type parameter. */
export function evolveCase<S extends CaseState>(state: S, event: Folded<CaseEvent>): S {
  switch (event.type) {
    case 'MessageRecorded': {
      const { messageId, direction, author, bounceOf, chase, nextNewsAt } = event.data;
      const byPerson = author.kind !== 'automatic';
      const keeps = direction === 'outbound' ? keptBy(event.data, byPerson) : undefined;
      const message: MessageFact = {
        messageId,
        direction,
        byPerson,
        at: event.occurredAt,
        ...(keeps === undefined ? {} : { keeps }),
        commandId: event.commandId,
        bounced: false,
      };
      const before =
        bounceOf === undefined
          ? state.messages
          : state.messages.map(m => (m.messageId === bounceOf ? { ...m, bounced: true } : m));
      return {
        ...withStep(state, event),
        messages: [...before, message],
        chases: state.chases + (chase ? 1 : 0),
        ...(nextNewsAt === undefined ? {} : { nextNewsAt }),
      };
    }
    case 'DetailsCorrected':
      return event.data.field === 'receivedAt' && typeof event.data.to === 'number'
        ? receiptCorrected(state, event.data.to)
        : state;
    case 'StepRetracted':
      return {
        ...state,
        steps: state.steps.map(s => (s.revision === event.data.stepRevision ? { ...s, retracted: true } : s)),
      };
    case 'CaseAssigned':
      // Whoever is given the case ends an offer of it.
      return {
        ...withoutOffer(state),
        assigneeId: event.data.assigneeId,
        teamId: event.data.teamId,
      };
    case 'HandOverProposed': {
      const { handOverId, toUserId, toTeamId } = event.data;
      const handOver: HandOver = {
        handOverId,
        toTeamId,
        proposedBy: event.actorId,
        proposedAt: event.occurredAt,
        ...(toUserId === undefined ? {} : { toUserId }),
      };
      return { ...state, handOver };
    }
    case 'HandOverAccepted':
    case 'HandOverDeclined':
    case 'HandOverWithdrawn':
      return withoutOffer(state);
    case 'InputRequested':
    case 'InputTakenOver':
    case 'InputProvided':
    case 'InputDeclined':
    case 'InputCancelled':
    case 'InputChased':
      return { ...state, inputs: evolveInputs(state.inputs, event) };
    case 'UrgencyRequested':
      return { ...state, urgencyRequested: true };
    case 'UrgencyConfirmed':
      return { ...state, urgencyRequested: false, priority: 'urgent' };
    case 'UrgencyLowered':
      return { ...state, urgencyRequested: false, priority: 'normal' };
    case 'StepWaived':
      return { ...state, waived: [...state.waived, event.data.step] };
    case 'CaseLinked':
      return event.data.to.kind === 'case'
        ? { ...state, linkedTo: [...state.linkedTo, event.data.to.caseId] }
        : state;
    case 'CaseAbsorbed':
      return tookOver(state, event);
    case 'CaseReleased':
      return gaveBack(state, event.data);
    case 'CaseVoided':
      return end(state, event.occurredAt, 'voided');
    case 'CaseWithdrawn':
      return end(state, event.occurredAt, 'withdrawn');
    case 'CaseMergedInto': {
      const { survivorId, openClocks } = event.data;
      const { revision } = event;
      const clocks = state.clocks.map(c =>
        openClocks.some(open => open.clock === c.clock && open.cycle === c.cycle)
          ? { ...c, handedOver: revision }
          : c,
      );
      // Merged already, it hands on what came due again: a reply that bounced.
      return state.ended?.how === 'merged'
        ? { ...state, clocks }
        : end({ ...state, clocks }, event.occurredAt, 'merged', { survivorId, mergeRevision: revision });
    }
    case 'CaseClosed':
      return end(state, event.occurredAt, event.data.mode);
    case 'CaseUnmerged':
    case 'CaseReopened': {
      const { ended, ...open } = state;
      const reopened = event.type === 'CaseReopened' ? state.reopenings + 1 : state.reopenings;
      // Spreading loses the type parameter; every field of S but `ended` is there.
      return { ...open, phase: ended?.from ?? state.phase, reopenings: reopened } as S;
    }
    case 'AppointmentAgreed':
    case 'NoteAdded':
    case 'AttachmentAdded':
    case 'CaseSplitOff':
    case 'CaseToBeContinued':
      return state;
    default:
      return {
        ...state,
        clocks: evolveClocks(state.clocks, event),
        timers: evolveTimers(state.timers, event),
      };
  }
}

/** Which promise an outbound message keeps, if it was sent: an unanswered call keeps none. */
export function keptBy(
  { purpose, outcome }: Pick<(CaseEvent & { type: 'MessageRecorded' })['data'], 'purpose' | 'outcome'>,
  byPerson: boolean,
): MessageFact['keeps'] {
  if (outcome !== 'sent') return undefined;
  if (purpose === 'acknowledgement') return 'acknowledgement';
  return purpose === 'onTheMatter' && byPerson ? 'reply' : undefined;
}

function end<S extends CaseState>(
  state: S,
  at: number,
  how: Ending['how'],
  merge: Pick<Ending, 'survivorId' | 'mergeRevision'> = {},
): S {
  const from = state.ended?.from ?? state.phase;
  const ended = { at, how, from, ...merge };
  const inputs = endedInputs(state.inputs, how === 'merged');
  return { ...withoutOffer(state), phase: ENDED_PHASE[how], ended, inputs };
}

function withoutOffer<S extends CaseState>(state: S): S {
  if (state.handOver === undefined) return state;
  const { handOver: _answered, ...rest } = state;
  // Spreading loses the type parameter; what is left out is optional.
  return rest as S;
}

/** Remembers a step that may be taken back. */
export function withStep<S extends CaseState>(
  state: S,
  event: Folded<{ type: string; occurredAt: number }>,
): S {
  const { revision, type, commandId, occurredAt: at, actorId } = event;
  return { ...state, steps: [...state.steps, { revision, type, commandId, at, actorId, retracted: false }] };
}
