import { type Rejected, reject } from '../case/decision.ts';
import type { FactoryVisitEvent } from './events.ts';
import type { FactoryVisitState } from './state.ts';

/** Steps that lead on from one another: the last is taken back first. */
const MAIN_LINE: readonly string[] = [
  'FactoryVisitAssessed',
  'FactoryVisitResubmitted',
  'FactoryVisitApproved',
  'FactoryVisitReturned',
  'FactoryVisitRejected',
  'FactoryVisitNoShowRecorded',
  'FactoryVisitCompleted',
] satisfies readonly FactoryVisitEvent['type'][];

/** Why a step can't be taken back yet: what was built on it stands. */
export function builtOn(state: FactoryVisitState, stepRevision: number): Rejected | undefined {
  const step = state.steps.find(s => s.revision === stepRevision);
  if (step === undefined || step.retracted) return undefined;
  const isLater = (fact: { readonly revision: number }) => fact.revision > stepRevision;
  const fact = state.waveFacts.find(f => f.revision === stepRevision);
  const later: { readonly revision: number; readonly type: string }[] = [];
  if (fact !== undefined) {
    const same = state.waveFacts.filter(f => f.wave === fact.wave);
    const revisions = same.filter(isLater).map(f => f.revision);
    later.push(...state.steps.filter(s => revisions.includes(s.revision)));
  }
  if (MAIN_LINE.includes(step.type)) {
    const anew = state.moves.filter(m => m.approval === 'anew' && isLater(m));
    const waves = state.waveFacts.filter(isLater).map(f => f.revision);
    later.push(
      ...state.steps.filter(s => !s.retracted && isLater(s) && MAIN_LINE.includes(s.type)),
      ...anew.map(m => ({ revision: m.revision, type: 'FactoryVisitRescheduled' })),
      ...state.cancellations.map(c => ({ revision: c.revision, type: 'FactoryVisitCancelled' })),
      ...state.steps.filter(s => waves.includes(s.revision)),
    );
  }
  if (later.length === 0) return undefined;
  const steps = later.slice(0, 20).map(s => ({ stepRevision: s.revision, step: s.type }));
  return reject('laterStepsStand', { stepRevision, later: steps });
}
