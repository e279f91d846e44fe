import type {
  Claim,
  ComplaintItem,
  ComplaintState,
  Contest,
  Dispute,
  Fact,
  Judgement,
  Remedy,
  Sample,
  Visit,
} from './state.ts';

/** The complaint as if the event of that revision had not happened; its clocks are told by their own events. */
export function withoutStep(state: ComplaintState, revision: number): ComplaintState {
  const decision = state.decisionsTold.find(d => d.revision === revision);
  const standing = <F extends Fact>(facts: readonly F[]): readonly F[] =>
    facts.filter(f => f.revision !== revision);
  const isUndone = (fact: Fact | undefined) => fact?.revision === revision;

  const item = (i: ComplaintItem): ComplaintItem => ({
    ...i,
    classifications: standing(i.classifications),
    decisions: standing(i.decisions),
    disputes: standing(i.disputes).map((d): Dispute => {
      const { ruling, ...open } = d;
      return isUndone(ruling) ? open : d;
    }),
  });
  const judgement = (j: Judgement): Judgement => {
    const { judged, ...asked } = j;
    return isUndone(judged) ? asked : j;
  };
  const visit = (v: Visit): Visit => {
    const { arrived, ...decided } = v;
    return isUndone(arrived) ? decided : v;
  };
  const sample = (s: Sample): Sample => ({ ...s, steps: standing(s.steps) });
  const remedy = (r: Remedy): Remedy => {
    const { approved, accepted, rejected, fulfilled, waived, ...offer } = r;
    return {
      ...offer,
      ...(approved === undefined || isUndone(approved) ? {} : { approved }),
      ...(accepted === undefined || isUndone(accepted) ? {} : { accepted }),
      ...(rejected === undefined || isUndone(rejected) ? {} : { rejected }),
      ...(fulfilled === undefined || isUndone(fulfilled) ? {} : { fulfilled }),
      ...(waived === undefined || isUndone(waived) ? {} : { waived }),
    };
  };
  const claim = (c: Claim): Claim => {
    const { settled, ...open } = c;
    return isUndone(settled) ? open : c;
  };
  const contest = (c: Contest): Contest => {
    const { review, ...open } = c;
    return isUndone(review) ? open : c;
  };

  return {
    ...state,
    items: state.items.map(item),
    acknowledged: standing(state.acknowledged),
    replies: standing(state.replies),
    decisionsTold: standing(state.decisionsTold),
    contained: standing(state.contained),
    // A judgement that nobody asked for goes with its own event.
    judgements: standing(state.judgements).map(judgement),
    visits: standing(state.visits).map(visit),
    samples: standing(state.samples)
      .map(sample)
      .filter(s => s.requested || s.steps.length > 0),
    findings: standing(state.findings),
    // What was offered in a decision goes with it.
    remedies: standing(state.remedies)
      .filter(r => decision === undefined || r.commandId !== decision.commandId)
      .map(remedy),
    claims: standing(state.claims).map(claim),
    supplierClaims: standing(state.supplierClaims),
    contests: state.contests.map(contest),
  };
}

/** Steps that build on this one and must be taken back first. */
export function buildsOn(state: ComplaintState, revision: number): readonly number[] {
  const of = (...facts: readonly (Fact | undefined)[]) =>
    facts.filter(f => f !== undefined).map(f => f.revision);
  const decision = state.decisionsTold.find(d => d.revision === revision);
  const remedySteps = (r: Remedy) => of(r.approved, r.accepted, r.rejected, r.fulfilled, r.waived);

  const remedies = state.remedies.flatMap(r => {
    if (r.revision === revision || r.commandId === decision?.commandId) return remedySteps(r);
    const steps = remedySteps(r);
    return steps.includes(revision) ? steps.filter(s => s > revision) : [];
  });
  const decisions = decision === undefined ? [] : state.decisionsTold.filter(d => d.revision > revision);
  const contests = decision === undefined ? [] : state.contests.filter(c => c.revision > revision);
  return [
    ...remedies,
    ...of(...decisions, ...contests),
    ...of(
      ...state.judgements.filter(j => j.revision === revision && j.askedAt !== undefined).map(j => j.judged),
    ),
    ...of(...state.visits.filter(v => v.revision === revision).map(v => v.arrived)),
    ...state.samples.filter(s => s.requested && s.revision === revision).flatMap(s => of(...s.steps)),
    ...of(...state.claims.filter(c => c.revision === revision).map(c => c.settled)),
    ...state.items.flatMap(i => [
      ...of(...i.disputes.filter(d => d.revision === revision).map(d => d.ruling)),
      ...(i.classifications.some(c => c.revision === revision)
        ? of(...i.disputes.filter(d => d.revision > revision))
        : []),
    ]),
    ...(state.contests.some(c => c.review?.revision === revision)
      ? of(...state.decisionsTold.filter(d => d.revision > revision))
      : []),
  ].sort((a, b) => a - b);
}
