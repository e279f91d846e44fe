import { describe, expect, it } from 'vitest';
import { factoryVisit } from '../../domain/factory-visit/factory-visit.ts';
import { resultOf } from '../../domain/sla/clock.ts';
import { agent, at, event, given, idOf, ids, lead, marketing, system } from '../given-when-then.ts';
import {
  application,
  applied,
  approved,
  assessed,
  contactId,
  days,
  director,
  escort,
  held,
  host,
  hosted,
  hosts,
  proposal,
  proposer,
  taken,
} from './visit.ts';

const moved = { plannedFrom: '2026-09-07', plannedTo: '2026-09-08', reason: 'Their flight.' } as const;
const elsewhere = { hostId: host.id, caseId: idOf(0x90), from: '2026-08-31', to: '2026-09-02' };

describe('hosts', () => {
  it('are named after the approval, and meet their promise', () => {
    approved
      .when('assignHosts', hosts, proposer, '2026-08-26 17:30')
      .then(
        event('FactoryVisitHostsAssigned', { ...hosts, overlaps: [] }),
        event('SlaClockMet', { clock: 'hostsAssigned' }),
      );
    expect(hosted.state.phase).toBe('hostsAssigned');
  });

  it('named on the day of the arrival come late', () => {
    const late = approved.passed('2026-08-27 08:30');
    expect(late.events.at(-2)).toMatchObject({
      type: 'SlaClockBreached',
      occurredAt: at('2026-08-26 17:30'),
    });
    late
      .when('assignHosts', hosts, proposer, '2026-08-27 09:00')
      .then(
        event('FactoryVisitHostsAssigned'),
        event('SlaClockFulfilled', { clock: 'hostsAssigned', lateMs: 15.5 * 3_600_000 }),
      );
  });

  it('are owed at the last close before the days off, if the arrival is right after them', () => {
    // 15–23 February 2026 are days off; Saturday the 14th is worked in exchange.
    const arrival = { plannedFrom: '2026-02-24', plannedTo: '2026-02-24' };
    const story = given(factoryVisit)
      .did(
        'apply',
        { ...application, wishedFrom: '2026-02-24', wishedTo: '2026-02-24' },
        marketing,
        '2026-02-02 09:00',
      )
      .did('assess', { ...proposal, ...arrival }, proposer, '2026-02-02 10:00')
      .did('approve', {}, director, '2026-02-02 11:00');
    expect(story.due('hostsAssigned')).toBe('2026-02-14 17:30');
    expect(story.due('visitCompleted')).toBe('2026-02-26 17:30');
  });

  it('of a visit approved on the day of the arrival are owed at once', () => {
    const today = { ...proposal, plannedFrom: '2026-08-10', plannedTo: '2026-08-10' };
    const story = applied
      .did('assess', today, proposer, '2026-08-10 10:00')
      .did('approve', {}, director, '2026-08-10 10:00');
    expect(story.due('hostsAssigned')).toBe('2026-08-10 10:00');
  });

  it('are changed without another promise', () => {
    hosted
      .when('assignHosts', { counterparts: [escort.id] }, proposer, '2026-08-12 09:00')
      .then(event('FactoryVisitHostsAssigned', { counterparts: [escort.id], escorts: [] }));
  });

  it('are named once, however often they are listed', () => {
    approved
      .when('assignHosts', { counterparts: [host.id, host.id], escorts: [] }, proposer, '2026-08-11 09:00')
      .then(event('FactoryVisitHostsAssigned', { counterparts: [host.id] }), event('SlaClockMet'));
  });

  it('who are expected elsewhere are warned of, and hosts all the same for a reason', () => {
    approved
      .when('assignHosts', hosts, proposer, '2026-08-11 09:00', taken(elsewhere))
      .thenRejected('hostsOverlap', { overlaps: [elsewhere], needs: 'overlapReason' });
    approved
      .when(
        'assignHosts',
        { ...hosts, overlapReason: 'Half a day each.' },
        proposer,
        '2026-08-11 09:00',
        taken(elsewhere),
      )
      .then(
        event('FactoryVisitHostsAssigned', { overlaps: [elsewhere], overlapReason: 'Half a day each.' }),
        event('SlaClockMet'),
      );
  });

  it('overlap on the visit’s days only, and not with themselves', () => {
    const before = { ...elsewhere, from: '2026-08-20', to: '2026-08-26' };
    const after = { ...elsewhere, from: '2026-09-01', to: '2026-09-02' };
    const itself = { ...elsewhere, caseId: idOf(0x13) };
    const another = { ...elsewhere, hostId: idOf(0x91) };
    approved
      .when('assignHosts', hosts, proposer, '2026-08-11 09:00', taken(before, after, itself, another))
      .then(event('FactoryVisitHostsAssigned', { overlaps: [] }), event('SlaClockMet'));
  });

  it('are not named before the approval, unless it is urgent', () => {
    assessed.when('assignHosts', hosts, proposer, '2026-08-10 11:00').thenRejected('notPossibleNow');
    const urgent = assessed.did('markUrgent', { reason: 'Board visit.' }, lead, '2026-08-10 10:30');
    const early = urgent.did('assignHosts', hosts, proposer, '2026-08-10 11:00');
    early
      .when('approve', {}, director, '2026-08-10 14:00')
      .then(
        event('FactoryVisitApproved'),
        event('SlaClockMet', { clock: 'approval' }),
        event('SlaClockStarted', { clock: 'visitCompleted' }),
      );
  });

  it('can be done without by a lead’s word', () => {
    approved
      .when('waiveStep', { step: 'hosts', reason: 'A short call at the gate.' }, lead, '2026-08-11 09:00')
      .then(
        event('StepWaived'),
        event('SlaClockCancelled', { clock: 'hostsAssigned', because: 'stepWaived' }),
      );
    approved
      .when('waiveStep', { step: 'approval', reason: 'x' }, lead, '2026-08-11 09:00')
      .thenRejected('notWaivable', { possible: ['hosts'] });
  });
});

