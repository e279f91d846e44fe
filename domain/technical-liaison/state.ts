import type { CaseEvent } from '../case/case-events.ts';
import { type CaseState, evolveCase, noCase, withStep } from '../case/case-state.ts';
import { withGradeOf } from '../case/correctable-customer.ts';
import type { Folded } from '../case/event-definition.ts';
import { type Company, companySchema } from '../complaint/company.ts';
import { uuidSchema } from '../log/envelope.ts';
import {
  type AnswerKind,
  type Assessment,
  answerKindSchema,
  type OfRound,
  type SampleResult,
  type TechnicalLiaisonEvent,
} from './events.ts';

/** A fact carries the revision of its event, by which it is taken back. */
interface Fact {
  readonly revision: number;
  readonly at: number;
}

export interface Outcome extends Fact {
  readonly kind: 'solved' | 'projectStarted' | 'declined';
  readonly projectNumber?: string;
}

export interface HandOver extends Fact {
  readonly handOverId: string;
  readonly sampleRequestId?: string;
  readonly result?: SampleResult;
}

export interface TechnicalLiaisonState extends CaseState {
  readonly customer: Company;
  readonly contactId?: string;
  /** Who looks after the customer in marketing. */
  readonly marketingContactId?: string;
  readonly customerGrade?: 'A' | 'B' | 'C' | 'D';
  readonly round?: OfRound;
  /** Absent where the customer wrote without a form. */
  readonly formSentAt?: number;
  readonly faxRecord?: string;
  readonly kind?: AnswerKind;
  /** `at` is when the answer reached the house. */
  readonly answers: readonly (Fact & { readonly commandId: string; readonly messageId: string })[];
  readonly replies: readonly (Fact & { readonly messageId: string })[];
  readonly assessments: readonly (Fact & { readonly result: Assessment })[];
  readonly hardProblemRaised: boolean;
  readonly handOvers: readonly HandOver[];
  readonly outcomes: readonly Outcome[];
  readonly reopenedRevision: number;
}

export const noLiaison: TechnicalLiaisonState = {
  ...noCase,
  customer: { name: '' },
  answers: [],
  replies: [],
  assessments: [],
  hardProblemRaised: false,
  handOvers: [],
  outcomes: [],
  reopenedRevision: -1,
};

/** Own events that can be taken back. A hand-over cannot: sales has its request, which is withdrawn there. */
export const RETRACTABLE = [
  'TechnicalLiaisonAnswered',
  'TechnicalLiaisonReplied',
  'TechnicalLiaisonAssessed',
  'TechnicalLiaisonSolved',
  'TechnicalLiaisonProjectStarted',
  'TechnicalLiaisonDeclined',
] as const satisfies readonly TechnicalLiaisonEvent['type'][];

export function isAnswered(state: TechnicalLiaisonState): boolean {
  return state.answers.length > 0;
}

/** A reply that stands: it did not bounce, and is not older than a reopening. */
export function hasReplied(state: TechnicalLiaisonState): boolean {
  return state.replies.some(
    reply =>
      reply.revision > state.reopenedRevision &&
      !state.messages.some(m => m.messageId === reply.messageId && m.bounced),
  );
}

export function assessment(state: TechnicalLiaisonState): Assessment | undefined {
  return state.assessments.at(-1)?.result;
}

/** What came of it since it was last opened: the newest of solution, project, refusal and hand-over. */
export function outcome(state: TechnicalLiaisonState): Outcome | HandOver | undefined {
  return [...state.outcomes, ...state.handOvers]
    .filter(o => o.revision > state.reopenedRevision)
    .reduce<Outcome | HandOver | undefined>(
      (newest, o) => (newest === undefined || o.revision > newest.revision ? o : newest),
      undefined,
    );
}

/** Sales still works on a sample: the customer has not spoken, or wants changes. */
export function awaitsSample(state: TechnicalLiaisonState): boolean {
  const last = state.handOvers.at(-1);
  return last !== undefined && isAwaited(last);
}

function isAwaited({ result }: HandOver): boolean {
  return result === undefined || result === 'changesWanted';
}

