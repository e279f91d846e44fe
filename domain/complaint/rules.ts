import { type CaseRules, notAssignee } from '../case/case-rules.ts';
import { reject } from '../case/decision.ts';
import { correctable } from './correctable.ts';
import { RETRACTABLE } from './evolve.ts';
import { mayCloseWithoutAgreement, possible } from './possible.ts';
import { type ComplaintState, type Fact, isDecided, openContest, owedRemedies } from './state.ts';

/** Steps any of which keeps a promise; each stands on its own. */
const FACTS_THAT_MEET: Readonly<Record<string, (state: ComplaintState) => readonly Fact[]>> = {
  acknowledgement: ({ acknowledged, replies, decisionsTold }) => [
    ...acknowledged,
    ...replies,
    ...decisionsTold,
  ],
  firstReply: ({ replies, decisionsTold }) => [...replies, ...decisionsTold],
};

function decisionOfStep(state: ComplaintState, revision: number): string | undefined {
  return state.steps.find(step => step.revision === revision)?.commandId;
}

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
  alsoAfterClosing: ['ComplaintSampleRecorded', 'ComplaintClaimSettled', 'ComplaintSupplierClaimed'],
  waivable: {
    acknowledgement: ['acknowledgement'],
    firstReply: ['firstReply'],
    remoteJudgement: ['remoteJudgement'],
    onSite: ['onSiteArrival'],
    decision: ['decision'],
    review: [],
  },
  restsOn: (state, commandId) =>
    state.decisionsTold.some(told => told.commandId === commandId && told.revision > state.reopenedRevision)
      ? ['decision']
      : [],
  stillMetAt(state, clock, without) {
    const facts = FACTS_THAT_MEET[clock.clock]?.(state) ?? [];
    const standing = facts.filter(
      ({ at, revision }) => at >= clock.startedAt && decisionOfStep(state, revision) !== without,
    );
    return standing.length === 0 ? undefined : Math.min(...standing.map(({ at }) => at));
  },
  mayClose(state, mode, context) {
    const now = [...possible(state)];
    if (mode === 'withoutReply') return undefined;
    // The agent, quality management, or whoever the case was given to.
    if (mode === 'closed' && !context.actor.roles.some(role => role === 'agent' || role === 'qa')) {
      const refused = notAssignee(context, state);
      if (refused !== undefined) return refused;
    }
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
