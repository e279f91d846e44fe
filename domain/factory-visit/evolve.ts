import type { CaseEvent } from '../case/case-events.ts';
import { evolveCase, withStep } from '../case/case-state.ts';
import type { Folded } from '../case/event-definition.ts';
import { companySchema } from '../complaint/company.ts';
import { uuidSchema } from '../log/envelope.ts';
import { localDateSchema } from '../time/calendar.ts';
import { type FactoryVisitEvent, purposeSchema } from './events.ts';
import { type Fact, type FactoryVisitState, phaseOf, type WaveFact } from './state.ts';

/** Own events that can be taken back. A move or a cancellation is not: the visit is moved again, or applied for anew. */
export const RETRACTABLE = [
  'FactoryVisitAssessed',
  'FactoryVisitResubmitted',
  'FactoryVisitApproved',
  'FactoryVisitReturned',
  'FactoryVisitRejected',
  'FactoryVisitHostsAssigned',
  'FactoryVisitNoShowRecorded',
  'FactoryVisitLogged',
  'FactoryVisitCompleted',
  'FactoryVisitFeedbackRecorded',
  'FactoryVisitContactAttempted',
  'FactoryVisitFollowedUp',
  'FactoryVisitFollowUpDeclined',
] as const satisfies readonly FactoryVisitEvent['type'][];

/** The visit after one more event. */
export function evolve(state: FactoryVisitState, event: Folded<FactoryVisitEvent>): FactoryVisitState {
  const own = evolveOwn(state, event);
  const retractable: readonly string[] = RETRACTABLE;
  const next = retractable.includes(event.type) ? withStep(own, event) : own;
  return next.ended === undefined ? { ...next, phase: phaseOf(next) } : next;
}

function evolveOwn(state: FactoryVisitState, event: Folded<FactoryVisitEvent>): FactoryVisitState {
  const fact: Fact = { revision: event.revision, at: event.occurredAt };
  const judged = (verdict: 'approved' | 'returned' | 'rejected'): FactoryVisitState => ({
    ...state,
    verdicts: [...state.verdicts, { ...fact, verdict }],
  });
  const waved = (kind: WaveFact['kind'], { wave, cycle }: Pick<WaveFact, 'wave' | 'cycle'>) => ({
    ...state,
    waveFacts: [...state.waveFacts, { ...fact, kind, wave, cycle }],
  });
  switch (event.type) {
    case 'FactoryVisitApplied':
      return applied(state, event);
    case 'FactoryVisitAssessed':
    case 'FactoryVisitResubmitted': {
      const { grade, services, plannedFrom, plannedTo, proposedFor } = event.data;
      const proposed = {
        ...fact,
        again: event.type === 'FactoryVisitResubmitted',
        grade,
        services,
        days: { from: plannedFrom, to: plannedTo },
        proposerIds: proposedFor === undefined ? [event.actorId] : [event.actorId, proposedFor],
      };
      return { ...state, proposals: [...state.proposals, proposed] };
    }
    case 'FactoryVisitApproved':
      return judged('approved');
    case 'FactoryVisitReturned':
      return judged('returned');
    case 'FactoryVisitRejected':
      return judged('rejected');
    case 'FactoryVisitHostsAssigned': {
      const { counterparts, escorts } = event.data;
      return { ...state, hostings: [...state.hostings, { ...fact, counterparts, escorts }] };
    }
    case 'FactoryVisitRescheduled': {
      const { plannedFrom, plannedTo, visitors, services, approval } = event.data;
      const move = {
        ...fact,
        days: { from: plannedFrom, to: plannedTo },
        approval,
        ...(visitors === undefined ? {} : { visitors }),
        ...(services === undefined ? {} : { services }),
      };
      return { ...state, moves: [...state.moves, move] };
    }
    case 'FactoryVisitCancelled':
      return { ...state, cancellations: [...state.cancellations, fact] };
    case 'FactoryVisitNoShowRecorded':
      return { ...state, noShows: [...state.noShows, fact] };
    case 'FactoryVisitLogged':
      return { ...state, logs: [...state.logs, fact] };
    case 'FactoryVisitCompleted':
    case 'FactoryVisitHeldDatesCorrected': {
      const { heldFrom: from, heldTo: to } = event.data;
      const corrected = event.type === 'FactoryVisitHeldDatesCorrected';
      return { ...state, heldRecords: [...state.heldRecords, { ...fact, days: { from, to }, corrected }] };
    }
    case 'FactoryVisitFeedbackRecorded':
      return { ...state, feedbacks: [...state.feedbacks, fact] };
    case 'FactoryVisitFollowUpTaskOpened': {
      const { wave, cycle } = event.data;
      return { ...state, tasks: [...state.tasks, { wave, cycle }] };
    }
    case 'FactoryVisitContactAttempted':
      return waved('attempt', event.data);
    case 'FactoryVisitFollowedUp':
      return waved('feedback', event.data);
    case 'FactoryVisitFollowUpDeclined':
      return waved('declined', event.data);
    default:
      return evolveCommon(state, event);
  }
}

