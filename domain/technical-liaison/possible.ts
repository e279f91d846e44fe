import { possibleInAnyCase, waitsForCustomer } from '../case/possible-in-any-case.ts';
import { openClock } from '../sla/clock.ts';
import { type TechnicalLiaisonCommand, technicalLiaisonCommands } from './commands.ts';
import {
  assessment,
  awaitsSample,
  hasReplied,
  isAnswered,
  outcome,
  type TechnicalLiaisonState,
} from './state.ts';

type Name = TechnicalLiaisonCommand['type'];

/** What the state of a liaison allows, whoever asks; facts of the command are checked apart. */
export function possible(state: TechnicalLiaisonState): readonly Name[] {
  if (state.phase === 'none') return ['recordResponse', 'sendForm'];
  const commands: Name[] = [...possibleInAnyCase(state, technicalLiaisonCommands, true)];
  const add = (when: boolean, ...names: Name[]) => {
    if (when) commands.push(...names);
  };
  if (state.ended !== undefined) {
    // An answer that comes after the closing opens it again.
    add(state.ended.how !== 'voided' && state.ended.how !== 'merged', 'recordResponse');
    return commands;
  }
  const came = outcome(state);
  const decided = came !== undefined && 'kind' in came && came.kind !== 'projectStarted';
  const any = state.priority === 'urgent';
  const answered = isAnswered(state) || state.mergedFrom.length > 0 || any;
  const assessed = assessment(state) !== undefined || state.waived.includes('assessment') || any;
  const sampleNeeded = assessment(state) === 'mouldOrSample' || state.waived.includes('assessment') || any;
  commands.push('recordResponse', 'closeWithoutAgreement');
  add(owesReply(state, answered), 'replyPreliminarily');
  add(answered && !decided, 'assess');
  add(answered && sampleNeeded && !decided && !awaitsSample(state), 'handOverToSales');
  add(answered && assessed && !decided, 'recordSolution', 'decline');
  add(answered && assessed && !decided && !hasProject(state), 'startProject');
  add(awaitsSample(state), 'recordSampleResult');
  add(came !== undefined || state.waived.includes('outcome'), 'close');
  add(!isAnswered(state) || waitsForCustomer(state), 'closeWithoutReply');
  return commands;
}

function owesReply(state: TechnicalLiaisonState, answered: boolean): boolean {
  return (answered && !hasReplied(state)) || openClock(state.clocks, 'firstReply') !== undefined;
}

function hasProject(state: TechnicalLiaisonState): boolean {
  return state.outcomes.some(o => o.kind === 'projectStarted' && o.revision > state.reopenedRevision);
}