/** How far an open liaison has come, from the facts that stand. */
function phaseOf(state: TechnicalLiaisonState): string {
  const came = outcome(state);
  if (came !== undefined) {
    if ('kind' in came) return came.kind;
    return isAwaited(came) ? 'handedOver' : 'sampleJudged';
  }
  if (state.assessments.some(a => a.revision > state.reopenedRevision)) return 'assessed';
  if (hasReplied(state)) return 'replied';
  return isAnswered(state) ? 'answered' : 'formSent';
}

/** The liaison after one more event. */
export function evolve(
  state: TechnicalLiaisonState,
  event: Folded<TechnicalLiaisonEvent>,
): TechnicalLiaisonState {
  const own = evolveOwn(state, event);
  const retractable: readonly string[] = RETRACTABLE;
  const next = retractable.includes(event.type) ? withStep(own, event) : own;
  return next.ended === undefined ? { ...next, phase: phaseOf(next) } : next;
}

function evolveOwn(
  state: TechnicalLiaisonState,
  event: Folded<TechnicalLiaisonEvent>,
): TechnicalLiaisonState {
  const fact: Fact = { revision: event.revision, at: event.occurredAt };
  switch (event.type) {
    case 'TechnicalLiaisonFormSent': {
      const { customer, contactId, marketingContactId, round, teamId, customerGrade, faxRecord } = event.data;
      return {
        ...state,
        customer,
        teamId,
        receivedAt: event.occurredAt,
        formSentAt: event.occurredAt,
        ...(contactId === undefined ? {} : { contactId }),
        ...(marketingContactId === undefined ? {} : { marketingContactId }),
        ...(round === undefined ? {} : { round }),
        ...(faxRecord === undefined ? {} : { faxRecord }),
        ...(customerGrade === undefined ? {} : { customerGrade }),
      };
    }
    case 'TechnicalLiaisonOpened': {
      const { customer, receivedAt, marketingContactId, teamId, customerGrade, continues } = event.data;
      return {
        ...state,
        customer,
        teamId,
        receivedAt,
        linkedTo: continues === undefined ? [] : [continues],
        ...(marketingContactId === undefined ? {} : { marketingContactId }),
        ...(customerGrade === undefined ? {} : { customerGrade }),
      };
    }
    case 'TechnicalLiaisonAnswered':
      return answered(state, event);
    case 'TechnicalLiaisonReplied': {
      const { messageId, nextNewsAt } = event.data;
      const message = { messageId, direction: 'outbound', byPerson: true, bounced: false } as const;
      return {
        ...state,
        replies: [...state.replies, { ...fact, messageId }],
        messages: [...state.messages, { ...message, at: fact.at, commandId: event.commandId }],
        ...(nextNewsAt === undefined ? {} : { nextNewsAt }),
      };
    }
    case 'TechnicalLiaisonAssessed': {
      const { result, hardProblem } = event.data;
      return {
        ...state,
        assessments: [...state.assessments, { ...fact, result }],
        hardProblemRaised: state.hardProblemRaised || hardProblem !== undefined,
      };
    }
    case 'TechnicalLiaisonHandedOver': {
      const { handOverId, marketingContactId } = event.data;
      return { ...state, marketingContactId, handOvers: [...state.handOvers, { ...fact, handOverId }] };
    }
    case 'TechnicalLiaisonSampleConcluded': {
      const { handOverId, sampleRequestId, result } = event.data;
      const handOvers = state.handOvers.map(h =>
        h.handOverId === handOverId ? { ...h, sampleRequestId, result } : h,
      );
      return { ...state, handOvers };
    }
    case 'TechnicalLiaisonSolved':
      return { ...state, outcomes: [...state.outcomes, { ...fact, kind: 'solved' }] };
    case 'TechnicalLiaisonProjectStarted': {
      const { projectNumber } = event.data;
      return { ...state, outcomes: [...state.outcomes, { ...fact, kind: 'projectStarted', projectNumber }] };
    }
    case 'TechnicalLiaisonDeclined':
      return { ...state, outcomes: [...state.outcomes, { ...fact, kind: 'declined' }] };
    case 'TechnicalLiaisonAnswerTakenBack':
    case 'TechnicalLiaisonSuccessorPrepared':
      return state;
    default:
      return evolveCommon(state, event);
  }
}

