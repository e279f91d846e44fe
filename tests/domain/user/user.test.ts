import { describe, expect, test } from 'vitest';
import { SEALED } from '../../../domain/log/personal.ts';
import { MAX_TOKENS, user, userCommands } from '../../../domain/user/user.ts';
import { givenOn } from '../log/given.ts';

const now = 1_795_000_000_000;
const given = givenOn(user, now);
const uuid = (n: number) => `01930000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const hash = 'ab'.repeat(32);

const registered = {
  type: 'UserRegistered' as const,
  data: { name: SEALED as typeof SEALED, roles: ['qa' as const], teamId: uuid(7), qualifications: [] },
  occurredAt: now - 1_000,
};
const deactivated = { type: 'UserDeactivated' as const, data: {}, occurredAt: now - 500 };
const reactivated = { type: 'UserReactivated' as const, data: {}, occurredAt: now - 400 };
const issued = (n: number, expiresAt?: number) => ({
  type: 'TokenIssued' as const,
  data: {
    tokenId: uuid(n),
    hash,
    label: SEALED as typeof SEALED,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  },
  occurredAt: now - 900,
});
const issue = (n: number, expiresAt?: number) => ({
  type: 'issueToken' as const,
  data: { ...issued(n, expiresAt).data, label: 'desk' },
});

describe('a user', () => {
  test('is registered once', () => {
    const data = { name: 'Li', roles: ['qa' as const], qualifications: [] };
    given().when({ type: 'registerUser', data }).then({ type: 'UserRegistered', data });
    given(registered).when({ type: 'registerUser', data }).thenRejected('alreadyRegistered');
  });

  test('must exist to be changed', () => {
    given()
      .when({ type: 'changeUser', data: { roles: ['lead'] } })
      .thenRejected('notRegistered');
  });

  test('is not changed by a change of nothing', () => {
    given(registered).when({ type: 'changeUser', data: {} }).thenRejected('nothingToChange');
  });

  test('keeps what a change does not name, and loses what it takes away', () => {
    const change = { type: 'UserChanged' as const, data: { roles: ['lead' as const] }, occurredAt: now };
    expect(given(registered, change).state).toMatchObject({ roles: ['lead'], teamId: uuid(7) });
    const leaving = { type: 'UserChanged' as const, data: { teamId: null }, occurredAt: now };
    expect(given(registered, leaving).state).not.toHaveProperty('teamId');
  });

  test('can do nothing while deactivated but come back', () => {
    given(registered, deactivated).when(issue(1)).thenRejected('deactivated');
    given(registered, deactivated).when({ type: 'deactivateUser', data: {} }).thenRejected('deactivated');
    given(registered, deactivated)
      .when({ type: 'reactivateUser', data: {} })
      .then({ type: 'UserReactivated', data: {} });
    given(registered).when({ type: 'reactivateUser', data: {} }).thenRejected('notDeactivated');
  });

  test('cannot be given the role of timers and workflows', () => {
    const { schema } = userCommands.registerUser;
    const parse = (role: string) => schema.safeParse({ name: 'Li', roles: [role] }).success;
    expect([parse('qa'), parse('system')]).toEqual([true, false]);
  });
});

describe('a token', () => {
  test('is issued until an instant to come', () => {
    given(registered)
      .when(issue(1, now + 1))
      .then({ type: 'TokenIssued', data: issue(1, now + 1).data });
    given(registered).when(issue(1, now)).thenRejected('expiresInThePast');
  });

  test('is not issued twice', () => {
    given(registered, issued(1)).when(issue(1)).thenRejected('tokenExists');
  });

  test('is revoked once', () => {
    const revoke = { type: 'revokeToken' as const, data: { tokenId: uuid(1) } };
    const revoked = { type: 'TokenRevoked' as const, data: { tokenId: uuid(1) } };
    given(registered, issued(1)).when(revoke).then(revoked);
    given(registered, issued(1), { ...revoked, occurredAt: now })
      .when(revoke)
      .thenRejected('unknownToken');
  });

  test('does not survive a deactivation', () => {
    expect(given(registered, issued(1), deactivated, reactivated).state).toMatchObject({
      active: true,
      tokens: [],
    });
  });

  test('is one of a bounded number; expired ones do not count, nor stay', () => {
    const held = Array.from({ length: MAX_TOKENS }, (_, n) => issued(n));
    given(registered, ...held)
      .when(issue(99))
      .thenRejected('tooManyTokens');
    const expired = Array.from({ length: MAX_TOKENS }, (_, n) => issued(n, now - 1));
    given(registered, ...expired)
      .when(issue(99))
      .then({ type: 'TokenIssued', data: issue(99).data });
    const state = given(registered, ...expired, { ...issued(99), occurredAt: now }).state;
    expect(state.registered && state.tokens.map(({ tokenId }) => tokenId)).toEqual([uuid(99)]);
  });
});
