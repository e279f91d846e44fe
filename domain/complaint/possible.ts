import { possibleAmongColleagues } from '../case/possible-in-any-case.ts';
import type { Clock } from '../sla/clock.ts';
import type { ComplaintCommand } from './commands.ts';
import {
  type ComplaintState,
  classificationOf,
  decisionOf,
  isDecided,
  openContest,
  openDispute,
  owesJudgement,
  owesVisit,
  type RemedyStatus,
  remedyStatus,
} from './state.ts';

type Name = ComplaintCommand['type'];

/** Open cases and closed ones: these never stand in anybody's way. */
const ALWAYS: readonly Name[] = ['addNote', 'attach', 'link', 'recordMessage', 'correctDetails'];

const WHILE_OPEN: readonly Name[] = [
  'assign',
  'waiveStep',
  'contain',
  'requestSample',
  'recordSample',
  'recordFindings',
  'offerRemedy',
  'recordClaim',
  'claimOnSupplier',
  'addToNegativeCases',
  'showHardProblem',
  'mergeInto',
  'withdraw',
  'voidEntry',
];

/** What the state of a complaint allows, whoever asks; roles and facts of the command are checked apart. */
export function possible(state: ComplaintState): readonly Name[] {
  if (state.phase === 'none') return ['receive'];
  const commands: Name[] = [...ALWAYS];
  const add = (when: boolean, ...names: Name[]) => {
    if (when) commands.push(...names);
  };
  add(
    state.steps.some(s => !s.retracted),
    'retractStep',
  );
  add(
    state.clocks.some(c => c.status === 'fulfilled' && !c.breachRescinded && (c.result?.lateMs ?? 1) <= 0),
    'rescindBreach',
  );
  if (state.ended !== undefined) {
    const { how } = state.ended;
    add(how === 'merged', 'unmerge');
    add(how !== 'merged' && how !== 'voided', 'reopen', ...AFTER_CLOSING);
    add(how !== 'voided', 'voidEntry');
    return commands;
  }
  commands.push(...WHILE_OPEN, ...possibleAmongColleagues(state));
  const contest = openContest(state);
  const decided = isDecided(state);
  const has = (...statuses: readonly RemedyStatus[]) =>
    state.remedies.some(r => statuses.includes(remedyStatus(r)));

  add(state.priority === 'normal', 'markUrgent');
  add(state.urgencyRequested, 'confirmUrgent');
  add(state.priority === 'urgent' || state.urgencyRequested, 'lowerUrgent');
  const counts = (status: Clock['status']) => state.clocks.some(c => c.status === status);
  add(counts('running'), 'pauseClock');
  add(counts('running') || counts('paused'), 'agreeAppointment');
  add(counts('paused'), 'resumeClock');
  add(state.items.length > 1, 'splitOff');
  add(!hasReplied(state), 'sendPreliminaryReply');
  add(state.acknowledged.length === 0, 'acknowledge');
  add(
    state.items.some(i => classificationOf(i)?.final !== true),
    'classify',
  );
  add(
    state.items.some(i => classificationOf(i) !== undefined),
    'reclassify',
    'disputeResponsibility',
  );
  add(
    state.items.some(i => openDispute(i) !== undefined),
    'ruleOnResponsibility',
  );
  const judgementOwed = owesJudgement(state) !== undefined;
  add(!judgementOwed, 'askRemoteJudgement');
  add(judgementOwed || state.priority === 'urgent', 'judgeRemotely');
  const visitOwed = owesVisit(state) !== undefined;
  add(!visitOwed, 'decideOnSite');
  add(visitOwed, 'cancelOnSite');
  add(visitOwed || state.priority === 'urgent', 'recordArrival');
  add(mayDecide(state) && state.items.some(i => decisionOf(i) === undefined), 'communicateDecision');
  add(has('awaitingApproval'), 'approveRemedy');
  add(has('offered'), 'acceptRemedy', 'rejectRemedy');
  add(has('accepted') || (state.priority === 'urgent' && has('offered')), 'fulfilRemedy');
  add(has('awaitingApproval', 'offered', 'accepted'), 'waiveRemedy');
  add(
    state.claims.some(c => c.settled === undefined),
    'settleClaim',
  );
  add(decided, 'contest');
  add(contest !== undefined && contest.review === undefined, 'review');
  add((decided || state.waived.includes('decision')) && !has('accepted'), 'close');
  add(mayCloseWithoutAgreement(state), 'closeWithoutAgreement');
  add(
    state.timers.some(t => t.timer === 'customerSilence' && t.active),
    'closeWithoutReply',
  );
  return commands;
}

/** Done after the closing too: samples go back, suppliers pay late, and a lesson is written last. */
export const AFTER_CLOSING: readonly Name[] = [
  'recordSample',
  'settleClaim',
  'claimOnSupplier',
  'addToNegativeCases',
];

/** A reply to what was received or reopened; a contest asks for a decision, not for another reply. */
export function hasReplied(state: ComplaintState): boolean {
  return state.replies.some(r => r.revision > state.reopenedRevision);
}

/** A contested decision is reviewed before a new one is told. */
export function mayDecide(state: ComplaintState): boolean {
  const contest = openContest(state);
  return (
    contest === undefined ||
    contest.review !== undefined ||
    state.priority === 'urgent' ||
    state.waived.includes('review')
  );
}

export function mayCloseWithoutAgreement(state: ComplaintState): boolean {
  const contest = openContest(state);
  if (contest !== undefined) return contest.review !== undefined;
  return isDecided(state) || state.waived.includes('decision');
}