describe('a visit that moves', () => {
  it('keeps its approval, and takes the open promises along', () => {
    // Monday the 7th of September: its eve's close is Friday the 4th; two working days after the 8th are the 10th.
    approved.when('reschedule', moved, proposer, '2026-08-12 10:00').then(
      event('FactoryVisitRescheduled', { previous: days, approval: 'kept', plannedFrom: '2026-09-07' }),
      event('SlaClockRescheduled', {
        clock: 'hostsAssigned',
        because: 'visitMoved',
        previousDueAt: at('2026-08-26 17:30'),
        anchor: { eveOf: '2026-09-07' },
        schedule: { dueAt: at('2026-09-04 17:30') },
      }),
      event('SlaClockRescheduled', {
        clock: 'visitCompleted',
        because: 'visitMoved',
        anchor: { countedFrom: '2026-09-08' },
        schedule: { dueAt: at('2026-09-10 17:30') },
      }),
    );
    expect(approved.did('reschedule', moved, proposer, '2026-08-12 10:00').state.phase).toBe('approved');
  });

  it('leaves what is met as it is, and its hosts in place', () => {
    const story = hosted.did('reschedule', moved, proposer, '2026-08-12 10:00');
    expect(story.clock('hostsAssigned')).toMatchObject({ status: 'met', cycle: 1 });
    expect(story.due('visitCompleted')).toBe('2026-09-10 17:30');
    expect(story.state.phase).toBe('hostsAssigned');
  });

  it('has its hosts checked again', () => {
    const later = { ...elsewhere, from: '2026-09-08', to: '2026-09-08' };
    hosted
      .when('reschedule', moved, proposer, '2026-08-12 10:00', taken(later))
      .thenRejected('hostsOverlap', { overlaps: [later] });
    hosted
      .when(
        'reschedule',
        { ...moved, overlapReason: 'Mornings only.' },
        proposer,
        '2026-08-12 10:00',
        taken(later),
      )
      .then(
        event('FactoryVisitRescheduled', { overlaps: [later], overlapReason: 'Mornings only.' }),
        event('SlaClockRescheduled', { clock: 'visitCompleted' }),
      );
  });

  it('before the approval moves the bound of the approval', () => {
    const earlier = { plannedFrom: '2026-08-11', plannedTo: '2026-08-12', reason: 'Sooner.' };
    assessed.when('reschedule', earlier, proposer, '2026-08-10 11:00').then(
      event('FactoryVisitRescheduled', { approval: 'kept' }),
      event('SlaClockRescheduled', {
        clock: 'approval',
        previousDueAt: at('2026-08-11 10:00'),
        schedule: { dueAt: at('2026-08-10 17:30') },
      }),
    );
  });

  it('to today makes promises due at once, never before it moved', () => {
    const today = { plannedFrom: '2026-08-12', plannedTo: '2026-08-12', reason: 'They are here.' };
    const story = approved.did('reschedule', today, proposer, '2026-08-12 10:00');
    expect(story.due('hostsAssigned')).toBe('2026-08-12 10:00');
    expect(story.due('visitCompleted')).toBe('2026-08-14 17:30');
  });

  it('does not undo what was missed before it moved', () => {
    const late = approved.passed('2026-08-27 09:00');
    const story = late.did('reschedule', moved, proposer, '2026-08-27 10:00');
    expect(story.clock('hostsAssigned')).toMatchObject({
      status: 'breached',
      schedule: { dueAt: at('2026-08-26 17:30') },
    });
    // Nobody had noticed yet: the move does.
    approved
      .when('reschedule', moved, proposer, '2026-08-27 10:00')
      .then(
        event('FactoryVisitRescheduled'),
        event(
          'SlaClockBreached',
          { clock: 'hostsAssigned', detectedAt: at('2026-08-27 10:00') },
          '2026-08-26 17:30',
        ),
        event('SlaClockEscalated'),
        event('SlaClockRescheduled', { clock: 'visitCompleted' }),
      );
  });

  it('gives its warnings anew, but none twice', () => {
    const warned = approved.passed('2026-08-26 17:00');
    expect(warned.clock('hostsAssigned').warned).toEqual([0.8]);
    const story = warned.did('reschedule', moved, proposer, '2026-08-26 17:10');
    expect(story.clock('hostsAssigned').schedule.warnings).toEqual([]);
    expect(story.clock('visitCompleted').schedule.warnings).toHaveLength(1);
  });

  it('with the same visitors and services in another order keeps its approval', () => {
    approved
      .when(
        'reschedule',
        {
          ...moved,
          visitors: { contactIds: [idOf(0x41), contactId], headcount: 4 },
          services: ['plantTour', 'reception'],
        },
        proposer,
        '2026-08-12 10:00',
      )
      .then(
        event('FactoryVisitRescheduled', { approval: 'kept' }),
        event('SlaClockRescheduled'),
        event('SlaClockRescheduled'),
      );
  });

  it.each([
    ['more visitors', { visitors: { contactIds: [contactId, idOf(0x41)], headcount: 5 } }],
    ['other visitors', { visitors: { contactIds: [contactId], headcount: 4 } }],
    ['other services', { services: ['reception'] }],
  ])('with %s is assessed and approved again', (_what, changed) => {
    const story = hosted.did('reschedule', { ...moved, ...changed }, proposer, '2026-08-12 10:00');
    expect(story.state.phase).toBe('rescheduled');
    expect(story.due('visitCompleted')).toBe('2026-09-10 17:30');
    expect(story.possible).toContain('assess');
    expect(story.possible).not.toContain('complete');
    const again = story.did(
      'assess',
      { ...proposal, ...days, plannedFrom: '2026-09-07', plannedTo: '2026-09-08' },
      proposer,
      '2026-08-12 11:00',
    );
    expect(again.clock('approval')).toMatchObject({ cycle: 2, status: 'running' });
    again
      .when('approve', {}, director, '2026-08-12 14:00')
      .then(event('FactoryVisitApproved'), event('SlaClockMet', { clock: 'approval', cycle: 2 }));
    expect(again.did('approve', {}, director, '2026-08-12 14:00').state.phase).toBe('hostsAssigned');
  });

  it('with other visitors before the approval takes the question back', () => {
    assessed
      .when('reschedule', { ...moved, services: [] }, proposer, '2026-08-10 11:00')
      .then(
        event('FactoryVisitRescheduled', { approval: 'anew', services: [] }),
        event('SlaClockCancelled', { clock: 'approval', because: 'startRetracted' }),
      );
  });

  it('does not make good an approval that was late before', () => {
    const story = assessed.did('reschedule', { ...moved, services: [] }, proposer, '2026-08-12 11:00');
    expect(resultOf(story.clock('approval'))).toBe('late');
  });

  it('and is then assessed for other days still moves what is open', () => {
    const story = approved
      .did('reschedule', { ...moved, services: [] }, proposer, '2026-08-12 10:00')
      .did(
        'assess',
        { ...proposal, plannedFrom: '2026-09-14', plannedTo: '2026-09-15' },
        proposer,
        '2026-08-12 11:00',
      );
    expect(story.due('hostsAssigned')).toBe('2026-09-11 17:30');
    expect(story.due('visitCompleted')).toBe('2026-09-17 17:30');
  });

  it('and is then rejected owes nothing any more', () => {
    approved
      .did('reschedule', { ...moved, services: [] }, proposer, '2026-08-12 10:00')
      .did(
        'assess',
        { ...proposal, plannedFrom: '2026-09-07', plannedTo: '2026-09-08' },
        proposer,
        '2026-08-12 11:00',
      )
      .when('reject', { reason: 'Too many.' }, director, '2026-08-12 14:00')
      .then(
        event('FactoryVisitRejected'),
        event('SlaClockMet', { clock: 'approval', mode: 'rejected' }),
        event('SlaClockCancelled', { clock: 'hostsAssigned', because: 'visitCancelled' }),
        event('SlaClockCancelled', { clock: 'visitCompleted', because: 'visitCancelled' }),
      );
  });

  it('and is rejected late with its hosts was late', () => {
    const late = approved
      .did('reschedule', { ...moved, plannedFrom: '2026-08-27', services: [] }, proposer, '2026-08-12 10:00')
      .did(
        'assess',
        { ...proposal, plannedFrom: '2026-08-27', plannedTo: '2026-09-08' },
        proposer,
        '2026-08-26 11:00',
      )
      .did('reject', { reason: 'Too many.' }, director, '2026-08-27 09:00');
    expect(resultOf(late.clock('hostsAssigned'))).toBe('late');
    expect(resultOf(late.clock('visitCompleted'))).toBe('cancelled');
  });

  it('must move, to days in order', () => {
    approved
      .when('reschedule', { ...days, reason: 'x' }, proposer, '2026-08-12 10:00')
      .thenRejected('nothingMoved');
    approved
      .when('reschedule', { ...moved, plannedTo: '2026-09-06' }, proposer, '2026-08-12 10:00')
      .thenRejected('endsBeforeItBegins');
    applied.when('reschedule', moved, proposer, '2026-08-12 10:00').thenRejected('notPossibleNow');
    held.when('reschedule', moved, proposer, '2026-08-31 18:00').thenRejected('notPossibleNow');
  });
});