/** The first answer is what was received; of a case that took over another, the earlier of the two. */
function answered(
  state: TechnicalLiaisonState,
  event: Folded<TechnicalLiaisonEvent & { type: 'TechnicalLiaisonAnswered' }>,
): TechnicalLiaisonState {
  const { messageId, kind, contactId, receivedAt, registeredLate, copiedTo } = event.data;
  const { revision, commandId } = event;
  const first = !isAnswered(state);
  const merged = state.mergedFrom.length > 0;
  const message = { messageId, direction: 'inbound', byPerson: true, bounced: false } as const;
  return {
    ...state,
    kind,
    answers: [...state.answers, { revision, commandId, messageId, at: receivedAt }],
    messages: [...state.messages, { ...message, at: receivedAt, commandId }],
    ...(first
      ? { receivedAt: merged ? Math.min(state.receivedAt, receivedAt) : receivedAt, registeredLate }
      : {}),
    ...(contactId === undefined ? {} : { contactId }),
    ...(copiedTo.userId === undefined ? {} : { marketingContactId: copiedTo.userId }),
  };
}

function evolveCommon(state: TechnicalLiaisonState, event: Folded<CaseEvent>): TechnicalLiaisonState {
  const next = evolveCase(state, event);
  switch (event.type) {
    case 'CaseReopened':
      return { ...next, reopenedRevision: event.revision };
    case 'StepRetracted':
      return withoutStep(next, event.data.stepRevision);
    case 'DetailsCorrected':
      return withGradeOf(withCorrection(next, event.data.field, event.data.to, state.receivedAt), event.data);
    default:
      return next;
  }
}

function withoutStep(state: TechnicalLiaisonState, revision: number): TechnicalLiaisonState {
  const standing = <F extends Fact>(facts: readonly F[]): readonly F[] =>
    facts.filter(f => f.revision !== revision);
  const answers = standing(state.answers);
  const taken = answers.length < state.answers.length && state.mergedFrom.length === 0;
  const gone = [...state.answers, ...state.replies].find(f => f.revision === revision)?.messageId;
  return {
    ...state,
    answers,
    messages: state.messages.filter(m => m.messageId !== gone),
    replies: standing(state.replies),
    assessments: standing(state.assessments),
    outcomes: standing(state.outcomes),
    ...(taken ? { receivedAt: receiptOf(answers, state) } : {}),
  };
}

/** The earliest answer that stands, or else when the form went out. */
function receiptOf(
  answers: TechnicalLiaisonState['answers'],
  { formSentAt, receivedAt }: TechnicalLiaisonState,
): number {
  return answers.length > 0 ? Math.min(...answers.map(a => a.at)) : (formSentAt ?? receivedAt);
}

/** Its schema was checked by the decision. */
function withCorrection(
  state: TechnicalLiaisonState,
  field: string,
  to: unknown,
  receivedBefore: number,
): TechnicalLiaisonState {
  switch (field) {
    case 'receivedAt': {
      const { receivedAt } = state;
      const corrected = state.answers.filter(a => a.at === receivedBefore);
      const moved = <F extends { readonly at: number }>(fact: F, is: boolean): F =>
        is ? { ...fact, at: receivedAt } : fact;
      return {
        ...state,
        answers: state.answers.map(a => moved(a, corrected.includes(a))),
        messages: state.messages.map(m =>
          moved(
            m,
            corrected.some(a => a.messageId === m.messageId),
          ),
        ),
        steps: state.steps.map(s =>
          moved(
            s,
            corrected.some(a => a.revision === s.revision),
          ),
        ),
      };
    }
    case 'customer': {
      const customer = companySchema.safeParse(to);
      return customer.success ? { ...state, customer: customer.data } : state;
    }
    case 'kind': {
      const kind = answerKindSchema.safeParse(to);
      return kind.success ? { ...state, kind: kind.data } : state;
    }
    case 'faxRecord':
      return typeof to === 'string' ? { ...state, faxRecord: to } : state;
    case 'contactId':
    case 'marketingContactId': {
      const id = uuidSchema.safeParse(to);
      return id.success ? { ...state, [field]: id.data } : state;
    }
    default:
      return state;
  }
}
