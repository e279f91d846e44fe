import type { CaseEvent } from '../case/case-events.ts';
import { type CaseState, evolveCase, noCase } from '../case/case-state.ts';
import type { Folded } from '../case/event-definition.ts';
import { type Entry, type LiaisonRoundEvent, type Period, periodSchema } from './events.ts';

/** A customer of the round, and what came of its form. */
export interface Asked extends Entry {
  /** The liaisons whose forms went to it: one, unless somebody sent another by hand. */
  readonly liaisonIds: readonly string[];
  readonly answeredBy: readonly string[];
}

export interface LiaisonRoundState extends CaseState {
  readonly name: string;
  readonly period: Period;
  readonly form?: string;
  readonly customers: readonly Asked[];
  /** Customers to whom a form went out, and those of them who answered. */
  readonly sent: number;
  readonly answered: number;
  /** Answered of sent, from 0 to 1, late answers among them; absent before the first form. */
  readonly responseRate?: number;
  /** Entry ids of those who have a form and have not answered. */
  readonly unanswered: readonly string[];
}

export const noRound: LiaisonRoundState = {
  ...noCase,
  name: '',
  period: { from: '', to: '' },
  customers: [],
  sent: 0,
  answered: 0,
  unanswered: [],
};

/** The round after one more event. */
export function evolve(state: LiaisonRoundState, event: Folded<LiaisonRoundEvent>): LiaisonRoundState {
  switch (event.type) {
    case 'LiaisonRoundScheduled': {
      const { name, period, customers, form, teamId } = event.data;
      return {
        ...state,
        phase: 'scheduled',
        receivedAt: event.occurredAt,
        name,
        period,
        teamId,
        customers: customers.map(entry => ({ ...entry, liaisonIds: [], answeredBy: [] })),
        ...(form === undefined ? {} : { form }),
      };
    }
    case 'LiaisonRoundOpened':
      return { ...state, phase: 'open' };
    case 'LiaisonRoundFormSent': {
      const { entryId, liaisonId } = event.data;
      return withEntry(state, entryId, e => ({ ...e, liaisonIds: [...e.liaisonIds, liaisonId] }));
    }
    case 'LiaisonRoundAnswered': {
      const { entryId, liaisonId } = event.data;
      return withEntry(state, entryId, e => ({ ...e, answeredBy: [...e.answeredBy, liaisonId] }));
    }
    case 'LiaisonRoundAnswerTakenBack': {
      const { entryId, liaisonId } = event.data;
      return withEntry(state, entryId, e => ({
        ...e,
        answeredBy: e.answeredBy.filter(id => id !== liaisonId),
      }));
    }
    case 'LiaisonRoundClosed':
      return state;
    default:
      return evolveCommon(state, event);
  }
}

/** Changes one customer, and counts again. */
function withEntry(
  state: LiaisonRoundState,
  entryId: string,
  change: (entry: Asked) => Asked,
): LiaisonRoundState {
  const customers = state.customers.map(e => (e.entryId === entryId ? change(e) : e));
  const sent = customers.filter(e => e.liaisonIds.length > 0);
  const unanswered = sent.filter(e => e.answeredBy.length === 0).map(e => e.entryId);
  const answered = sent.length - unanswered.length;
  return {
    ...state,
    customers,
    unanswered,
    answered,
    sent: sent.length,
    ...(sent.length === 0 ? {} : { responseRate: answered / sent.length }),
  };
}

function evolveCommon(state: LiaisonRoundState, event: Folded<CaseEvent>): LiaisonRoundState {
  const next = evolveCase(state, event);
  if (event.type !== 'DetailsCorrected') return next;
  const { field, to } = event.data;
  // Its schema was checked by the decision.
  if (field === 'name' && typeof to === 'string') return { ...next, name: to };
  const period = field === 'period' ? periodSchema.safeParse(to) : undefined;
  return period?.success ? { ...next, period: period.data } : next;
}