describe('a visit that is cancelled', () => {
  it('frees the hosts and ends the clocks', () => {
    hosted
      .when('cancel', { by: 'customer', reason: 'Budget.' }, proposer, '2026-08-12 10:00')
      .then(
        event('FactoryVisitCancelled', { by: 'customer' }),
        event('SlaClockCancelled', { clock: 'visitCompleted', because: 'visitCancelled' }),
      );
    const story = hosted.did('cancel', { by: 'house', reason: 'Fire drill.' }, proposer, '2026-08-12 10:00');
    expect(story.state.phase).toBe('cancelled');
    expect(story.pending).toEqual([]);
    expect(story.possible).toContain('close');
    story
      .when('complete', { heldFrom: '2026-08-12', heldTo: '2026-08-12' }, host, '2026-08-12 11:00')
      .thenRejected('notPossibleNow');
    story.when('close', {}, proposer, '2026-08-12 11:00').then(event('CaseClosed'));
  });

  it('was late with its hosts before that, told by a timer or not', () => {
    approved
      .when('cancel', { by: 'customer', reason: 'Budget.' }, proposer, '2026-08-27 09:00')
      .then(
        event('FactoryVisitCancelled'),
        event('SlaClockBreached', { clock: 'hostsAssigned' }, '2026-08-26 17:30'),
        event('SlaClockEscalated', { clock: 'hostsAssigned', level: 1 }),
        event('SlaClockCancelled', { clock: 'hostsAssigned', because: 'visitCancelled' }),
        event('SlaClockCancelled', { clock: 'visitCompleted', because: 'visitCancelled' }),
      );
  });

  it('can be so at any time before it is held', () => {
    for (const story of [applied, assessed, approved, hosted]) {
      expect(
        story.did('cancel', { by: 'house', reason: 'x' }, proposer, '2026-08-12 10:00').state.phase,
      ).toBe('cancelled');
    }
    held
      .when('cancel', { by: 'house', reason: 'x' }, proposer, '2026-08-31 18:00')
      .thenRejected('notPossibleNow');
  });
});

