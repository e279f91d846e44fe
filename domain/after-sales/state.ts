import type { CaseEvent } from '../case/case-events.ts';
import { type CaseState, evolveCase, noCase, withStep } from '../case/case-state.ts';
import { withGradeOf } from '../case/correctable-customer.ts';
import type { Folded } from '../case/event-definition.ts';
import { type Recurring, withRecurrence } from '../case/recurrence.ts';
import { type Company, companySchema, type SiteRegion, siteRegionSchema } from '../complaint/company.ts';
import { uuidSchema } from '../log/envelope.ts';
import type { AfterSalesEvent } from './events.ts';

/** A fact carries the revision of its event, by which it is taken back. */
interface Fact {
  readonly revision: number;
  readonly at: number;
  /** By which it was told, so that a bounce can name it. */
  readonly messageId?: string;
}

export interface Resolution extends Fact {
  readonly mode: 'remote' | 'onSite';
  readonly disputed: boolean;
}

export interface AfterSalesState extends CaseState, Recurring {
  readonly customer: Company;
  readonly contactId?: string;
  readonly siteRegion: SiteRegion;
  readonly productCode?: string;
  readonly order?: string;
  readonly defectCategory?: string;
  readonly customerGrade?: 'A' | 'B' | 'C' | 'D';
  readonly answers: readonly Fact[];
  readonly dispatches: readonly (Fact & { readonly people: readonly string[] })[];
  readonly arrivals: readonly Fact[];
  readonly resolutions: readonly Resolution[];
  readonly disputes: readonly Fact[];
  readonly confirmations: readonly (Fact & { readonly by: 'customer' | 'agent' | 'silence' })[];
  readonly reopenedRevision: number;
}

export const noAfterSales: AfterSalesState = {
  ...noCase,
  customer: { name: '' },
  siteRegion: 'local',
  answers: [],
  dispatches: [],
  arrivals: [],
  resolutions: [],
  disputes: [],
  confirmations: [],
  recurrenceOf: [],
  reopenedRevision: -1,
};

/** Own events that can be taken back. */
export const RETRACTABLE = [
  'AfterSalesAnswered',
  'AfterSalesResolvedRemotely',
  'TechnicianDispatched',
  'TechnicianArrived',
  'AfterSalesResolvedOnSite',
  'AfterSalesConfirmed',
] as const satisfies readonly AfterSalesEvent['type'][];

/** The resolution that stands: not disputed, not older than a reopening. */
export function resolution(state: AfterSalesState): Resolution | undefined {
  const last = state.resolutions.at(-1);
  return last !== undefined && !last.disputed && last.revision > state.reopenedRevision ? last : undefined;
}

export function isConfirmed(state: AfterSalesState): boolean {
  const resolved = resolution(state);
  const last = state.confirmations.at(-1);
  return resolved !== undefined && last !== undefined && last.revision > resolved.revision;
}

/** Answered since it was reported or reopened; a resolution answers too. */
export function isAnswered(state: AfterSalesState): boolean {
  const since = ({ revision }: Fact) => revision > state.reopenedRevision;
  return state.answers.some(since) || state.resolutions.some(since);
}

/** The people who were sent and have not resolved it yet. */
export function dispatched(state: AfterSalesState): AfterSalesState['dispatches'][number] | undefined {
  const last = state.dispatches.at(-1);
  const since = Math.max(state.reopenedRevision, state.resolutions.at(-1)?.revision ?? -1);
  return last !== undefined && last.revision > since ? last : undefined;
}

/** How far an open request has come, from the facts that stand. */
function phaseOf(state: AfterSalesState): string {
  if (isConfirmed(state)) return 'confirmed';
  if (resolution(state) !== undefined) return 'resolved';
  const sent = dispatched(state);
  if (sent !== undefined)
    return state.arrivals.some(a => a.revision > sent.revision) ? 'arrived' : 'dispatched';
  // A disputed resolution leaves the request answered.
  if (isAnswered(state)) return 'answered';
  return state.reopenedRevision >= 0 ? 'reopened' : 'reported';
}

/** The request after one more event. */
export function evolve(state: AfterSalesState, event: Folded<AfterSalesEvent>): AfterSalesState {
  const own = evolveOwn(state, event);
  const retractable: readonly string[] = RETRACTABLE;
  const next = retractable.includes(event.type) ? withStep(own, event) : own;
  return next.ended === undefined ? { ...next, phase: phaseOf(next) } : next;
}

