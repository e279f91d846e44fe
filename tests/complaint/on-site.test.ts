import { describe, expect, it } from 'vitest';
import { agent, at, event, idOf, judge, lead, marketing, qa } from '../given-when-then.ts';
import { received, reply } from './complaints.ts';

const going = { people: [qa.id], purpose: 'See the line' };
const judgement = { mustGoOnSite: true, basis: ['photos' as const], reasons: 'It cannot be seen' };
const here = received({ siteRegion: 'local' });
const far = received({ siteRegion: 'province' });
const asked = far.did('askRemoteJudgement', { question: 'Must we go?' }, agent, '2026-09-30 09:00');
const decided = here.did('decideOnSite', going, qa, '2026-09-30 09:00');

describe('a remote judgement', () => {
  it('is asked for, and promised within 24 hours from the asking', () => {
    far
      .when('askRemoteJudgement', { question: 'Must we go?' }, agent, '2026-09-30 09:00')
      .then(
        event('ComplaintRemoteJudgementAsked'),
        event('SlaClockStarted', { clock: 'remoteJudgement', schedule: { dueAt: at('2026-10-01 09:00') } }),
      );
  });

  it('is given by marketing staff who are qualified', () => {
    asked
      .when('judgeRemotely', judgement, judge, '2026-09-30 15:00')
      .then(
        event('ComplaintJudgedRemotely', { mustGoOnSite: true }),
        event('SlaClockMet', { clock: 'remoteJudgement' }),
      );
    asked.when('judgeRemotely', judgement, marketing, '2026-09-30 15:00').thenRejected('notQualified');
  });

  it('is not given on a qualification that has ended', () => {
    const ended = {
      ...judge,
      qualifications: [{ name: 'remoteJudgement' as const, validUntil: at('2026-09-30 14:59') }],
    };
    asked.when('judgeRemotely', judgement, ended, '2026-09-30 15:00').thenRejected('notQualified');
  });

  it('is asked for once at a time', () => {
    asked
      .when('askRemoteJudgement', { question: 'Well?' }, agent, '2026-09-30 10:00')
      .thenRejected('alreadyAsked');
  });

  it('is given when it was asked for, unless it is urgent', () => {
    far.when('judgeRemotely', judgement, judge, '2026-09-30 15:00').thenRejected('notAsked');
    far
      .did('markUrgent', { reason: 'The line stands still' }, lead, '2026-09-30 09:00')
      .when('judgeRemotely', judgement, judge, '2026-09-30 15:00')
      .then(event('ComplaintJudgedRemotely'));
  });

  it('can be asked for again, in its next cycle', () => {
    asked
      .did('judgeRemotely', judgement, judge, '2026-09-30 15:00')
      .when('askRemoteJudgement', { question: 'And now?' }, agent, '2026-10-08 09:00')
      .then(
        event('ComplaintRemoteJudgementAsked'),
        event('SlaClockStarted', { clock: 'remoteJudgement', cycle: 2 }),
      );
  });
});

