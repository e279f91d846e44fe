import { describe, expect, it } from 'vitest';
import { caseEvents } from '../../domain/case/case-events.ts';
import type { LinkedCase } from '../../domain/case/lifecycle.ts';
import { resultOf } from '../../domain/sla/clock.ts';
import { agent, at, event, idOf, ids, judge, lead, local, person, qa } from '../given-when-then.ts';
import { accepted, decision, firstItem, received, reply, secondItem } from './complaints.ts';

const workflow = person(0x50, 'system', { via: 'workflow' });
const SURVIVOR = idOf(0x51);
const LOSER = idOf(0x52);
const survivor: LinkedCase = {
  caseId: SURVIVOR,
  lifecycle: 'complaint',
  revision: 3,
  phase: 'received',
  receivedAt: at('2026-09-29 16:00'),
  clocks: [],
  takenOver: [],
};
const into = { survivorId: SURVIVOR } as const;
const linked = { linkedCase: survivor };

/** What a case hands over that was merged into another. */
function handedOver(loser: ReturnType<typeof received>) {
  const { receivedAt, openClocks } = caseEvents.CaseMergedInto.schema.parse(loser.last('CaseMergedInto'));
  return { loserId: LOSER, mergeRevision: loser.revisionOf('CaseMergedInto'), receivedAt, openClocks };
}

/** The other case as the survivor sees it when it takes over. */
const merged: LinkedCase = {
  ...survivor,
  caseId: LOSER,
  phase: 'merged',
  mergedInto: ids.case,
  mergeRevision: 0,
};
const taking = { linkedCase: merged };

describe('a case that is merged into another', () => {
  it('ends, and hands over what it owes', () => {
    received({}, '2026-09-30 09:00')
      .when('mergeInto', into, agent, '2026-09-30 10:00', linked)
      .then(
        event('SlaClockCancelled', { clock: 'acknowledgement', because: 'merged' }),
        event('SlaClockCancelled', { clock: 'firstReply' }),
        event('SlaClockCancelled', { clock: 'decision' }),
        event('SlaClockCancelled', { clock: 'closing' }),
        event('CaseMergedInto', {
          survivorId: SURVIVOR,
          receivedAt: at('2026-09-30 09:00'),
          openClocks: [
            { clock: 'acknowledgement', dueAt: at('2026-09-30 14:30'), breached: false },
            { clock: 'firstReply', dueAt: at('2026-10-01 09:00') },
            { clock: 'decision', dueAt: at('2026-10-13 09:00') },
            { clock: 'closing', dueAt: at('2026-10-20 09:00') },
          ],
        }),
      );
  });

  it('keeps a breach where it happened', () => {
    const merged = received()
      .passed('2026-09-30 16:00')
      .did('mergeInto', into, agent, '2026-09-30 17:00', linked);
    expect(resultOf(merged.clock('firstReply'))).toBe('late');
    expect(
      handedOver(merged)
        .openClocks.filter(c => c.breached)
        .map(c => c.clock),
    ).toEqual(['acknowledgement', 'firstReply']);
  });

  it('keeps a breach that no timer told yet', () => {
    const merged = received().did('mergeInto', into, agent, '2026-09-30 17:00', linked);
    expect(resultOf(merged.clock('firstReply'))).toBe('late');
  });

  it('hands over a paused promise as it would run on from now', () => {
    const merged = received()
      .did('sendPreliminaryReply', reply, agent, '2026-09-30 09:00')
      .did('pauseClock', { clock: 'decision', reason: 'awaitingThirdParty' }, agent, '2026-09-30 16:30')
      .did('mergeInto', into, agent, '2026-10-09 10:00', linked);
    const handed = handedOver(merged).openClocks.find(c => c.clock === 'decision');
    expect(local(handed?.dueAt ?? 0)).toBe('2026-10-14 09:30');
  });

  it('goes into another case of its kind that is there and open', () => {
    const story = received();
    const merge = (more: Partial<LinkedCase>) =>
      story.when('mergeInto', into, agent, '2026-09-30 10:00', { linkedCase: { ...survivor, ...more } });
    story
      .when('mergeInto', { survivorId: idOf(0x13) }, agent, '2026-09-30 10:00')
      .thenRejected('mergeIntoItself');
    story.when('mergeInto', into, agent, '2026-09-30 10:00').thenRejected('noSuchCase');
    merge({ lifecycle: 'factory-visit' }).thenRejected('otherLifecycle');
    merge({ mergedInto: LOSER }).thenRejected('survivorIsMerged');
    merge({ phase: 'voided' }).thenRejected('survivorIsVoided');
    merge({ phase: 'closed' }).thenRejected('survivorHasEnded');
  });

  it('is done with: what comes goes to the survivor', () => {
    const merged = received().did('mergeInto', into, agent, '2026-09-29 17:00', linked);
    merged
      .when('sendPreliminaryReply', reply, agent, '2026-09-30 09:00')
      .thenRejected('caseEnded', { survivorId: SURVIVOR });
    merged
      .when('recordSample', { step: 'received', holder: 'qa' }, qa, '2026-09-30 09:00')
      .thenRejected('caseEnded');
    merged
      .when('recordMessage', { direction: 'inbound', channel: 'email' }, agent, '2026-09-30 09:00')
      .then(event('MessageRecorded'));
    merged.when('reopen', { reason: 'No' }, agent, '2026-09-30 09:00').thenRejected('mergedElsewhere');
  });
});