describe('visitors who stay away', () => {
  const noShow = hosted.did('recordNoShow', {}, proposer, '2026-08-27 14:00');

  it('end the promise about the visit', () => {
    hosted
      .when('recordNoShow', { note: 'No answer by phone.' }, proposer, '2026-08-27 14:00')
      .then(
        event('FactoryVisitNoShowRecorded'),
        event('SlaClockMet', { clock: 'visitCompleted', mode: 'noShow' }),
      );
    expect(noShow.state.phase).toBe('noShow');
  });

  it('make hosts needless', () => {
    const story = approved.passed('2026-08-27 08:00');
    expect(story.did('recordNoShow', {}, proposer, '2026-08-27 14:00').clock('hostsAssigned')).toMatchObject({
      status: 'cancelled',
      cancelledBecause: 'noShow',
    });
  });

  it('excuse no hosts who were owed before, told by a timer or not', () => {
    const story = approved.did('recordNoShow', {}, proposer, '2026-08-27 14:00');
    expect(resultOf(story.clock('hostsAssigned'))).toBe('late');
  });

  it('are not missed before they were expected', () => {
    hosted
      .when('recordNoShow', {}, proposer, '2026-08-26 17:00')
      .thenRejected('visitNotBegun', { plannedFrom: '2026-08-27', possible: ['reschedule', 'cancel'] });
  });

  it('come another day with a new approval, or not at all', () => {
    for (const command of ['approve', 'complete', 'cancel', 'assignHosts', 'assess']) {
      expect(noShow.possible).not.toContain(command);
    }
    const story = noShow.did('reschedule', moved, proposer, '2026-08-28 10:00');
    expect(story.state.phase).toBe('rescheduled');
    const again = story
      .did(
        'assess',
        { ...proposal, plannedFrom: '2026-09-07', plannedTo: '2026-09-08' },
        proposer,
        '2026-08-28 11:00',
      )
      .did('approve', {}, director, '2026-08-28 14:00');
    expect(again.clock('visitCompleted')).toMatchObject({ cycle: 2, status: 'running' });
    expect(again.due('visitCompleted')).toBe('2026-09-10 17:30');
    expect(again.state.phase).toBe('hostsAssigned');
    noShow.when('close', {}, proposer, '2026-08-28 10:00').then(event('CaseClosed'));
  });

  it('may come on the very same days after all, approved again', () => {
    noShow
      .when('reschedule', { ...days, reason: 'A day late.' }, proposer, '2026-08-27 16:00')
      .then(event('FactoryVisitRescheduled', { approval: 'anew' }));
  });
});

