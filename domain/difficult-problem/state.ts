import type { CaseEvent } from '../case/case-events.ts';
import { type CaseState, evolveCase, noCase, withStep } from '../case/case-state.ts';
import type { Folded } from '../case/event-definition.ts';
import type { DifficultProblemEvent, Origin } from './events.ts';

/** A fact carries the revision of its event, by which it is taken back. */
interface Fact {
  readonly revision: number;
  readonly at: number;
}

export interface DifficultProblemState extends CaseState {
  readonly foundIn: 'case' | 'production' | 'development' | 'other';
  readonly origin?: Origin;
  readonly productCode?: string;
  readonly defectCategory?: string;
  readonly responses: readonly Fact[];
  readonly progresses: readonly Fact[];
  readonly solutions: readonly Fact[];
  readonly reopenedRevision: number;
}

export const noProblem: DifficultProblemState = {
  ...noCase,
  foundIn: 'other',
  responses: [],
  progresses: [],
  solutions: [],
  reopenedRevision: -1,
};

/** Own events that can be taken back. */
export const RETRACTABLE = [
  'DifficultProblemResponded',
  'DifficultProblemProgressed',
  'DifficultProblemSolved',
] as const satisfies readonly DifficultProblemEvent['type'][];

/** The solution that stands: not older than a reopening. */
export function isSolved(state: DifficultProblemState): boolean {
  return state.solutions.some(s => s.revision > state.reopenedRevision);
}

/** How far an open problem has come, from the facts that stand. */
function phaseOf(state: DifficultProblemState): string {
  if (isSolved(state)) return 'solved';
  if (state.progresses.length > 0) return 'inProgress';
  return state.responses.length > 0 ? 'responded' : 'raised';
}

/** The problem after one more event. */
export function evolve(
  state: DifficultProblemState,
  event: Folded<DifficultProblemEvent>,
): DifficultProblemState {
  const own = evolveOwn(state, event);
  const retractable: readonly string[] = RETRACTABLE;
  const next = retractable.includes(event.type) ? withStep(own, event) : own;
  return next.ended === undefined ? { ...next, phase: phaseOf(next) } : next;
}

function evolveOwn(
  state: DifficultProblemState,
  event: Folded<DifficultProblemEvent>,
): DifficultProblemState {
  const fact: Fact = { revision: event.revision, at: event.occurredAt };
  switch (event.type) {
    case 'DifficultProblemRaised': {
      const { foundIn, origin, product, defectCategory } = event.data;
      const { receivedAt, registeredLate, teamId, priority } = event.data;
      return {
        ...state,
        foundIn,
        receivedAt,
        registeredLate,
        teamId,
        priority,
        linkedTo: origin === undefined ? [] : [origin.caseId],
        ...(origin === undefined ? {} : { origin }),
        ...(product === undefined ? {} : { productCode: product.code }),
        ...(defectCategory === undefined ? {} : { defectCategory }),
      };
    }
    case 'DifficultProblemResponded':
      return { ...state, responses: [...state.responses, fact] };
    case 'DifficultProblemProgressed':
      return { ...state, progresses: [...state.progresses, fact] };
    case 'DifficultProblemSolved':
      return { ...state, solutions: [...state.solutions, fact] };
    default:
      return evolveCommon(state, event);
  }
}

function evolveCommon(state: DifficultProblemState, event: Folded<CaseEvent>): DifficultProblemState {
  const next = evolveCase(state, event);
  switch (event.type) {
    case 'CaseReopened':
      return { ...next, reopenedRevision: event.revision };
    case 'StepRetracted': {
      const standing = (facts: readonly Fact[]) => facts.filter(f => f.revision !== event.data.stepRevision);
      return {
        ...next,
        responses: standing(next.responses),
        progresses: standing(next.progresses),
        solutions: standing(next.solutions),
      };
    }
    case 'DetailsCorrected': {
      const { field, to } = event.data;
      // Its schema was checked by the decision.
      if (typeof to !== 'string') return next;
      if (field === 'productCode') return { ...next, productCode: to };
      return field === 'defectCategory' ? { ...next, defectCategory: to } : next;
    }
    default:
      return next;
  }
}