describe('the case that survives', () => {
  const earlier = handedOver(
    received({}, '2026-09-28 10:00')
      .did('acknowledge', { channel: 'email' }, agent, '2026-09-28 11:00')
      .did('mergeInto', into, agent, '2026-09-29 09:00', linked),
  );
  const own = received({}, '2026-09-28 16:00', taking);

  it('goes on with the earlier of two deadlines, and the earlier receipt', () => {
    const absorbed = own.did('absorb', earlier, workflow, '2026-09-29 09:00');
    expect(absorbed.due('firstReply')).toBe('2026-09-29 10:00');
    expect(absorbed.due('decision')).toBe('2026-10-10 10:00');
    expect(absorbed.state.receivedAt).toBe(at('2026-09-28 10:00'));
  });

  it('keeps its own deadline where that is the earlier', () => {
    const later = handedOver(
      received({}, '2026-09-28 17:00').did('mergeInto', into, agent, '2026-09-28 17:10', linked),
    );
    own.when('absorb', later, workflow, '2026-09-28 17:10').then(event('CaseAbsorbed', { loserId: LOSER }));
  });

  it('is still acknowledged no later than it is answered', () => {
    // Its own acknowledgement is due at noon; the reply that it takes over at 10.
    const absorbed = own.did('absorb', earlier, workflow, '2026-09-29 09:00');
    expect(own.due('acknowledgement')).toBe('2026-09-29 11:00');
    expect(absorbed.due('acknowledgement')).toBe('2026-09-29 10:00');
  });

  it('starts its next cycle with the old deadline where its own has finished', () => {
    const replied = own.did('sendPreliminaryReply', reply, agent, '2026-09-28 16:30');
    const absorbed = replied.did('absorb', earlier, workflow, '2026-09-29 09:00');
    expect(absorbed.clock('firstReply')).toMatchObject({
      cycle: 2,
      status: 'running',
      startedAt: at('2026-09-28 10:00'),
    });
    expect(absorbed.due('firstReply', 2)).toBe('2026-09-29 10:00');
    expect(absorbed.clock('firstReply', 1).status).toBe('met');
  });

  it('answers that cycle by a message on the matter', () => {
    const replied = own.did('sendPreliminaryReply', reply, agent, '2026-09-28 16:30');
    replied
      .did('absorb', earlier, workflow, '2026-09-29 09:00')
      .when(
        'recordMessage',
        { direction: 'outbound', channel: 'email', purpose: 'onTheMatter' },
        agent,
        '2026-09-29 09:30',
      )
      .then(event('MessageRecorded'), event('SlaClockMet', { clock: 'firstReply', cycle: 2 }));
  });

  it('takes over no breach', () => {
    const broken = handedOver(
      received({}, '2026-09-28 10:00').did('mergeInto', into, agent, '2026-09-29 17:00', linked),
    );
    const absorbed = own
      .did('sendPreliminaryReply', reply, agent, '2026-09-28 16:30')
      .did('absorb', broken, workflow, '2026-09-29 17:00');
    expect(absorbed.clock('firstReply').cycle).toBe(1);
  });

  it('takes over a case once', () => {
    own
      .did('absorb', earlier, workflow, '2026-09-29 09:00')
      .when('absorb', earlier, workflow, '2026-09-29 09:01')
      .then();
  });

  it('shortens what is left of a promise of its own that is paused', () => {
    const paused = own
      .did('sendPreliminaryReply', reply, agent, '2026-09-28 16:30')
      .did('pauseClock', { clock: 'decision', reason: 'awaitingThirdParty' }, agent, '2026-09-28 17:00');
    const absorbed = paused
      .did('absorb', earlier, workflow, '2026-09-29 09:00')
      .did('resumeClock', {}, agent, '2026-09-29 09:00');
    expect(absorbed.due('decision')).toBe('2026-10-10 10:00');
  });

  it('keeps the deadline that it took over when it is urgent and normal again', () => {
    const calmed = own
      .did('absorb', earlier, workflow, '2026-09-29 09:00')
      .did('markUrgent', { reason: 'The line stands still' }, lead, '2026-09-29 09:10')
      .did('lowerUrgent', { reason: 'The line runs' }, lead, '2026-09-29 09:20');
    expect(calmed.due('decision')).toBe('2026-10-10 10:00');
  });

  describe('whose receipt came from the other one, when that is corrected', () => {
    const correct = (when: string) => ({ field: 'receivedAt', to: at(when), reason: 'Another box' });
    const absorbed = own.did('absorb', earlier, workflow, '2026-09-29 09:00');

    it('keeps the earlier of two deadlines, the other one’s counted from the right instant', () => {
      const later = absorbed.did('correctDetails', correct('2026-09-28 11:00'), lead, '2026-09-29 09:10');
      expect(later.due('firstReply')).toBe('2026-09-29 11:00');
      expect(later.due('decision')).toBe('2026-10-10 11:00');
      // Its own was the earlier one before it was bound by the reply, and is it again.
      expect(later.due('acknowledgement')).toBe('2026-09-29 11:00');
      const before = absorbed.did('correctDetails', correct('2026-09-28 09:30'), lead, '2026-09-29 09:10');
      expect(before.due('firstReply')).toBe('2026-09-29 09:30');
      expect(before.due('acknowledgement')).toBe('2026-09-29 09:30');
    });

    it('counts the same when it is urgent and normal again', () => {
      const calmed = absorbed
        .did('correctDetails', correct('2026-09-28 11:00'), lead, '2026-09-29 09:10')
        .did('markUrgent', { reason: 'The line stands still' }, lead, '2026-09-29 09:20')
        .did('lowerUrgent', { reason: 'The line runs' }, lead, '2026-09-29 09:30');
      expect(calmed.due('decision')).toBe('2026-10-10 11:00');
    });

    it('judges a finished promise anew that the other one’s deadline had bound', () => {
      const late = absorbed
        .passed('2026-09-29 10:00')
        .did('sendPreliminaryReply', reply, agent, '2026-09-29 10:30');
      expect(resultOf(late.clock('firstReply'))).toBe('late');
      const kept = late.did('correctDetails', correct('2026-09-28 10:45'), lead, '2026-09-29 11:00');
      expect(resultOf(kept.clock('firstReply'))).toBe('metAfterRescinding');
    });

    it('moves a promise that it carries on as a cycle of its own, and not the finished one', () => {
      const replied = own.did('sendPreliminaryReply', reply, agent, '2026-09-28 16:30');
      const corrected = replied
        .did('absorb', earlier, workflow, '2026-09-29 09:00')
        .did('correctDetails', correct('2026-09-28 09:30'), lead, '2026-09-29 09:10');
      expect(corrected.clock('firstReply')).toMatchObject({ cycle: 2, startedAt: at('2026-09-28 09:30') });
      expect(corrected.due('firstReply', 2)).toBe('2026-09-29 09:30');
      expect(corrected.due('firstReply', 1)).toBe(replied.due('firstReply', 1));
      // Once more, from where it is now.
      const back = corrected.did('correctDetails', correct('2026-09-28 10:00'), lead, '2026-09-29 09:20');
      expect(back.due('firstReply', 2)).toBe('2026-09-29 10:00');
    });

    it('keeps what the other one had gained by a pause', () => {
      const paused = handedOver(
        received({}, '2026-09-28 10:00')
          .did('sendPreliminaryReply', reply, agent, '2026-09-28 10:30')
          .did('pauseClock', { reason: 'awaitingThirdParty' }, agent, '2026-09-28 11:00')
          .did('resumeClock', {}, agent, '2026-09-28 12:00')
          .did('mergeInto', into, agent, '2026-09-29 09:00', linked),
      );
      const took = own.did('absorb', paused, workflow, '2026-09-29 09:00');
      expect(took.due('decision')).toBe('2026-10-10 11:00');
      const corrected = took.did('correctDetails', correct('2026-09-28 09:00'), lead, '2026-09-29 09:10');
      expect(corrected.due('decision')).toBe('2026-10-10 10:00');
    });

    it('takes no receipt that is later than its own: the earliest counts', () => {
      absorbed
        .when('correctDetails', correct('2026-09-28 16:01'), lead, '2026-09-29 09:10')
        .thenRejected('laterThanAnotherReceipt', { anotherReceivedAt: at('2026-09-28 16:00') });
    });

    it('reaches back from the receipt that was taken over', () => {
      absorbed
        .when('correctDetails', correct('2026-08-29 09:59'), lead, '2026-09-29 09:10')
        .thenRejected('tooFarBack', { earliest: at('2026-08-29 10:00') });
    });

    it('leaves its own receipt’s promises to its own: a later one was taken over', () => {
      const later = handedOver(
        received({}, '2026-09-28 17:00').did('mergeInto', into, agent, '2026-09-28 17:10', linked),
      );
      const corrected = own
        .did('absorb', later, workflow, '2026-09-28 17:10')
        .did('correctDetails', correct('2026-09-28 15:00'), lead, '2026-09-28 17:20');
      expect(corrected.due('firstReply')).toBe('2026-09-29 15:00');
    });
  });

  it('owes the judgement that the other one asked for', () => {
    const asked = handedOver(
      received({}, '2026-09-28 10:00')
        .did('askRemoteJudgement', { question: 'Must we go?' }, agent, '2026-09-28 11:00')
        .did('mergeInto', into, agent, '2026-09-28 17:00', linked),
    );
    const absorbed = own.did('absorb', asked, workflow, '2026-09-28 17:00');
    absorbed
      .when(
        'judgeRemotely',
        { mustGoOnSite: false, basis: ['photos'], reasons: 'Seen' },
        judge,
        '2026-09-29 09:00',
      )
      .then(event('ComplaintJudgedRemotely'), event('SlaClockMet', { clock: 'remoteJudgement' }));
    absorbed
      .when('askRemoteJudgement', { question: 'Must we go?' }, agent, '2026-09-29 09:00')
      .thenRejected('alreadyAsked');
  });
});

