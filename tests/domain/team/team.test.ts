import { expect, test } from 'vitest';
import { team } from '../../../domain/team/team.ts';
import { givenOn } from '../log/given.ts';

const now = 1_795_000_000_000;
const given = givenOn(team, now);
const [one, other] = ['01930000-0000-7000-8000-000000000001', '01930000-0000-7000-8000-000000000002'];
const registered = {
  type: 'TeamRegistered' as const,
  data: { name: 'QA 1', department: '质管部', leadUserId: one },
  occurredAt: now - 1,
};

test('a team is registered once', () => {
  const { data } = registered;
  given().when({ type: 'registerTeam', data }).then({ type: 'TeamRegistered', data });
  given(registered).when({ type: 'registerTeam', data }).thenRejected('alreadyRegistered');
});

test('a team is led by who was named last', () => {
  given()
    .when({ type: 'setTeamLead', data: { leadUserId: one } })
    .thenRejected('notRegistered');
  given(registered)
    .when({ type: 'setTeamLead', data: { leadUserId: one } })
    .thenRejected('alreadyLead');
  const set = { type: 'TeamLeadSet' as const, data: { leadUserId: other } };
  given(registered).when({ type: 'setTeamLead', data: set.data }).then(set);
  expect(given(registered, { ...set, occurredAt: now }).state).toMatchObject({
    name: 'QA 1',
    leadUserId: other,
  });
});
