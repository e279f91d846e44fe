import { describe, expect, it } from 'vitest';
import { afterSales } from '../../domain/after-sales/after-sales.ts';
import { complaint } from '../../domain/complaint/complaint.ts';
import { defaultPolicy } from '../../domain/sla/default-policy.ts';
import type { Policy } from '../../domain/sla/policy.ts';
import { agent, customer, event, given, idOf, lead, type Setting } from '../given-when-then.ts';
import { decision, received, zippersCameApart } from './complaints.ts';

/** A house that promises its best customers a decision within two days, and a solution within twenty-four hours. */
const policy: Policy = {
  ...defaultPolicy(),
  lines: [
    ...defaultPolicy().lines,
    {
      lifecycle: 'complaint',
      clock: 'decision',
      when: { customerGrade: 'A' },
      target: { kind: 'workingDays', count: 2, countFrom: 'receipt' },
      warnAt: [0.8],
    },
    {
      lifecycle: 'after-sales-request',
      clock: 'onSiteResolution',
      when: { customerGrade: 'A' },
      target: { kind: 'elapsed', duration: 'PT24H' },
      warnAt: [0.8],
    },
  ],
};
const gradeA: Setting = { policy, customerGrade: 'A' };
const ungraded: Setting = { policy };
const anta = { customerId: idOf(0x71), name: 'Anta Outdoor' };
const bao = { customerId: idOf(0x72), name: 'Bao Bags' };
const wrong = { field: 'complainant', reason: 'Another Bao' } as const;

describe('the customer of a case, corrected by a lead', () => {
  const ofBao = received({ complainant: bao }, '2026-10-12 10:00', ungraded);

  it('moves what runs to the targets of its grade', () => {
    expect(ofBao.due('decision')).toBe('2026-10-19 10:00');
    ofBao
      .when('correctDetails', { ...wrong, to: anta }, lead, '2026-10-12 11:00', gradeA)
      .then(
        event('DetailsCorrected', { from: bao, to: anta, customerGrade: 'A' }),
        event('SlaClockRescheduled', { clock: 'decision', because: 'correctedCustomer' }),
      );
    const corrected = ofBao.did('correctDetails', { ...wrong, to: anta }, lead, '2026-10-12 11:00', gradeA);
    expect(corrected.due('decision')).toBe('2026-10-14 10:00');
  });

  it('to one without a grade goes back to what everybody is promised', () => {
    const ofAnta = given(complaint, ungraded).did(
      'receive',
      { ...zippersCameApart, complainant: anta },
      agent,
      '2026-10-12 10:00',
      gradeA,
    );
    expect(ofAnta.due('decision')).toBe('2026-10-14 10:00');
    const toNobody = { ...wrong, to: { name: 'Bao of Xiamen' } };
    const corrected = ofAnta.did('correctDetails', toNobody, lead, '2026-10-12 11:00');
    expect(corrected.last('DetailsCorrected')).toMatchObject({ customerGrade: null });
    expect(corrected.due('decision')).toBe('2026-10-19 10:00');
  });

  it('holds for what begins later', () => {
    const contested = ofBao
      .did('correctDetails', { ...wrong, to: anta }, lead, '2026-10-12 11:00', gradeA)
      .did('communicateDecision', decision, agent, '2026-10-13 10:00')
      .did('contest', { grounds: 'It was not washed' }, customer, '2026-10-14 10:00');
    expect(contested.due('decision')).toBe('2026-10-16 10:00');
  });

  it('whose name alone was misspelt is the same: a grade given since moves nothing', () => {
    ofBao
      .when('correctDetails', { ...wrong, to: { ...bao, name: 'Bao' } }, lead, '2026-10-12 11:00', gradeA)
      .then(event('DetailsCorrected'));
  });

  it('by anybody else moves nothing that runs', () => {
    ofBao
      .when('correctDetails', { ...wrong, to: anta }, agent, '2026-10-12 11:00', gradeA)
      .then(event('DetailsCorrected', { customerGrade: 'A' }));
  });
});

describe('the customer of an after-sales request', () => {
  const fault = { customer: bao, channel: 'phone', siteRegion: 'province', fault: 'It jams' } as const;
  const reported = given(afterSales, ungraded).did('report', fault, agent, '2026-10-12 10:00');

  it('can be corrected, and moves what runs', () => {
    const corrected = reported.did(
      'correctDetails',
      { field: 'customer', to: anta, reason: 'Another Bao' },
      lead,
      '2026-10-12 11:00',
      gradeA,
    );
    expect(corrected.state.customer).toEqual(anta);
    expect(corrected.due('onSiteResolution')).toBe('2026-10-13 10:00');
    expect(corrected.clock('onSiteResolution').schedule.policyVersion).toBe(1);
  });

  it('can be corrected with its site', () => {
    const abroad = { field: 'siteRegion', to: 'abroad', reason: 'Typed wrongly' };
    const corrected = reported.did('correctDetails', abroad, agent, '2026-10-12 11:00');
    expect(corrected.state.siteRegion).toBe('abroad');
  });
});
