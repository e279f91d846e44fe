import { caseEnded } from '../case/case-rules.ts';
import { decideCase } from '../case/decide-case.ts';
import { type Decision, reject } from '../case/decision.ts';
import { factAt } from '../case/facts.ts';
import { type DecideContext, defineLifecycle } from '../case/lifecycle.ts';
import { otherCaseOf } from '../case/other-case.ts';
import { noteRecurrence } from '../case/recurrence.ts';
import { unreachable } from '../unreachable.ts';
import { type ComplaintCommand, complaintCommands } from './commands.ts';
import { turnOf } from './complaint-turn.ts';
import { correctedItems } from './correctable.ts';
import {
  classify,
  disputeResponsibility,
  reclassify,
  ruleOnResponsibility,
} from './decide-classification.ts';
import { addToNegativeCases, contest, review } from './decide-contest.ts';
import { showHardProblem } from './decide-hard-problem.ts';
import { acknowledge, receive, sendPreliminaryReply } from './decide-intake.ts';
import {
  askRemoteJudgement,
  cancelOnSite,
  contain,
  decideOnSite,
  judgeRemotely,
  recordArrival,
  recordFindings,
  recordSample,
  requestSample,
} from './decide-on-site.ts';
import {
  acceptRemedy,
  approveRemedy,
  claimOnSupplier,
  communicateDecision,
  fulfilRemedy,
  offerRemedy,
  recordClaim,
  rejectRemedy,
  settleClaim,
  waiveRemedy,
} from './decide-remedies.ts';
import { withSuccessor } from './decide-successor.ts';
import { deciderChanges } from './decider-changes.ts';
import { type ComplaintEvent, complaintEvents } from './events.ts';
import { evolve } from './evolve.ts';
import { AFTER_CLOSING, possible } from './possible.ts';
import { rules } from './rules.ts';
import { type ComplaintState, noComplaint } from './state.ts';
import { buildsOn } from './undo.ts';

/** The complaint (客户投诉), from the first call to the closing. */
export const complaint = defineLifecycle({
  name: 'complaint',
  collection: 'complaints',
  category: 'complaint',
  numberPrefix: 'CMP',
  deciderVersion: 3,
  deciderChanges,
  opens: ['receive'],
  promises: ['acknowledgement', 'firstReply', 'remoteJudgement', 'onSiteArrival', 'decision', 'closing'],
  commands: complaintCommands,
  correctable: rules.correctable,
  events: complaintEvents,
  initial: noComplaint,
  decide,
  evolve,
  possible,
  linkedCaseOf: otherCaseOf,
  summarize: ({ phase, priority, receivedAt, teamId, assigneeId, ended }) => ({
    phase,
    priority,
    receivedAt,
    teamId,
    closed: ended !== undefined,
    ...(assigneeId === undefined ? {} : { assigneeId }),
  }),
});

type Common = Parameters<typeof decideCase>[0];
type Own = Exclude<ComplaintCommand, Common | { type: 'close' | 'receive' | 'noteRecurrence' }>;

const OWN: ReadonlySet<string> = new Set<Own['type']>([
  'acknowledge',
  'classify',
  'reclassify',
  'disputeResponsibility',
  'ruleOnResponsibility',
  'sendPreliminaryReply',
  'contain',
  'askRemoteJudgement',
  'judgeRemotely',
  'decideOnSite',
  'recordArrival',
  'cancelOnSite',
  'requestSample',
  'recordSample',
  'recordFindings',
  'communicateDecision',
  'offerRemedy',
  'approveRemedy',
  'acceptRemedy',
  'rejectRemedy',
  'fulfilRemedy',
  'waiveRemedy',
  'recordClaim',
  'settleClaim',
  'claimOnSupplier',
  'contest',
  'review',
  'addToNegativeCases',
  'showHardProblem',
]);

function isOwn(command: ComplaintCommand): command is Own {
  return OWN.has(command.type);
}

