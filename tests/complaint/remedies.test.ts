import { describe, expect, it } from 'vitest';
import { agent, customer, event, idOf, ids, lead, qa } from '../given-when-then.ts';
import { accepted, decision, firstItem, received, secondItem } from './complaints.ts';

const credit = (amountMinor: number, currency = 'CNY') =>
  ({ kind: 'credit', amount: { amountMinor, currency } }) as const;
const story = received({ items: [{ batch: 'B-1' }, { batch: 'B-2' }] });
const remedyId = idOf(0x1_0100);
const offered = story.did('offerRemedy', credit(500_000), agent, '2026-09-30 09:00');
const big = story.did('offerRemedy', credit(500_001), agent, '2026-09-30 09:00');
const taken = offered.did('acceptRemedy', { remedyId }, customer, '2026-09-30 10:00');
const decided = story.did('communicateDecision', decision, qa, '2026-09-30 09:00');

describe('a remedy', () => {
  it('is offered up to the authority limit by an agent', () => {
    story
      .when('offerRemedy', credit(500_000), agent, '2026-09-30 09:00')
      .then(event('ComplaintRemedyOffered', { approvalNeeded: false }));
  });

  it.each([
    ['above it', credit(500_001)],
    ['in another currency', credit(1, 'USD')],
  ])('%s waits for a lead', (_what, remedy) => {
    story
      .when('offerRemedy', remedy, agent, '2026-09-30 09:00')
      .then(event('ComplaintRemedyOffered', { approvalNeeded: true }));
  });

  it('counts with what the case offered before without an approval', () => {
    const first = story.did('offerRemedy', credit(300_000), agent, '2026-09-30 09:00');
    first
      .when('offerRemedy', credit(200_001), agent, '2026-09-30 10:00')
      .then(event('ComplaintRemedyOffered', { approvalNeeded: true }));
    first
      .when('offerRemedy', credit(200_000), agent, '2026-09-30 10:00')
      .then(event('ComplaintRemedyOffered', { approvalNeeded: false }));
    // What is off the table counts no more, and what a lead approved is the lead's.
    first
      .did('rejectRemedy', { remedyId }, customer, '2026-09-30 09:30')
      .when('offerRemedy', credit(500_000), agent, '2026-09-30 10:00')
      .then(event('ComplaintRemedyOffered', { approvalNeeded: false }));
    big
      .did('approveRemedy', { remedyId }, lead, '2026-09-30 09:30')
      .when('offerRemedy', credit(500_000), agent, '2026-09-30 10:00')
      .then(event('ComplaintRemedyOffered', { approvalNeeded: false }));
  });

  it('counts with the others of its decision', () => {
    const both = (second: number) => ({
      ...decision,
      items: [{ ...accepted, remedies: [credit(300_000), credit(second)] }],
    });
    story
      .when('communicateDecision', both(200_001), qa, '2026-09-30 09:00')
      .thenRejected('approvalFirst', { offered: 0 });
    story
      .when('communicateDecision', both(200_000), qa, '2026-09-30 09:00')
      .then(
        event('ComplaintDecisionCommunicated'),
        event('ComplaintRemedyOffered'),
        event('ComplaintRemedyOffered'),
        event('SlaClockMet'),
        event('SlaClockMet'),
        event('SlaClockMet'),
      );
  });

  it('is approved by a lead who did not offer it', () => {
    big.when('approveRemedy', { remedyId }, lead, '2026-09-30 10:00').then(event('ComplaintRemedyApproved'));
    big
      .when(
        'approveRemedy',
        { remedyId },
        { ...agent, role: 'lead', roles: ['agent', 'lead'] },
        '2026-09-30 10:00',
      )
      .thenRejected('offererMayNotApprove');
  });

  it('is accepted only once it is approved', () => {
    big
      .when('acceptRemedy', { remedyId }, customer, '2026-09-30 10:00')
      .thenRejected('remedyIs', { status: 'awaitingApproval' });
    big
      .did('approveRemedy', { remedyId }, lead, '2026-09-30 10:00')
      .when('acceptRemedy', { remedyId }, customer, '2026-09-30 11:00')
      .then(event('ComplaintRemedyAccepted'));
  });

  it('is accepted or rejected by the customer, or by an agent with evidence', () => {
    offered.when('acceptRemedy', { remedyId }, agent, '2026-09-30 10:00').thenRejected('evidenceNeeded');
    offered.when('rejectRemedy', { remedyId }, agent, '2026-09-30 10:00').thenRejected('evidenceNeeded');
    offered
      .when('acceptRemedy', { remedyId, evidence: 'Mail 4' }, agent, '2026-09-30 10:00')
      .then(event('ComplaintRemedyAccepted'));
    offered
      .when('rejectRemedy', { remedyId }, customer, '2026-09-30 10:00')
      .then(event('ComplaintRemedyRejected'));
  });

  it('says its amount if it is money, and items that are there', () => {
    story.when('offerRemedy', { kind: 'discount' }, agent, '2026-09-30 09:00').thenRejected('amountNeeded');
    story
      .when('offerRemedy', { kind: 'rework', itemIds: [ids.case] }, agent, '2026-09-30 09:00')
      .thenRejected('noSuchItem');
  });

  it('is fulfilled with its document once it is accepted', () => {
    taken
      .when('fulfilRemedy', { remedyId, document: 'CN-9' }, agent, '2026-09-30 11:00')
      .then(event('ComplaintRemedyFulfilled'));
    offered
      .when('fulfilRemedy', { remedyId, document: 'CN-9' }, agent, '2026-09-30 11:00')
      .thenRejected('remedyIs');
  });

  it('is fulfilled before it is accepted when it is urgent', () => {
    offered
      .did('markUrgent', { reason: 'The line stands still' }, lead, '2026-09-30 10:00')
      .when('fulfilRemedy', { remedyId, document: 'CN-9' }, agent, '2026-09-30 11:00')
      .then(event('ComplaintRemedyFulfilled'));
  });

  it('is waived with a reason, not after it was fulfilled', () => {
    taken
      .when('waiveRemedy', { remedyId, reason: 'The customer let it go' }, agent, '2026-09-30 11:00')
      .then(event('ComplaintRemedyWaived'));
    taken
      .did('fulfilRemedy', { remedyId, document: 'CN-9' }, agent, '2026-09-30 11:00')
      .when('waiveRemedy', { remedyId, reason: 'No' }, agent, '2026-09-30 12:00')
      .thenRejected('remedyIs', { status: 'fulfilled' });
  });

  it('must be there', () => {
    story.when('acceptRemedy', { remedyId }, customer, '2026-09-30 10:00').thenRejected('noSuchRemedy');
  });

  it('that is accepted keeps the complaint open until it is given', () => {
    const owed = taken.did(
      'communicateDecision',
      { ...decision, items: [{ ...accepted, remedyIds: [remedyId] }] },
      qa,
      '2026-09-30 11:00',
    );
    owed.when('close', {}, agent, '2026-10-08 09:00').thenRejected('remediesOwed', { remedyIds: [remedyId] });
    const given = owed.did('fulfilRemedy', { remedyId, document: 'CN-9' }, agent, '2026-10-08 09:00');
    expect(given.state.phase).toBe('remedied');
    given.when('close', {}, agent, '2026-10-08 10:00').then(event('SlaClockMet'), event('CaseClosed'));
  });
});

