import type { CaseEvent } from '../case/case-events.ts';
import { type CaseState, evolveCase, noCase, withStep } from '../case/case-state.ts';
import { withGradeOf } from '../case/correctable-customer.ts';
import type { Folded } from '../case/event-definition.ts';
import { type Company, companySchema } from '../complaint/company.ts';
import type { Need } from '../technical-liaison/events.ts';
import type { FromLiaison, Judgement, SampleRequestEvent } from './events.ts';

/** What was done, in the order of its recording; each carries the revision by which it is taken back. */
export type Stage = {
  readonly revision: number;
  readonly at: number;
} & (
  | { readonly kind: 'quoted' | 'making' | 'sent' }
  | { readonly kind: 'judged'; readonly judgement: Judgement }
);

export interface SampleRequestState extends CaseState {
  readonly need: Need;
  readonly customer: Company;
  readonly contactId?: string;
  readonly productCode?: string;
  readonly customerGrade?: 'A' | 'B' | 'C' | 'D';
  readonly liaison?: FromLiaison;
  readonly courierNumbers: readonly string[];
  readonly stages: readonly Stage[];
  readonly reopenedRevision: number;
}

export const noSample: SampleRequestState = {
  ...noCase,
  need: 'sample',
  customer: { name: '' },
  courierNumbers: [],
  stages: [],
  reopenedRevision: -1,
};

/** Own events that can be taken back. */
export const RETRACTABLE = [
  'SampleRequestQuoted',
  'SampleRequestMakingStarted',
  'SampleRequestSent',
  'SampleRequestJudged',
] as const satisfies readonly SampleRequestEvent['type'][];

/** The last judgement since it was last opened, unless work went on after it. */
export function judgement(state: SampleRequestState): Judgement | undefined {
  const last = state.stages.findLast(s => s.revision > state.reopenedRevision);
  return last?.kind === 'judged' ? last.judgement : undefined;
}

/** How far an open request has come, from the facts that stand. */
function phaseOf(state: SampleRequestState): string {
  const last = state.stages.findLast(s => s.revision > state.reopenedRevision);
  if (last === undefined) return 'opened';
  return last.kind === 'judged' ? last.judgement : last.kind;
}

/** The request after one more event. */
export function evolve(state: SampleRequestState, event: Folded<SampleRequestEvent>): SampleRequestState {
  const own = evolveOwn(state, event);
  const retractable: readonly string[] = RETRACTABLE;
  const next = retractable.includes(event.type) ? withStep(own, event) : own;
  return next.ended === undefined ? { ...next, phase: phaseOf(next) } : next;
}

function evolveOwn(state: SampleRequestState, event: Folded<SampleRequestEvent>): SampleRequestState {
  const fact = { revision: event.revision, at: event.occurredAt };
  const reached = (stage: Stage): SampleRequestState => ({ ...state, stages: [...state.stages, stage] });
  switch (event.type) {
    case 'SampleRequestOpened': {
      const { need, customer, contactId, product, liaison, customerGrade, continues } = event.data;
      const { receivedAt, registeredLate, teamId, priority } = event.data;
      return {
        ...state,
        need,
        customer,
        receivedAt,
        registeredLate,
        teamId,
        priority,
        linkedTo: [liaison?.liaisonId, continues].filter(id => id !== undefined),
        ...(liaison === undefined ? {} : { liaison }),
        ...(contactId === undefined ? {} : { contactId }),
        ...(product === undefined ? {} : { productCode: product.code }),
        ...(customerGrade === undefined ? {} : { customerGrade }),
      };
    }
    case 'SampleRequestQuoted':
      return reached({ ...fact, kind: 'quoted' });
    case 'SampleRequestMakingStarted':
      return reached({ ...fact, kind: 'making' });
    case 'SampleRequestSent': {
      const { courierNumber } = event.data;
      const sent = reached({ ...fact, kind: 'sent' });
      return { ...sent, courierNumbers: [...state.courierNumbers, courierNumber] };
    }
    case 'SampleRequestJudged':
      return reached({ ...fact, kind: 'judged', judgement: event.data.judgement });
    case 'SampleRequestDropped':
    case 'SampleRequestSuccessorPrepared':
      return state;
    default:
      return evolveCommon(state, event);
  }
}

function evolveCommon(state: SampleRequestState, event: Folded<CaseEvent>): SampleRequestState {
  const next = evolveCase(state, event);
  switch (event.type) {
    case 'CaseReopened':
      return { ...next, reopenedRevision: event.revision };
    case 'StepRetracted': {
      const { stepRevision } = event.data;
      return { ...next, stages: next.stages.filter(s => s.revision !== stepRevision) };
    }
    case 'DetailsCorrected': {
      const { field, to } = event.data;
      // Its schema was checked by the decision.
      if (field === 'productCode' && typeof to === 'string') return { ...next, productCode: to };
      const customer = field === 'customer' ? companySchema.safeParse(to) : undefined;
      return withGradeOf(customer?.success ? { ...next, customer: customer.data } : next, event.data);
    }
    default:
      return next;
  }
}
