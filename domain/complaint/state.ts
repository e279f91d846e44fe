import type { z } from 'zod';
import type { CaseEvent } from '../case/case-events.ts';
import { type CaseState, noCase } from '../case/case-state.ts';
import type { Recurring } from '../case/recurrence.ts';
import { openClock } from '../sla/clock.ts';
import type { Classification, Shares } from './classification.ts';
import type { Company, SiteRegion } from './company.ts';
import type { ComplaintKind, outcomeSchema } from './events.ts';
import type { Item, Money } from './item.ts';
import type { RemedyKind } from './remedy.ts';
import type { SampleStep } from './sample.ts';

/** A fact carries the revision of its event, by which it is taken back. */
export interface Fact {
  readonly revision: number;
  readonly at: number;
}

export interface Classified extends Fact, Classification {
  readonly final: boolean;
}

export interface Dispute extends Fact {
  readonly department: string;
  readonly ruling?: Fact & { readonly shares: Shares };
}

export interface ItemDecision extends Fact {
  readonly outcome: z.infer<typeof outcomeSchema>;
}

export interface ComplaintItem extends Item {
  /** The last one holds. */
  readonly classifications: readonly Classified[];
  readonly disputes: readonly Dispute[];
  readonly decisions: readonly ItemDecision[];
  /** The contest or reopening since which a new decision is owed; -1: the receipt. */
  readonly owedSinceRevision: number;
}

export interface Judgement extends Fact {
  /** When it was asked for; a judgement that nobody asked for has none. */
  readonly askedAt?: number;
  readonly judged?: Fact & { readonly mustGoOnSite: boolean };
}

export interface Visit extends Fact {
  readonly people: readonly string[];
  readonly arrived?: Fact;
  readonly cancelled: boolean;
}

export interface Sample extends Fact {
  readonly sampleId: string;
  /** A sample that nobody asked for begins with its first step. */
  readonly requested: boolean;
  readonly steps: readonly (Fact & { readonly step: SampleStep })[];
}

export interface Finding extends Fact {
  readonly onSite: boolean;
}

/** Every remedy begins as an offer; above the authority limit it waits for a lead's approval. */
export interface Remedy extends Fact {
  readonly remedyId: string;
  readonly kind: RemedyKind;
  /** What it costs the house, if that was said. */
  readonly amount?: Money;
  readonly offeredBy: string;
  readonly commandId: string;
  readonly approvalNeeded: boolean;
  readonly approved?: Fact;
  readonly accepted?: Fact;
  readonly rejected?: Fact;
  readonly fulfilled?: Fact;
  readonly waived?: Fact;
}

export interface Claim extends Fact {
  readonly claimId: string;
  readonly amount: Money;
  readonly settled?: Fact;
}

export interface Contest extends Fact {
  readonly review?: Fact & { readonly outcome: 'upheld' | 'changed' };
}

/** What a complaint knows of itself. Holds no personal value: those stay sealed in the log. */
export interface ComplaintState extends CaseState, Recurring {
  readonly kind: ComplaintKind;
  readonly complainant: Company;
  readonly buyingCustomer?: Company;
  readonly endBrand?: Company;
  readonly contactId?: string;
  readonly contactPosition?: string;
  readonly channel: (CaseEvent & { type: 'MessageRecorded' })['data']['channel'];
  readonly siteRegion: SiteRegion;
  readonly customerGrade?: 'A' | 'B' | 'C' | 'D';
  readonly remedySought: readonly string[];
  readonly items: readonly ComplaintItem[];
  readonly acknowledged: readonly (Fact & { readonly messageId: string })[];
  readonly replies: readonly (Fact & { readonly messageId: string })[];
  readonly decisionsTold: readonly (Fact & { readonly messageId: string; readonly commandId: string })[];
  readonly contained: readonly Fact[];
  readonly judgements: readonly Judgement[];
  readonly visits: readonly Visit[];
  readonly samples: readonly Sample[];
  readonly findings: readonly Finding[];
  readonly remedies: readonly Remedy[];
  readonly claims: readonly Claim[];
  readonly supplierClaims: readonly Fact[];
  readonly contests: readonly Contest[];
  /** Hard problems that it showed, in one item or as a whole. */
  readonly hardProblems: readonly (Fact & { readonly itemId?: string })[];
  /** Revision of the last reopening; -1: never. */
  readonly reopenedRevision: number;
  /** Who made a finding, a decision or an approval, taken back or not: not the ones to review it. */
  readonly involved: readonly string[];
}