describe('a merge that is undone', () => {
  const gone = received()
    .did('acknowledge', { channel: 'email' }, agent, '2026-09-29 16:30')
    .did('mergeInto', into, agent, '2026-09-29 17:00', linked);

  it('starts again what was cancelled, with the same deadlines', () => {
    gone.when('unmerge', { reason: 'Another batch' }, agent, '2026-09-30 09:00').then(
      event('CaseUnmerged', { survivorId: SURVIVOR }),
      event('SlaClockStarted', {
        clock: 'firstReply',
        cycle: 2,
        startedAt: at('2026-09-29 16:00'),
        schedule: { dueAt: at('2026-09-30 16:00') },
      }),
      event('SlaClockStarted', {
        clock: 'decision',
        cycle: 2,
        schedule: { dueAt: at('2026-10-12 16:00') },
      }),
      event('SlaClockStarted', { clock: 'closing', cycle: 2, schedule: { dueAt: at('2026-10-19 16:00') } }),
    );
  });

  it('goes back to the phase that it had', () => {
    expect(gone.did('unmerge', {}, agent, '2026-09-30 09:00').state.phase).toBe('acknowledged');
  });

  it('keeps what a pause before the merge gave', () => {
    const back = received()
      .did('sendPreliminaryReply', reply, agent, '2026-09-30 09:00')
      .did('pauseClock', { clock: 'decision', reason: 'awaitingThirdParty' }, agent, '2026-09-30 16:30')
      .did('mergeInto', into, agent, '2026-10-09 10:00', linked)
      .did('unmerge', {}, agent, '2026-10-09 11:00');
    expect(back.due('decision')).toBe('2026-10-14 09:30');
    const calmed = back
      .did('markUrgent', { reason: 'The line stands still' }, lead, '2026-10-09 11:10')
      .did('lowerUrgent', { reason: 'The line runs' }, lead, '2026-10-09 11:20');
    expect(calmed.due('decision')).toBe('2026-10-14 09:30');
  });

  it('gives the ordinary deadline back when it was urgent and is normal again', () => {
    const back = received()
      .did('markUrgent', { reason: 'The line stands still' }, lead, '2026-09-29 16:30')
      .did('mergeInto', into, agent, '2026-09-29 17:00', linked)
      .did('unmerge', {}, agent, '2026-09-30 09:00');
    expect(back.due('decision')).toBe('2026-09-30 16:30');
    const calmed = back.did('lowerUrgent', { reason: 'The line runs' }, lead, '2026-09-30 10:00');
    expect(calmed.due('decision')).toBe('2026-10-12 16:00');
  });

  it('needs a merge', () => {
    received().when('unmerge', {}, agent, '2026-09-30 09:00').thenRejected('notMerged');
  });

  it('is told to the survivor once', () => {
    const own = received().did(
      'absorb',
      { loserId: LOSER, mergeRevision: 8, receivedAt: at('2026-09-29 16:00'), openClocks: [] },
      workflow,
      '2026-09-29 17:00',
      taking,
    );
    const released = own.did('release', { loserId: LOSER }, workflow, '2026-09-30 09:00');
    expect(released.state.mergedFrom).toEqual([]);
    released.when('release', { loserId: LOSER }, workflow, '2026-09-30 09:01').then();
  });
});

