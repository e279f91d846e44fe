import type { Folded } from '../case/event-definition.ts';
import { unreachable } from '../unreachable.ts';
import type { ComplaintEvent } from './events.ts';
import type { Claim, ComplaintState, Fact, Remedy } from './state.ts';

export type RemedyEvent = Extract<
  ComplaintEvent,
  {
    type:
      | `ComplaintRemedy${string}`
      | 'ComplaintClaimRecorded'
      | 'ComplaintClaimSettled'
      | 'ComplaintSupplierClaimed';
  }
>;

/** Folds offers, what became of them, and what is claimed either way. */
export function evolveRemedies(state: ComplaintState, event: Folded<RemedyEvent>): ComplaintState {
  const fact: Fact = { revision: event.revision, at: event.occurredAt };
  const remedy = (change: (r: Remedy) => Remedy): ComplaintState => ({
    ...state,
    remedies: state.remedies.map(r =>
      'remedyId' in event.data && r.remedyId === event.data.remedyId ? change(r) : r,
    ),
  });
  switch (event.type) {
    case 'ComplaintRemedyOffered': {
      const { remedyId, kind, approvalNeeded, amount } = event.data;
      const { actorId: offeredBy, commandId } = event;
      const offered: Remedy = {
        ...fact,
        remedyId,
        kind,
        approvalNeeded,
        offeredBy,
        commandId,
        ...(amount === undefined ? {} : { amount }),
      };
      return { ...state, remedies: [...state.remedies, offered] };
    }
    case 'ComplaintRemedyApproved':
      return { ...remedy(r => ({ ...r, approved: fact })), involved: [...state.involved, event.actorId] };
    case 'ComplaintRemedyAccepted':
      return remedy(r => ({ ...r, accepted: fact }));
    case 'ComplaintRemedyRejected':
      return remedy(r => ({ ...r, rejected: fact }));
    case 'ComplaintRemedyFulfilled':
      return remedy(r => ({ ...r, fulfilled: fact }));
    case 'ComplaintRemedyWaived':
      return remedy(r => ({ ...r, waived: fact }));
    case 'ComplaintClaimRecorded': {
      const { claimId, amount } = event.data;
      return { ...state, claims: [...state.claims, { ...fact, claimId, amount }] };
    }
    case 'ComplaintClaimSettled': {
      const { claimId } = event.data;
      const claims = state.claims.map((c): Claim => (c.claimId === claimId ? { ...c, settled: fact } : c));
      return { ...state, claims };
    }
    case 'ComplaintSupplierClaimed':
      return { ...state, supplierClaims: [...state.supplierClaims, fact] };
    default:
      return unreachable(event);
  }
}