describe('a decision', () => {
  const first = { ...decision, items: [{ ...accepted, itemId: firstItem }] };

  it('meets its promise once every item has one', () => {
    const half = story.did('communicateDecision', first, qa, '2026-09-30 09:00');
    expect(half.clock('decision').status).toBe('running');
    half
      .when(
        'communicateDecision',
        { ...decision, items: [{ ...accepted, itemId: secondItem }] },
        qa,
        '2026-09-30 10:00',
      )
      .then(event('ComplaintDecisionCommunicated'), event('SlaClockMet', { clock: 'decision' }));
  });

  it('offers remedies within the authority limit', () => {
    const remedies = [credit(500_000)];
    story
      .when(
        'communicateDecision',
        { ...decision, items: [{ ...accepted, remedies }] },
        qa,
        '2026-09-30 09:00',
      )
      .then(
        event('ComplaintDecisionCommunicated'),
        event('ComplaintRemedyOffered', { itemIds: [firstItem, secondItem] }),
        event('SlaClockMet', { clock: 'acknowledgement' }),
        event('SlaClockMet', { clock: 'firstReply' }),
        event('SlaClockMet', { clock: 'decision' }),
      );
  });

  it('offers nothing above it that nobody approved', () => {
    story
      .when(
        'communicateDecision',
        { ...decision, items: [{ ...accepted, remedies: [credit(500_001)] }] },
        qa,
        '2026-09-30 09:00',
      )
      .thenRejected('approvalFirst');
    big
      .when(
        'communicateDecision',
        { ...decision, items: [{ ...accepted, remedyIds: [remedyId] }] },
        qa,
        '2026-09-30 10:00',
      )
      .thenRejected('approvalFirst');
  });

  it('offers nothing that was rejected, and nothing for what is not accepted', () => {
    offered
      .did('rejectRemedy', { remedyId }, customer, '2026-09-30 10:00')
      .when(
        'communicateDecision',
        { ...decision, items: [{ ...accepted, remedyIds: [remedyId] }] },
        qa,
        '2026-09-30 11:00',
      )
      .thenRejected('remedyIs', { status: 'rejected' });
    const refused = { outcome: 'notAccepted' as const, cause: 'Washed hot', remedies: [credit(1)] };
    story
      .when('communicateDecision', { ...decision, items: [refused] }, qa, '2026-09-30 09:00')
      .thenRejected('remedyForNothing');
  });

  it('is told once for an item, until it is contested', () => {
    const half = story.did('communicateDecision', first, qa, '2026-09-30 09:00');
    half
      .when('communicateDecision', first, qa, '2026-09-30 10:00')
      .thenRejected('alreadyDecided', { itemIds: [firstItem] });
    decided.when('communicateDecision', decision, qa, '2026-09-30 10:00').thenRejected('nothingToDecide');
    const twice = { ...decision, items: [accepted, accepted] };
    story.when('communicateDecision', twice, qa, '2026-09-30 09:00').thenRejected('itemGivenTwice');
  });

  it('waits for a review of the same item alone when that one was contested', () => {
    const contested = decided.did(
      'contest',
      { itemIds: [firstItem], grounds: 'No' },
      customer,
      '2026-10-08 09:00',
    );
    contested
      .when('review', { outcome: 'upheld', reasons: 'Nothing new' }, qa, '2026-10-08 10:00')
      .thenRejected('involved');
    expect(contested.state.items.map(i => i.owedSinceRevision >= 0)).toEqual([true, false]);
  });
});