describe('going on site', () => {
  it('is promised within 48 hours from the decision to go', () => {
    here
      .when('decideOnSite', going, qa, '2026-09-30 09:00')
      .then(
        event('ComplaintOnSiteDecided'),
        event('SlaClockStarted', { clock: 'onSiteArrival', schedule: { dueAt: at('2026-10-02 09:00') } }),
      );
  });

  it('far away takes a judgement first', () => {
    far.when('decideOnSite', going, qa, '2026-09-30 09:00').thenRejected('judgementFirst');
    asked
      .did('judgeRemotely', judgement, judge, '2026-09-30 15:00')
      .when('decideOnSite', going, qa, '2026-09-30 16:00')
      .then(event('ComplaintOnSiteDecided'), event('SlaClockStarted'));
  });

  it('far away takes none when it is urgent, or a lead waives it', () => {
    far
      .did('markUrgent', { reason: 'The line stands still' }, lead, '2026-09-30 09:00')
      .when('decideOnSite', going, qa, '2026-09-30 10:00')
      .then(event('ComplaintOnSiteDecided'), event('SlaClockStarted'));
    far
      .did('waiveStep', { step: 'remoteJudgement', reason: 'Known' }, lead, '2026-09-30 09:00')
      .when('decideOnSite', going, qa, '2026-09-30 10:00')
      .then(event('ComplaintOnSiteDecided'), event('SlaClockStarted'));
  });

  it('against a judgement takes a lead who waives it, near by and urgent too', () => {
    const against = here
      .did('askRemoteJudgement', { question: 'Must we go?' }, agent, '2026-09-30 09:00')
      .did('judgeRemotely', { ...judgement, mustGoOnSite: false }, judge, '2026-09-30 10:00')
      .did('markUrgent', { reason: 'The line stands still' }, lead, '2026-09-30 11:00');
    against.when('decideOnSite', going, qa, '2026-09-30 12:00').thenRejected('judgedNotNeeded');
    against
      .did('waiveStep', { step: 'remoteJudgement', reason: 'The customer insists' }, lead, '2026-09-30 12:00')
      .when('decideOnSite', going, qa, '2026-09-30 12:30')
      .then(event('ComplaintOnSiteDecided'), event('SlaClockStarted'));
  });

  it('is decided once at a time', () => {
    decided.when('decideOnSite', going, qa, '2026-09-30 10:00').thenRejected('visitDecided');
  });

  it('is met by the arrival, of those who were decided on', () => {
    decided
      .when('recordArrival', {}, qa, '2026-10-02 09:00')
      .then(
        event('ComplaintOnSiteArrived', { people: [qa.id] }),
        event('SlaClockMet', { clock: 'onSiteArrival' }),
      );
  });

  it('is cancelled with its promise', () => {
    decided
      .when('cancelOnSite', { reason: 'Solved by phone' }, qa, '2026-09-30 10:00')
      .then(
        event('ComplaintOnSiteCancelled'),
        event('SlaClockCancelled', { clock: 'onSiteArrival', because: 'onSiteCancelled' }),
      );
  });

  it('is not arrived at or cancelled when nobody goes', () => {
    here.when('recordArrival', { people: [qa.id] }, qa, '2026-09-30 10:00').thenRejected('noVisitDecided');
    here.when('cancelOnSite', { reason: 'No' }, qa, '2026-09-30 10:00').thenRejected('noVisitDecided');
  });

  it('urgent may be there before it was decided, and says who is', () => {
    const urgent = here.did('markUrgent', { reason: 'The line stands still' }, lead, '2026-09-30 09:00');
    urgent.when('recordArrival', {}, qa, '2026-09-30 10:00').thenRejected('peopleNeeded');
    urgent
      .when('recordArrival', { people: [qa.id] }, qa, '2026-09-30 10:00')
      .then(event('ComplaintOnSiteArrived'));
  });
});

describe('samples and findings', () => {
  it('are asked for and recorded by an id', () => {
    const requested = here.did('requestSample', { request: 'Ten pieces' }, agent, '2026-09-30 09:00');
    const { sampleId } = requested.last('ComplaintSampleRequested');
    requested
      .when(
        'recordSample',
        { sampleId, step: 'received', holder: 'qa', courierNumber: 'SF1' },
        qa,
        '2026-10-08 09:00',
      )
      .then(event('ComplaintSampleRecorded', { sampleId, step: 'received' }));
    requested
      .when('recordSample', { sampleId: idOf(1), step: 'received', holder: 'qa' }, qa, '2026-10-08 09:00')
      .thenRejected('noSuchSample');
  });

  it('are of items that are there', () => {
    here
      .when('requestSample', { request: 'Ten pieces', itemIds: [idOf(1)] }, agent, '2026-09-30 09:00')
      .thenRejected('noSuchItem');
    here
      .when(
        'recordFindings',
        { onSite: true, rootCause: 'Cold crimping', itemIds: [idOf(1)] },
        qa,
        '2026-09-30 09:00',
      )
      .thenRejected('noSuchItem');
  });

  it('make it investigating, then investigated', () => {
    const requested = here.did('requestSample', { request: 'Ten pieces' }, agent, '2026-09-30 09:00');
    expect(requested.state.phase).toBe('investigating');
    const found = requested.did(
      'recordFindings',
      { onSite: false, rootCause: 'Cold crimping' },
      qa,
      '2026-10-08 09:00',
    );
    expect(found.state.phase).toBe('investigated');
  });

  it('containment needs nothing before it', () => {
    here
      .when('contain', { measures: [{ kind: 'stockHeld', reference: 'B-1' }] }, qa, '2026-09-29 16:10')
      .then(event('ComplaintContained'));
  });
});

describe('the phases', () => {
  it('follow the facts, not their order', () => {
    expect(here.state.phase).toBe('received');
    const replied = here.did('sendPreliminaryReply', reply, agent, '2026-09-29 17:00');
    expect(replied.state.phase).toBe('replied');
    const classified = replied.did(
      'classify',
      { items: [{ responsibleParty: { kind: 'customerUse' }, severity: 'minor' }] },
      agent,
      '2026-09-29 17:10',
    );
    expect(classified.state.phase).toBe('replied');
  });
});
