import { describe, expect, it } from 'vitest';
import {
  agent,
  event,
  ids,
  lead,
  marketing,
  OTHER_TEAM_ID,
  otherAgent,
  person,
  qa,
} from '../given-when-then.ts';
import { received } from './complaints.ts';

const own = { assigneeId: agent.id } as const;
const toQa = { toUserId: qa.id, openPoints: 'The customer waits for a sample' } as const;
const NOON = '2026-09-29 17:00';
const assigned = () => received().did('assign', own, agent, '2026-09-29 16:30');
const offered = () => assigned().did('handOver', toQa, agent, NOON);
const toOtherTeam = () =>
  assigned().did('handOver', { toTeamId: OTHER_TEAM_ID, openPoints: 'Yours by region' }, agent, NOON);

describe('a case that is offered to another person', () => {
  it('says what is open, and stays whose it is', () => {
    const story = offered();
    expect(story.state.assigneeId).toBe(agent.id);
    expect(story.last('HandOverProposed')).toMatchObject({
      toUserId: qa.id,
      toTeamId: ids.team,
      openPoints: 'The customer waits for a sample',
      openClocks: [
        { clock: 'acknowledgement', cycle: 1 },
        { clock: 'firstReply', cycle: 1 },
        { clock: 'decision', cycle: 1 },
        { clock: 'closing', cycle: 1 },
      ],
      openInputs: [],
    });
  });

  it('changes hands when it is accepted, and no promise moves', () => {
    const story = offered();
    story
      .when('acceptHandOver', { note: 'I call them today' }, qa, '2026-09-30 09:00')
      .then(
        event('HandOverAccepted', { note: 'I call them today' }),
        event('CaseAssigned', { assigneeId: qa.id, teamId: ids.team, previousAssigneeId: agent.id }),
      );
    const taken = story.did('acceptHandOver', {}, qa, '2026-09-30 09:00');
    expect(taken.state).toMatchObject({ assigneeId: qa.id });
    expect(taken.state.handOver).toBeUndefined();
    expect(taken.pending).toEqual(story.pending);
  });

  it('is accepted by nobody else, not even a lead', () => {
    offered().when('acceptHandOver', {}, marketing, '2026-09-30 09:00').thenRejected('notOfferedToYou');
    offered().when('acceptHandOver', {}, lead, '2026-09-30 09:00').thenRejected('notOfferedToYou');
    offered().when('declineHandOver', { reason: 'No' }, agent, NOON).thenRejected('notOfferedToYou');
  });

  it('is accepted by whoever stands in for the person, and becomes the person’s', () => {
    const standIn = person(0x60, 'qa', { onBehalfOf: qa.id });
    offered()
      .when('acceptHandOver', {}, standIn, '2026-09-30 09:00')
      .then(event('HandOverAccepted'), event('CaseAssigned', { assigneeId: qa.id }));
  });

  it('stays where it is when it is declined, and can be offered again', () => {
    const declined = offered().did('declineHandOver', { reason: 'I am away' }, qa, '2026-09-30 09:00');
    expect(declined.state.assigneeId).toBe(agent.id);
    expect(declined.possible).toContain('handOver');
    declined.did('handOver', toQa, agent, '2026-09-30 10:00');
  });

  it('is withdrawn by whoever offered it', () => {
    const withdrawn = offered().did('withdrawHandOver', { reason: 'Solved' }, agent, '2026-09-30 09:00');
    withdrawn.when('acceptHandOver', {}, qa, '2026-09-30 09:30').thenRejected('nothingOffered');
    offered().when('withdrawHandOver', {}, otherAgent, '2026-09-30 09:00').thenRejected('notAssignee');
  });

  it('is not offered twice at a time', () => {
    offered().when('handOver', toQa, agent, '2026-09-30 09:00').thenRejected('alreadyOffered');
  });

  it('is offered by nobody whose it is not, and not to whom it belongs', () => {
    assigned().when('handOver', toQa, marketing, NOON).thenRejected('notAssignee');
    const toOneself = { toUserId: agent.id, openPoints: 'Nothing' };
    assigned().when('handOver', toOneself, agent, NOON).thenRejected('alreadyAssigned');
  });

  it('is no offer any more once a lead assigns it or it ends', () => {
    const given = offered().did('assign', { assigneeId: marketing.id }, lead, '2026-09-30 09:00');
    given.when('acceptHandOver', {}, qa, '2026-09-30 09:30').thenRejected('nothingOffered');
    const withdrawn = offered().did('withdraw', {}, agent, '2026-09-30 09:00');
    expect(withdrawn.state.handOver).toBeUndefined();
  });

  it('is not accepted before it was offered', () => {
    offered()
      .when('acceptHandOver', { occurredAt: offered().state.receivedAt }, qa, '2026-09-30 09:00')
      .thenRejected('beforeTheOffer');
  });
});

describe('a case that is offered to a team', () => {
  it('belongs to the member that takes it, and to the team', () => {
    toOtherTeam()
      .when('acceptHandOver', {}, otherAgent, '2026-09-30 09:00')
      .then(
        event('HandOverAccepted'),
        event('CaseAssigned', {
          assigneeId: otherAgent.id,
          teamId: OTHER_TEAM_ID,
          previousAssigneeId: agent.id,
        }),
      );
  });

  it('is taken by nobody of another team', () => {
    toOtherTeam().when('acceptHandOver', {}, qa, '2026-09-30 09:00').thenRejected('notOfferedToYou');
  });
});