function evolveOwn(state: AfterSalesState, event: Folded<AfterSalesEvent>): AfterSalesState {
  const fact: Fact = { revision: event.revision, at: event.occurredAt };
  const told = (messageId: string): AfterSalesState['messages'] => [
    ...state.messages,
    {
      messageId,
      direction: 'outbound',
      byPerson: true,
      at: fact.at,
      commandId: event.commandId,
      bounced: false,
    },
  ];
  switch (event.type) {
    case 'AfterSalesReported': {
      const { customer, contactId, siteRegion, product, order, defectCategory, customerGrade } = event.data;
      const { receivedAt, registeredLate, teamId, priority, continues } = event.data;
      return {
        ...state,
        customer,
        siteRegion,
        receivedAt,
        registeredLate,
        teamId,
        priority,
        ...(contactId === undefined ? {} : { contactId }),
        ...(product === undefined ? {} : { productCode: product.code }),
        ...(order === undefined ? {} : { order }),
        ...(defectCategory === undefined ? {} : { defectCategory }),
        ...(customerGrade === undefined ? {} : { customerGrade }),
        linkedTo: continues === undefined ? [] : [continues],
      };
    }
    case 'AfterSalesAnswered': {
      const { messageId, nextNewsAt } = event.data;
      const news = nextNewsAt === undefined ? {} : { nextNewsAt };
      const answers = [...state.answers, { ...fact, messageId }];
      return { ...state, answers, messages: told(messageId), ...news };
    }
    case 'AfterSalesResolvedRemotely': {
      const { messageId } = event.data;
      const resolved = { ...fact, messageId, mode: 'remote' as const, disputed: false };
      return { ...state, resolutions: [...state.resolutions, resolved], messages: told(messageId) };
    }
    case 'RecurrenceFound':
      return withRecurrence(state, event);
    case 'AfterSalesSuccessorPrepared':
      return state;
    case 'TechnicianDispatched':
      return { ...state, dispatches: [...state.dispatches, { ...fact, people: event.data.people }] };
    case 'TechnicianArrived':
      return { ...state, arrivals: [...state.arrivals, fact] };
    case 'AfterSalesResolvedOnSite':
      return { ...state, resolutions: [...state.resolutions, { ...fact, mode: 'onSite', disputed: false }] };
    case 'AfterSalesConfirmed':
      return { ...state, confirmations: [...state.confirmations, { ...fact, by: event.data.by }] };
    case 'AfterSalesDisputed':
      return {
        ...state,
        resolutions: state.resolutions.map(r => ({ ...r, disputed: true })),
        disputes: [...state.disputes, fact],
      };
    default:
      return evolveCommon(state, event);
  }
}

function evolveCommon(state: AfterSalesState, event: Folded<CaseEvent>): AfterSalesState {
  const next = evolveCase(state, event);
  switch (event.type) {
    case 'CaseReopened':
      return { ...next, reopenedRevision: event.revision };
    case 'StepRetracted':
      return withoutStep(next, event.data.stepRevision);
    case 'MessageRecorded': {
      // What did not arrive was not told.
      const { bounceOf } = event.data;
      if (bounceOf === undefined) return next;
      const told = [...next.answers, ...next.resolutions].find(t => t.messageId === bounceOf);
      return told === undefined ? next : withoutStep(next, told.revision);
    }
    case 'DetailsCorrected':
      return withGradeOf(withCorrection(next, event.data.field, event.data.to), event.data);
    default:
      return next;
  }
}

/** Later steps that build on the one of that revision, and must be taken back first. */
export function buildsOn(state: AfterSalesState, revision: number): readonly number[] {
  const disputed = state.resolutions.some(r => r.revision === revision && r.disputed);
  const resolved = state.resolutions.some(r => r.revision === revision);
  const sent = state.dispatches.some(d => d.revision === revision);
  return [
    ...(disputed ? state.disputes : []),
    ...(resolved ? state.confirmations : []),
    ...(sent ? state.arrivals : []),
  ]
    .map(fact => fact.revision)
    .filter(later => later > revision)
    .sort((a, b) => a - b);
}

function withoutStep(state: AfterSalesState, revision: number): AfterSalesState {
  const standing = <F extends Fact>(facts: readonly F[]): readonly F[] =>
    facts.filter(f => f.revision !== revision);
  return {
    ...state,
    answers: standing(state.answers),
    dispatches: standing(state.dispatches),
    arrivals: standing(state.arrivals),
    resolutions: standing(state.resolutions),
    confirmations: standing(state.confirmations),
  };
}

/** Its schema was checked by the decision. */
function withCorrection(state: AfterSalesState, field: string, to: unknown): AfterSalesState {
  switch (field) {
    case 'order':
      return typeof to === 'string' ? { ...state, order: to } : state;
    case 'defectCategory':
      return typeof to === 'string' ? { ...state, defectCategory: to } : state;
    case 'productCode':
      return typeof to === 'string' ? { ...state, productCode: to } : state;
    case 'customer': {
      const customer = companySchema.safeParse(to);
      return customer.success ? { ...state, customer: customer.data } : state;
    }
    case 'contactId': {
      const contactId = uuidSchema.safeParse(to);
      return contactId.success ? { ...state, contactId: contactId.data } : state;
    }
    case 'siteRegion': {
      const siteRegion = siteRegionSchema.safeParse(to);
      return siteRegion.success ? { ...state, siteRegion: siteRegion.data } : state;
    }
    default:
      return state;
  }
}
