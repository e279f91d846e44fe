import { describe, expect, it } from 'vitest';
import { agent, at, event, idOf, lead, person, qa, qaHead, technicalCentre } from '../given-when-then.ts';
import { firstItem, received, secondItem } from './complaints.ts';

const production = person(0x40, 'contributor', { department: 'production' });
const purchasing = person(0x41, 'contributor', { department: 'purchasing' });
const byProduction = {
  responsibleParty: { kind: 'department', code: 'production' },
  severity: 'major',
} as const;
const byUse = { responsibleParty: { kind: 'customerUse' }, severity: 'minor' } as const;

const twoItems = received({ items: [{ batch: 'B-1' }, { batch: 'B-2' }] });
const provisional = twoItems.did('classify', { items: [byProduction] }, agent, '2026-09-29 17:00');
const final = twoItems.did('classify', { items: [byProduction] }, qa, '2026-09-29 17:00');

describe('a classification', () => {
  it('by an agent is provisional, for every item that is not named', () => {
    twoItems
      .when(
        'classify',
        { items: [{ ...byUse, itemId: secondItem }, byProduction] },
        agent,
        '2026-09-29 17:00',
      )
      .then(
        event('ComplaintClassified', {
          final: false,
          items: [
            { itemId: firstItem, ...byProduction },
            { itemId: secondItem, ...byUse },
          ],
        }),
      );
  });

  it.each([
    ['quality management', qa],
    ['the technical centre', technicalCentre],
  ])('by %s is final, over a provisional one too', (_who, actor) => {
    provisional
      .when('classify', { items: [byProduction] }, actor, '2026-09-30 09:00')
      .then(event('ComplaintClassified', { final: true }));
  });

  it('meets no promise', () => {
    twoItems
      .when('classify', { items: [byProduction] }, agent, '2026-09-29 17:00')
      .then(event('ComplaintClassified'));
  });

  it('is given once', () => {
    provisional
      .when('classify', { items: [byProduction] }, agent, '2026-09-30 09:00')
      .thenRejected('alreadyClassified');
    final
      .when('classify', { items: [byProduction] }, qa, '2026-09-30 09:00')
      .thenRejected('alreadyClassified');
  });

  it('names an item once, and one that is there', () => {
    const twice = [
      { ...byUse, itemId: firstItem },
      { ...byProduction, itemId: firstItem },
    ];
    twoItems.when('classify', { items: twice }, agent, '2026-09-29 17:00').thenRejected('itemGivenTwice');
    twoItems
      .when('classify', { items: [byUse, byProduction] }, agent, '2026-09-29 17:00')
      .thenRejected('itemGivenTwice');
    twoItems
      .when('classify', { items: [{ ...byUse, itemId: idOf(1) }] }, agent, '2026-09-29 17:00')
      .thenRejected('noSuchItem');
  });

  it('is changed with a reason', () => {
    provisional
      .when('reclassify', { items: [byUse], reason: 'The photos show it' }, agent, '2026-09-30 09:00')
      .then(event('ComplaintReclassified', { final: false }));
  });

  it('is not changed before there is one, nor by an agent once it is final', () => {
    twoItems
      .when('reclassify', { items: [byUse], reason: 'No' }, agent, '2026-09-30 09:00')
      .thenRejected('notClassified');
    final
      .when('reclassify', { items: [byUse], reason: 'No' }, agent, '2026-09-30 09:00')
      .thenRejected('classifiedForGood');
  });

  it('taken back is gone', () => {
    const stepRevision = provisional.revisionOf('ComplaintClassified');
    const taken = provisional.did(
      'retractStep',
      { stepRevision, reason: 'Wrong case' },
      lead,
      '2026-09-30 09:00',
    );
    expect([provisional.state.phase, taken.state.phase]).toEqual(['classified', 'received']);
  });
});

describe('the department named', () => {
  const grounds = { itemId: firstItem, grounds: 'The heater was replaced in June' };
  const disputed = final.did('disputeResponsibility', grounds, production, '2026-09-30 09:00');
  const ruling = {
    itemId: firstItem,
    reasons: 'Both',
    shares: [
      { party: { kind: 'department', code: 'production' }, percent: 70 },
      { party: { kind: 'supplier', code: 'S-9' }, percent: 30 },
    ],
  } as const;
  const sharesOf = (...percents: readonly [number, number]) => ({
    ...ruling,
    shares: ruling.shares.map((share, index) => ({ ...share, percent: percents[index] ?? 0 })),
  });

  it('may dispute within three working days, over the holiday', () => {
    // Named on the 29th at 17:00: the 30th, 8 and 9 October.
    final
      .when('disputeResponsibility', grounds, production, '2026-10-09 17:00')
      .then(event('ComplaintResponsibilityDisputed', { department: 'production' }));
    final
      .when('disputeResponsibility', grounds, production, at('2026-10-09 17:00') + 1)
      .thenRejected('disputePeriodOver', { until: at('2026-10-09 17:00') });
  });

  it('leaves the promises to the customer as they are', () => {
    final
      .when('disputeResponsibility', grounds, production, '2026-09-30 09:00')
      .then(event('ComplaintResponsibilityDisputed'));
  });

  it('must have been named', () => {
    final
      .when('disputeResponsibility', grounds, purchasing, '2026-09-30 09:00')
      .thenRejected('notYourDepartment');
    final
      .when('disputeResponsibility', grounds, person(0x42, 'contributor'), '2026-09-30 09:00')
      .thenRejected('noDepartment');
  });

  it('disputes once until it is ruled', () => {
    disputed
      .when('disputeResponsibility', grounds, production, '2026-09-30 10:00')
      .thenRejected('alreadyDisputed');
  });

  it('does not dispute what was ruled', () => {
    disputed
      .did('ruleOnResponsibility', sharesOf(70, 30), qaHead, '2026-09-30 10:00')
      .when('disputeResponsibility', grounds, production, '2026-09-30 11:00')
      .thenRejected('alreadyRuled');
  });

  it('is ruled on by the head of quality management, in shares of a hundred', () => {
    disputed
      .when('ruleOnResponsibility', sharesOf(70, 30), qaHead, '2026-09-30 10:00')
      .then(event('ComplaintResponsibilityRuled'));
    disputed
      .when('ruleOnResponsibility', sharesOf(70, 20), qaHead, '2026-09-30 10:00')
      .thenRejected('sharesMustAddUp', { percent: 90 });
    final
      .when('ruleOnResponsibility', sharesOf(70, 30), qaHead, '2026-09-30 10:00')
      .thenRejected('notDisputed');
  });
});