describe('a claim', () => {
  const amount = { amountMinor: 80_000, currency: 'CNY' };
  const claimed = story.did('recordClaim', { kind: 'deduction', amount }, agent, '2026-09-30 09:00');
  const { claimId } = claimed.last('ComplaintClaimRecorded');

  it('is settled once', () => {
    const settled = claimed.did('settleClaim', { claimId, how: 'setOff', amount }, agent, '2026-09-30 10:00');
    settled
      .when('settleClaim', { claimId, how: 'paid', amount }, agent, '2026-09-30 11:00')
      .thenRejected('claimSettled');
  });

  it('must be there', () => {
    story
      .when('settleClaim', { claimId, how: 'paid', amount }, agent, '2026-09-30 11:00')
      .thenRejected('noSuchClaim');
  });

  it('on a supplier is made after the closing too', () => {
    decided
      .did('close', {}, agent, '2026-10-08 09:00')
      .when(
        'claimOnSupplier',
        { supplier: { code: 'S-9' }, amount, grounds: 'Tape of June' },
        agent,
        '2026-10-20 09:00',
      )
      .then(event('ComplaintSupplierClaimed'));
  });
});

describe('what everybody may do', () => {
  it('assign to somebody else than now', () => {
    const assigned = story.did('assign', { assigneeId: qa.id }, lead, '2026-09-30 09:00');
    assigned.when('assign', { assigneeId: qa.id }, lead, '2026-09-30 10:00').thenRejected('alreadyAssigned');
    assigned
      .when('assign', { assigneeId: agent.id }, lead, '2026-09-30 10:00')
      .then(event('CaseAssigned', { previousAssigneeId: qa.id }));
  });

  it('link another case, not the case itself', () => {
    const to = { kind: 'case', caseId: ids.case } as const;
    story.when('link', { to, relation: 'related' }, agent, '2026-09-30 09:00').thenRejected('linkToItself');
    story
      .when('link', { to: { ...to, caseId: idOf(1) }, relation: 'related' }, agent, '2026-09-30 09:00')
      .then(event('CaseLinked'));
  });
});
