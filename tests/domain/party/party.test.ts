import { expect, test } from 'vitest';
import { SEALED } from '../../../domain/log/personal.ts';
import { party, partyCommands } from '../../../domain/party/party.ts';
import { givenOn } from '../log/given.ts';

const now = 1_795_000_000_000;
const given = givenOn(party, now);
const customerId = '01930000-0000-7000-8000-000000000001';
const registered = {
  type: 'PartyRegistered' as const,
  data: { kind: 'contact' as const, name: SEALED as typeof SEALED, customerId },
  occurredAt: now - 1,
};

test('a party is registered once, and corrected after that', () => {
  const data = { kind: 'visitor' as const, name: 'Li Na' };
  given().when({ type: 'registerParty', data }).then({ type: 'PartyRegistered', data });
  given(registered).when({ type: 'registerParty', data }).thenRejected('alreadyRegistered');
  given(registered)
    .when({ type: 'correctParty', data: { name: 'Li Na' } })
    .then({ type: 'PartyCorrected', data: { name: 'Li Na' } });
  given()
    .when({ type: 'correctParty', data: { name: 'Li Na' } })
    .thenRejected('notRegistered');
  given(registered).when({ type: 'correctParty', data: {} }).thenRejected('nothingToCorrect');
});

test('a contact stays with its customer until a correction takes it away', () => {
  const renamed = {
    type: 'PartyCorrected' as const,
    data: { name: SEALED as typeof SEALED },
    occurredAt: now,
  };
  const left = { type: 'PartyCorrected' as const, data: { customerId: null }, occurredAt: now };
  expect(given(registered, renamed).state).toEqual({
    registered: true,
    kind: 'contact',
    customerId,
    retired: false,
  });
  expect(given(registered, renamed, left).state).toEqual({
    registered: true,
    kind: 'contact',
    retired: false,
  });
});

test.each([
  ['no name', { kind: 'contact' }],
  ['a blank name', { kind: 'contact', name: '  ' }],
  ['a kind that there is none of', { kind: 'robot', name: 'x' }],
  ['a field that nobody knows', { kind: 'contact', name: 'x', nickname: 'y' }],
  ['an address that is none', { kind: 'contact', name: 'x', email: 'x' }],
])('a party with %s is refused', (_what, data) => {
  expect(partyCommands.registerParty.schema.safeParse(data).success).toBe(false);
});