describe('a part that is split off', () => {
  const twoItems = received({ items: [{ batch: 'B-1' }, { batch: 'B-2' }] });
  const split = { itemIds: [secondItem], description: 'B-2 has another cause' };

  it('goes on as a complaint of its own, from the same receipt', () => {
    twoItems.when('splitOff', split, agent, '2026-09-30 09:00').then(
      event('CaseSplitOff', { itemIds: [secondItem] }),
      event('ComplaintSuccessorPrepared', {
        relation: 'split',
        items: [{ batch: 'B-2' }],
        description: 'B-2 has another cause',
        receivedAt: at('2026-09-29 16:00'),
      }),
    );
  });

  it('leaves something behind', () => {
    twoItems
      .when('splitOff', { ...split, itemIds: [firstItem, secondItem] }, agent, '2026-09-30 09:00')
      .thenRejected('nothingWouldRemain');
    twoItems
      .when('splitOff', { ...split, itemIds: [LOSER] }, agent, '2026-09-30 09:00')
      .thenRejected('noSuchItem');
  });

  it('meets the decision when it was all that waited for one', () => {
    twoItems
      .did(
        'communicateDecision',
        { ...decision, items: [{ ...accepted, itemId: firstItem }] },
        qa,
        '2026-09-30 09:00',
      )
      .when('splitOff', split, agent, '2026-10-08 09:00')
      .then(
        event('CaseSplitOff'),
        event('ComplaintSuccessorPrepared'),
        event('SlaClockMet', { clock: 'decision' }),
      );
  });
});
