import {
  askedJudgement,
  type ComplaintState,
  isDecided,
  openContest,
  openVisit,
  remedyStatus,
} from './state.ts';

export const PHASES = [
  'none',
  'received',
  'acknowledged',
  'classified',
  'replied',
  'investigating',
  'investigated',
  'decided',
  'remedied',
  'contested',
  'reopened',
  'closed',
  'withdrawn',
  'merged',
  'voided',
] as const;
export type Phase = (typeof PHASES)[number];

/**
 * How far an open complaint has come, from the facts that stand: a step that is taken back takes its phase with it.
 * The steps need not wait for each other; the furthest counts.
 */
export function phaseOf(state: ComplaintState): Phase {
  if (isDecided(state)) {
    const statuses = state.remedies.map(remedyStatus);
    const agreed = statuses.filter(s => s === 'accepted' || s === 'fulfilled');
    return agreed.length > 0 && agreed.every(s => s === 'fulfilled') ? 'remedied' : 'decided';
  }
  if (openContest(state) !== undefined) return 'contested';
  const since = state.reopenedRevision;
  const isNew = (fact: { readonly revision: number }) => fact.revision > since;
  if (state.findings.some(isNew)) return 'investigated';
  const investigates =
    askedJudgement(state) !== undefined ||
    openVisit(state) !== undefined ||
    [...state.judgements, ...state.visits, ...state.samples].some(isNew);
  if (investigates) return 'investigating';
  if (state.replies.some(isNew)) return 'replied';
  if (since >= 0) return 'reopened';
  if (state.items.some(i => i.classifications.length > 0)) return 'classified';
  return state.acknowledged.length > 0 ? 'acknowledged' : 'received';
}
