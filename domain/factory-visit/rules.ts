import type { z } from 'zod';
import type { CaseRules } from '../case/case-rules.ts';
import { reject } from '../case/decision.ts';
import { contactRef } from '../case/references.ts';
import { type Company, companySchema } from '../complaint/company.ts';
import { localDateSchema } from '../time/calendar.ts';
import { purposeSchema } from './events.ts';
import { RETRACTABLE } from './evolve.ts';
import { mayClose, possible } from './possible.ts';
import { type FactoryVisitState, waveClock } from './state.ts';

/** JSON knows no `undefined`: what is absent is left out. */
function plain(company: Company | undefined): z.core.util.JSONType | undefined {
  if (company === undefined) return undefined;
  const { customerId, name } = company;
  return customerId === undefined ? { name } : { customerId, name };
}

export const rules: CaseRules<FactoryVisitState> = {
  lifecycle: 'factory-visit',
  facts: ({ priority, purpose, proposals, knownGrade }) => {
    const customerGrade = proposals.at(-1)?.grade ?? knownGrade;
    return { priority, kind: purpose, ...(customerGrade === undefined ? {} : { customerGrade }) };
  },
  metByReply: [],
  reopens: [],
  startedByReceipt: [],
  correctable: {
    purpose: { kind: 'value', schema: purposeSchema, current: s => s.purpose },
    customer: { kind: 'value', schema: companySchema, current: s => plain(s.customer) },
    visitingOrganisation: {
      kind: 'value',
      schema: companySchema,
      current: s => plain(s.visitingOrganisation),
    },
    contactId: { kind: 'value', schema: contactRef, current: s => s.contactId },
    wishedFrom: { kind: 'value', schema: localDateSchema, current: s => s.wishedFrom },
    wishedTo: { kind: 'value', schema: localDateSchema, current: s => s.wishedTo },
    itinerary: { kind: 'text' },
    requirements: { kind: 'text' },
  },
  // The grade that its promises go by is the assessment's.
  customerFields: [],
  owesNothing: ({ phase }) => (phase === 'cancelled' ? 'visitCancelled' : undefined),
  retractable: RETRACTABLE,
  waivable: { hosts: ['hostsAssigned'] },
  mayClose(state) {
    if (mayClose(state)) return undefined;
    const last = waveClock(state, 6);
    const waits = last === undefined ? {} : { wave: 6, dueAt: last.schedule.dueAt };
    return reject('waveSixWithoutResult', { ...waits, phase: state.phase, possible: [...possible(state)] });
  },
  itemIds: () => [],
  possible,
};
