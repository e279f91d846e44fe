import type { z } from 'zod';
import { type CaseState, noCase } from '../case/case-state.ts';
import type { Company } from '../complaint/company.ts';
import { type Clock, latest } from '../sla/clock.ts';
import type { ClockName } from '../sla/events.ts';
import type { gradeSchema, purposeSchema, visitorsSchema, Wave } from './events.ts';

/** A fact carries the revision of its event, by which it is taken back and set against others. */
export interface Fact {
  readonly revision: number;
  readonly at: number;
}
type Grade = z.infer<typeof gradeSchema>;
export type Visitors = z.infer<typeof visitorsSchema>;

/** First and last day, local dates. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

/** An assessment or its resubmission. */
export interface Proposal extends Fact {
  readonly again: boolean;
  readonly grade: Grade;
  readonly services: readonly string[];
  readonly days: Days;
  /** Who gave it, and for whom. */
  readonly proposerIds: readonly string[];
}

export interface Verdict extends Fact {
  readonly verdict: 'approved' | 'returned' | 'rejected';
}

interface Move extends Fact {
  readonly days: Days;
  readonly services?: readonly string[];
  readonly visitors?: Visitors;
  readonly approval: 'kept' | 'anew';
}

export interface Hosts extends Fact {
  readonly counterparts: readonly string[];
  readonly escorts: readonly string[];
}

/** Days as recorded by the hosts, or as corrected by a lead. */
interface Held extends Fact {
  readonly days: Days;
  readonly corrected: boolean;
}

export interface WaveFact extends Fact {
  readonly wave: Wave;
  readonly cycle: number;
  readonly kind: 'attempt' | 'feedback' | 'declined';
}

export interface FactoryVisitState extends CaseState {
  readonly purpose: z.infer<typeof purposeSchema>;
  readonly customer: Company;
  readonly visitingOrganisation?: Company;
  readonly contactId?: string;
  readonly appliedVisitors: Visitors;
  readonly wishedFrom?: string;
  readonly wishedTo?: string;
  /** As the directory knew it at the application; the assessment's own grade comes first. */
  readonly knownGrade?: Grade;
  readonly proposals: readonly Proposal[];
  readonly verdicts: readonly Verdict[];
  readonly moves: readonly Move[];
  readonly hostings: readonly Hosts[];
  readonly cancellations: readonly Fact[];
  readonly noShows: readonly Fact[];
  readonly heldRecords: readonly Held[];
  readonly logs: readonly Fact[];
  readonly feedbacks: readonly Fact[];
  readonly waveFacts: readonly WaveFact[];
  readonly tasks: readonly { readonly wave: Wave; readonly cycle: number }[];
}

export const noFactoryVisit: FactoryVisitState = {
  ...noCase,
  purpose: 'tour',
  customer: { name: '' },
  appliedVisitors: { contactIds: [], headcount: 1 },
  proposals: [],
  verdicts: [],
  moves: [],
  hostings: [],
  cancellations: [],
  noShows: [],
  heldRecords: [],
  logs: [],
  feedbacks: [],
  waveFacts: [],
  tasks: [],
};

export const WAVES = [1, 3, 6] as const satisfies readonly Wave[];
export const WAVE_CLOCK = { 1: 'wave1', 3: 'wave3', 6: 'wave6' } as const satisfies Record<Wave, ClockName>;

/** The revision of the last move that asks for a new assessment; what was proposed before it no longer counts. */
function lastBreak(state: FactoryVisitState): number {
  return state.moves.findLast(m => m.approval === 'anew')?.revision ?? -1;
}

/** What lies, or will lie, with the director: the newest proposal since the visit last changed. */
export function proposal(state: FactoryVisitState): Proposal | undefined {
  const last = state.proposals.at(-1);
  return last !== undefined && last.revision > lastBreak(state) ? last : undefined;
}