describe('any case’s commands', () => {
  it('do what they do for every case', () => {
    approved
      .when('withdraw', {}, agent, '2026-08-12 10:00')
      .then(
        event('SlaClockCancelled', { clock: 'hostsAssigned', because: 'withdrawn' }),
        event('SlaClockCancelled', { clock: 'visitCompleted', because: 'withdrawn' }),
        event('CaseWithdrawn'),
      );
    approved
      .when('pauseClock', { reason: 'awaitingCustomer' }, agent, '2026-08-12 10:00')
      .thenRejected('nothingToPause');
    approved
      .when(
        'agreeAppointment',
        { clock: 'visitCompleted', dueAt: at('2026-09-20 10:00'), evidence: 'x' },
        agent,
        '2026-08-12 10:00',
      )
      .thenRejected('notAppointable');
    approved
      .when('close', {}, agent, '2026-08-12 10:00')
      .thenRejected('waveSixWithoutResult', { phase: 'approved' });
  });

  it('start no clock again when it is reopened', () => {
    const withdrawn = approved.did('withdraw', {}, agent, '2026-08-12 10:00');
    withdrawn
      .when('reopen', { reason: 'They come after all.' }, agent, '2026-08-13 10:00')
      .then(event('CaseReopened'));
    expect(withdrawn.did('reopen', { reason: 'x' }, agent, '2026-08-13 10:00').state.phase).toBe('approved');
  });

  it('hand an open promise over with its days when the visit is merged', () => {
    const survivor = {
      caseId: idOf(0x95),
      lifecycle: 'factory-visit',
      revision: 3,
      phase: 'applied',
      receivedAt: at('2026-08-10 08:00'),
      clocks: [],
      takenOver: [],
    };
    const merged = approved.did('mergeInto', { survivorId: survivor.caseId }, agent, '2026-08-12 10:00', {
      linkedCase: survivor,
    });
    const { openClocks } = merged.last('CaseMergedInto');
    expect(openClocks.map(c => c.anchor)).toEqual([{ eveOf: '2026-08-27' }, { countedFrom: '2026-08-31' }]);
    const absorbed = applied.did(
      'absorb',
      { loserId: idOf(0x96), mergeRevision: 9, receivedAt: at('2026-08-10 09:00'), openClocks },
      system,
      '2026-08-12 10:00',
      { linkedCase: { ...survivor, caseId: idOf(0x96), mergedInto: ids.case } },
    );
    expect(absorbed.due('hostsAssigned')).toBe('2026-08-26 17:30');
    expect(absorbed.due('visitCompleted')).toBe('2026-09-02 17:30');
  });

  it('judge no promise anew when the receipt is corrected: none began with it', () => {
    const both = given(factoryVisit)
      .did('apply', application, marketing, '2026-08-10 10:00')
      .did('assess', proposal, proposer, '2026-08-10 10:00');
    both
      .when(
        'correctDetails',
        { field: 'receivedAt', to: at('2026-08-10 08:00'), reason: 'x' },
        lead,
        '2026-08-10 11:00',
      )
      .then(event('DetailsCorrected'));
  });

  it('correct what was entered wrongly', () => {
    const story = approved
      .did(
        'correctDetails',
        { field: 'customer', to: { name: 'Anta' }, reason: 'x' },
        agent,
        '2026-08-12 10:00',
      )
      .did('correctDetails', { field: 'purpose', to: 'tour', reason: 'x' }, agent, '2026-08-12 10:00')
      .did('correctDetails', { field: 'contactId', to: idOf(0x42), reason: 'x' }, agent, '2026-08-12 10:00')
      .did(
        'correctDetails',
        { field: 'itinerary', text: 'Moulding only.', reason: 'x' },
        agent,
        '2026-08-12 10:00',
      );
    expect(story.state).toMatchObject({ customer: { name: 'Anta' }, purpose: 'tour', contactId: idOf(0x42) });
    approved
      .when('correctDetails', { field: 'purpose', to: 'party', reason: 'x' }, agent, '2026-08-12 10:00')
      .thenRejected('badValue');
    approved
      .when(
        'correctDetails',
        { field: 'plannedFrom', to: '2026-09-01', reason: 'x' },
        agent,
        '2026-08-12 10:00',
      )
      .thenRejected('notCorrectable');
  });
});
