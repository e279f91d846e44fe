import type { CaseRules } from '../case/case-rules.ts';
import { reject } from '../case/decision.ts';
import { correctable } from './correctable.ts';
import { RETRACTABLE } from './evolve.ts';
import { mayCloseWithoutAgreement, possible } from './possible.ts';
import { type ComplaintState, isDecided, openContest, owedRemedies } from './state.ts';

/** What the part common to all cases asks of a complaint. */
export const rules: CaseRules<ComplaintState> = {
  lifecycle: 'complaint',
  facts: ({ priority, siteRegion, kind, customerGrade }) => ({
    priority,
    siteRegion,
    kind,
    ...(customerGrade === undefined ? {} : { customerGrade }),
  }),
  metByReply: ['firstReply'],
  reopens: ['firstReply', 'decision', 'closing'],
  startedByReceipt: ['acknowledgement', 'firstReply', 'decision', 'closing'],
  correctable,
  customerFields: ['complainant'],
  retractable: RETRACTABLE,
  waivable: {
    acknowledgement: ['acknowledgement'],
    firstReply: ['firstReply'],
    remoteJudgement: ['remoteJudgement'],
    onSite: ['onSiteArrival'],
    decision: ['decision'],
    review: [],
  },
  mayClose(state, mode) {
    const now = [...possible(state)];
    if (mode === 'withoutReply') return undefined;
    if (mode === 'withoutAgreement') {
      if (mayCloseWithoutAgreement(state)) return undefined;
      return openContest(state) === undefined
        ? reject('decisionFirst', { possible: now })
        : reject('reviewFirst', { possible: now });
    }
    if (!isDecided(state) && !state.waived.includes('decision'))
      return reject('decisionFirst', { possible: now });
    const owed = owedRemedies(state).map(r => r.remedyId);
    return owed.length === 0 ? undefined : reject('remediesOwed', { remedyIds: owed, possible: now });
  },
  itemIds: state => state.items.map(i => i.itemId),
  possible,
};