/** All who had a hand in the proposal that stands: the assessment and what was resubmitted after it. */
export function proposers(state: FactoryVisitState): readonly string[] {
  const since = state.proposals.findLast(p => !p.again)?.revision ?? 0;
  return state.proposals.filter(p => p.revision >= since).flatMap(p => p.proposerIds);
}

/** The director's word on the proposal that stands. */
export function verdict(state: FactoryVisitState): Verdict['verdict'] | undefined {
  const asked = proposal(state);
  const last = state.verdicts.at(-1);
  return asked !== undefined && last !== undefined && last.revision > asked.revision
    ? last.verdict
    : undefined;
}

/** When the plan last went on: a fact that builds on it can't lie before. */
export function plannedAt(state: FactoryVisitState): number {
  const facts = [state.proposals.at(-1), state.verdicts.at(-1), state.moves.at(-1)];
  return Math.max(0, ...facts.map(fact => fact?.at ?? 0));
}

/** The days that are planned: of the newest proposal or move. */
export function plannedDaysOf(state: FactoryVisitState): Days | undefined {
  const [proposed, moved] = [state.proposals.at(-1), state.moves.at(-1)];
  if (proposed === undefined || moved === undefined) return (proposed ?? moved)?.days;
  return proposed.revision > moved.revision ? proposed.days : moved.days;
}

export function visitorsOf(state: FactoryVisitState): Visitors {
  return state.moves.findLast(m => m.visitors !== undefined)?.visitors ?? state.appliedVisitors;
}

export function servicesOf(state: FactoryVisitState): readonly string[] {
  const proposed = state.proposals.at(-1);
  const moved = state.moves.findLast(m => m.services !== undefined);
  if (moved?.services === undefined) return proposed?.services ?? [];
  return proposed === undefined || moved.revision > proposed.revision ? moved.services : proposed.services;
}

export function isCancelled(state: FactoryVisitState): boolean {
  return state.cancellations.length > 0;
}

/** The visitors did not come, and nothing was planned since. */
export function isNoShow(state: FactoryVisitState): boolean {
  return (state.noShows.at(-1)?.revision ?? -1) > (state.moves.at(-1)?.revision ?? -1);
}

export function heldDaysOf(state: FactoryVisitState): Days | undefined {
  return state.heldRecords.at(-1)?.days;
}

/** Who hosts; nobody once it is certain that the visit will not be. */
export function hostsOf(state: FactoryVisitState): Hosts | undefined {
  return isCancelled(state) || verdict(state) === 'rejected' ? undefined : state.hostings.at(-1);
}

export function hostIdsOf(hosts: Pick<Hosts, 'counterparts' | 'escorts'> | undefined): readonly string[] {
  return hosts === undefined ? [] : [...new Set([...hosts.counterparts, ...hosts.escorts])];
}

/** The newest clock of a wave; `undefined` before the visit was held. */
export function waveClock(state: FactoryVisitState, wave: Wave): Clock | undefined {
  return latest(state.clocks, WAVE_CLOCK[wave]);
}

/** Feedback, contacted without answer, declined, or missed. */
export function hasResult(clock: Clock | undefined): boolean {
  return clock !== undefined && clock.status !== 'running';
}

/** How far an open visit has come, from the facts that stand: clocks have no part in it. */
export function phaseOf(state: FactoryVisitState): string {
  if (isCancelled(state)) return 'cancelled';
  if (state.heldRecords.length > 0) {
    if (state.tasks.length > 0 || state.waveFacts.length > 0) return 'followUp';
    return state.feedbacks.length > 0 ? 'feedbackTaken' : 'held';
  }
  if (isNoShow(state)) return 'noShow';
  if (proposal(state) === undefined) return state.moves.length > 0 ? 'rescheduled' : 'applied';
  switch (verdict(state)) {
    case undefined:
      return 'assessed';
    case 'approved':
      return hostsOf(state) === undefined ? 'approved' : 'hostsAssigned';
    case 'returned':
      return 'returned';
    case 'rejected':
      return 'rejected';
  }
}