function applied(
  state: FactoryVisitState,
  { data }: Folded<FactoryVisitEvent> & { type: 'FactoryVisitApplied' },
): FactoryVisitState {
  const { purpose, customer, visitors, receivedAt, registeredLate, teamId } = data;
  const { visitingOrganisation, contactId, wishedFrom, wishedTo, customerGrade, continues } = data;
  return {
    ...state,
    purpose,
    customer,
    appliedVisitors: visitors,
    receivedAt,
    registeredLate,
    teamId,
    ...(visitingOrganisation === undefined ? {} : { visitingOrganisation }),
    ...(contactId === undefined ? {} : { contactId }),
    ...(wishedFrom === undefined ? {} : { wishedFrom }),
    ...(wishedTo === undefined ? {} : { wishedTo }),
    ...(customerGrade === undefined ? {} : { knownGrade: customerGrade }),
    linkedTo: continues === undefined ? [] : [continues],
  };
}

function evolveCommon(state: FactoryVisitState, event: Folded<CaseEvent>): FactoryVisitState {
  const next = evolveCase(state, event);
  switch (event.type) {
    case 'StepRetracted':
      return withoutStep(next, event.data.stepRevision);
    case 'DetailsCorrected':
      return withCorrection(next, event.data.field, event.data.to);
    default:
      return next;
  }
}

function withoutStep(state: FactoryVisitState, revision: number): FactoryVisitState {
  const standing = <F extends Fact>(facts: readonly F[]): readonly F[] =>
    facts.filter(f => f.revision !== revision);
  // Corrections of held days go with the record that they correct.
  const wasHeld = state.heldRecords.some(h => h.revision === revision);
  return {
    ...state,
    proposals: standing(state.proposals),
    verdicts: standing(state.verdicts),
    hostings: standing(state.hostings),
    noShows: standing(state.noShows),
    heldRecords: wasHeld ? [] : state.heldRecords,
    logs: standing(state.logs),
    feedbacks: standing(state.feedbacks),
    waveFacts: standing(state.waveFacts),
  };
}

/** The value was checked by the decision; here it is only told apart from nothing. */
function withCorrection(state: FactoryVisitState, field: string, to: unknown): FactoryVisitState {
  switch (field) {
    case 'purpose': {
      const purpose = purposeSchema.safeParse(to);
      return purpose.success ? { ...state, purpose: purpose.data } : state;
    }
    case 'customer': {
      const company = companySchema.safeParse(to);
      return company.success ? { ...state, customer: company.data } : state;
    }
    case 'visitingOrganisation': {
      const company = companySchema.safeParse(to);
      return company.success ? { ...state, visitingOrganisation: company.data } : state;
    }
    case 'contactId': {
      const contactId = uuidSchema.safeParse(to);
      return contactId.success ? { ...state, contactId: contactId.data } : state;
    }
    case 'wishedFrom': {
      const wishedFrom = localDateSchema.safeParse(to);
      return wishedFrom.success ? { ...state, wishedFrom: wishedFrom.data } : state;
    }
    case 'wishedTo': {
      const wishedTo = localDateSchema.safeParse(to);
      return wishedTo.success ? { ...state, wishedTo: wishedTo.data } : state;
    }
    default:
      return state;
  }
}