export const noComplaint: ComplaintState = {
  ...noCase,
  kind: 'product',
  complainant: { name: '' },
  channel: 'other',
  siteRegion: 'local',
  remedySought: [],
  items: [],
  acknowledged: [],
  replies: [],
  decisionsTold: [],
  contained: [],
  judgements: [],
  visits: [],
  samples: [],
  findings: [],
  remedies: [],
  claims: [],
  supplierClaims: [],
  contests: [],
  hardProblems: [],
  recurrenceOf: [],
  reopenedRevision: -1,
  involved: [],
};

/** The decision that holds for an item: none while a contest or a reopening owes it a new one. */
export function decisionOf(item: ComplaintItem): ItemDecision | undefined {
  return item.decisions.findLast(d => d.revision > item.owedSinceRevision);
}

export function isDecided(state: ComplaintState): boolean {
  return state.items.every(item => decisionOf(item) !== undefined);
}

/** The contest that waits for its new decision. */
export function openContest(state: ComplaintState): Contest | undefined {
  const last = state.contests.at(-1);
  return last !== undefined && last.revision > state.reopenedRevision && !isDecided(state) ? last : undefined;
}

export function classificationOf(item: ComplaintItem): Classified | undefined {
  return item.classifications.at(-1);
}

export function openDispute(item: ComplaintItem): Dispute | undefined {
  const last = item.disputes.at(-1);
  return last !== undefined && last.ruling === undefined ? last : undefined;
}

export function askedJudgement(state: ComplaintState): Judgement | undefined {
  const last = state.judgements.at(-1);
  return last !== undefined && last.judged === undefined ? last : undefined;
}

export function lastJudgement(state: ComplaintState): Judgement['judged'] {
  return state.judgements.findLast(j => j.judged !== undefined)?.judged;
}

/** The visit that was decided on and not yet made. */
export function openVisit(state: ComplaintState): Visit | undefined {
  return state.visits.findLast(v => v.arrived === undefined && !v.cancelled);
}

/** Since when a remote judgement is owed: asked for here, or in a case that was merged into this one. */
export function owesJudgement(state: ComplaintState): number | undefined {
  return askedJudgement(state)?.at ?? openClock(state.clocks, 'remoteJudgement')?.startedAt;
}

/** Since when a visit is owed: decided on here, or in a case that was merged into this one. */
export function owesVisit(state: ComplaintState): number | undefined {
  return openVisit(state)?.at ?? openClock(state.clocks, 'onSiteArrival')?.startedAt;
}

export type RemedyStatus = 'awaitingApproval' | 'offered' | 'accepted' | 'rejected' | 'fulfilled' | 'waived';

export function remedyStatus(remedy: Remedy): RemedyStatus {
  if (remedy.waived !== undefined) return 'waived';
  if (remedy.fulfilled !== undefined) return 'fulfilled';
  if (remedy.rejected !== undefined) return 'rejected';
  if (remedy.accepted !== undefined) return 'accepted';
  return remedy.approvalNeeded && remedy.approved === undefined ? 'awaitingApproval' : 'offered';
}

/** Remedies that the customer accepted and has not got. */
export function owedRemedies(state: ComplaintState): readonly Remedy[] {
  return state.remedies.filter(r => remedyStatus(r) === 'accepted');
}