function decide(
  command: ComplaintCommand,
  state: ComplaintState,
  context: DecideContext,
): Decision<ComplaintEvent> {
  if (command.type === 'receive') return receive(command.data, state, context);
  if (command.type === 'noteRecurrence') return noteRecurrence(command.data, state, context);
  if (isOwn(command)) return decideOwn(command, state, context);
  if (command.type === 'retractStep') {
    const { stepRevision } = command.data;
    const later = state.ended?.how === 'voided' ? [] : buildsOn(state, stepRevision);
    if (later.length > 0) return reject('laterStepsBuildOnIt', { stepRevision, retractFirst: [...later] });
  }
  if (command.type === 'correctDetails' && command.data.field === 'items') {
    const right = correctedItems(command.data.to);
    const unknown = (right ?? []).map(i => i.itemId).filter(id => !state.items.some(i => i.itemId === id));
    if (unknown.length > 0)
      return reject('noSuchItem', { itemIds: unknown, items: state.items.map(i => i.itemId) });
  }
  return withSuccessor(decideCase(command, state, context, rules), state, context);
}

function decideOwn(command: Own, state: ComplaintState, context: DecideContext): Decision<ComplaintEvent> {
  if (state.phase === 'none') return reject('noSuchCase', { caseId: context.caseId });
  const { ended } = state;
  if (ended !== undefined) {
    const goesOnElsewhere = ended.how === 'voided' || ended.how === 'merged';
    if (goesOnElsewhere || !AFTER_CLOSING.includes(command.type)) return caseEnded(ended, possible(state));
  }
  const at = factAt(context, state, command.data);
  if (typeof at !== 'number') return at;
  const turn = turnOf(state, context, at, rules);
  switch (command.type) {
    case 'acknowledge':
      return acknowledge(command.data, turn);
    case 'classify':
      return classify(command.data, turn);
    case 'reclassify':
      return reclassify(command.data, turn);
    case 'disputeResponsibility':
      return disputeResponsibility(command.data, turn);
    case 'ruleOnResponsibility':
      return ruleOnResponsibility(command.data, turn);
    case 'sendPreliminaryReply':
      return sendPreliminaryReply(command.data, turn);
    case 'contain':
      return contain(command.data, turn);
    case 'askRemoteJudgement':
      return askRemoteJudgement(command.data, turn);
    case 'judgeRemotely':
      return judgeRemotely(command.data, turn);
    case 'decideOnSite':
      return decideOnSite(command.data, turn);
    case 'recordArrival':
      return recordArrival(command.data, turn);
    case 'cancelOnSite':
      return cancelOnSite(command.data, turn);
    case 'requestSample':
      return requestSample(command.data, turn);
    case 'recordSample':
      return recordSample(command.data, turn);
    case 'recordFindings':
      return recordFindings(command.data, turn);
    case 'communicateDecision':
      return communicateDecision(command.data, turn);
    case 'offerRemedy':
      return offerRemedy(command.data, turn);
    case 'approveRemedy':
      return approveRemedy(command.data, turn);
    case 'acceptRemedy':
      return acceptRemedy(command.data, turn);
    case 'rejectRemedy':
      return rejectRemedy(command.data, turn);
    case 'fulfilRemedy':
      return fulfilRemedy(command.data, turn);
    case 'waiveRemedy':
      return waiveRemedy(command.data, turn);
    case 'recordClaim':
      return recordClaim(command.data, turn);
    case 'settleClaim':
      return settleClaim(command.data, turn);
    case 'claimOnSupplier':
      return claimOnSupplier(command.data, turn);
    case 'contest':
      return contest(command.data, turn);
    case 'review':
      return review(command.data, turn);
    case 'showHardProblem':
      return showHardProblem(command.data, turn);
    case 'addToNegativeCases':
      return addToNegativeCases(command.data, turn);
    default:
      return unreachable(command);
  }
}
