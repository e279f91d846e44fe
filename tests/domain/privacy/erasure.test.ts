import { expect, test } from 'vitest';
import { erasure, KEY_BACKUP_DAYS } from '../../../domain/privacy/erasure.ts';
import { hold } from '../../../domain/privacy/hold.ts';
import { givenOn } from '../log/given.ts';

const now = 1_795_000_000_000;
const given = givenOn(erasure, now);
const uuid = (n: number) => `01930000-0000-7000-8000-00000000000${n}`;
const [asker, officer, party, holdId, openCase] = [uuid(1), uuid(2), uuid(3), uuid(4), uuid(5)];
const asked = { subjects: [{ kind: 'party' as const, id: party }], ground: 'consentWithdrawn' as const };
const requested = {
  type: 'ErasureRequested' as const,
  data: { ...asked, requestedBy: asker },
  occurredAt: now - 5,
};
const approved = { type: 'ErasureApproved' as const, data: { approvedBy: officer }, occurredAt: now - 4 };
const gone = { type: 'ErasureMadeUnreachable' as const, data: { keysDestroyed: 1 }, occurredAt: now - 3 };
const none = { holds: [], openCases: [], activeUsers: [] };
const approve = (userId: string, obstacles: object = {}) => ({
  type: 'approveErasure' as const,
  data: { userId, obstacles: { ...none, ...obstacles } },
});

test('an erasure is asked for once, with who asked', () => {
  const command = { type: 'requestErasure' as const, data: { ...asked, userId: asker } };
  given().when(command).then({ type: 'ErasureRequested', data: requested.data });
  given(requested).when(command).thenRejected('alreadyRequested');
});

test('an erasure is approved by another person than who asked', () => {
  given(requested)
    .when(approve(officer))
    .then({ type: 'ErasureApproved', data: { approvedBy: officer } });
  given(requested).when(approve(asker)).thenRejected('samePerson');
  given().when(approve(officer)).thenRejected('noSuchErasure');
  given(requested, approved).when(approve(officer)).thenRejected('alreadyDecided');
});

test.each([
  ['legalHold', { holds: [{ holdId, ground: 'claim' as const, reference: '(2026) 沪 0115 民初 1' }] }],
  ['openCase', { openCases: [openCase] }],
  ['userStillActive', { activeUsers: [party] }],
])('what stands against it is named: %s', (reason, obstacles) => {
  given(requested).when(approve(officer, obstacles)).thenRejected(reason);
});

test('an erasure that was refused is not approved any more', () => {
  const data = { because: 'statutoryRetention' as const };
  const command = { type: 'refuseErasure' as const, data: { ...data, userId: officer } };
  const refused = { type: 'ErasureRefused' as const, data: { ...data, refusedBy: officer } };
  given(requested).when(command).then(refused);
  given(requested, { ...refused, occurredAt: now })
    .when(approve(officer))
    .thenRejected('alreadyDecided');
});

test('the certificate goes through its stages in order, each once', () => {
  const unreachable = { type: 'recordUnreachable' as const, data: { keysDestroyed: 1 } };
  const completed = { type: 'recordCompleted' as const, data: { viewsMadeAnewFrom: 9 } };
  given(requested).when(unreachable).thenRejected('notApproved');
  given(requested, approved).when(unreachable).then({ type: gone.type, data: gone.data });
  given(requested, approved).when(completed).thenRejected('notUnreachable');
  given(requested, approved, gone)
    .when(completed)
    .then({
      type: 'ErasureCompleted',
      data: { viewsMadeAnewFrom: 9, keyBackupsGoneAt: now + KEY_BACKUP_DAYS * 86_400_000 },
    });
  given(requested, approved, gone).when(unreachable).then();
  expect(given(requested, approved, gone).state).toMatchObject({ stage: 'unreachable', keysDestroyed: 1 });
});

test('a legal hold is placed once, and lifted once', () => {
  const on = givenOn(hold, now);
  const data = { subjects: asked.subjects, ground: 'dispute' as const, reference: 'D-7' };
  const placed = { type: 'LegalHoldPlaced' as const, data };
  on().when({ type: 'placeHold', data }).then(placed);
  on().when({ type: 'liftHold', data: {} }).thenRejected('noSuchHold');
  const before = { ...placed, occurredAt: now };
  on(before).when({ type: 'placeHold', data }).thenRejected('holdExists');
  on(before).when({ type: 'liftHold', data: {} }).then({ type: 'LegalHoldLifted', data: {} });
  on(before, { type: 'LegalHoldLifted', data: {}, occurredAt: now })
    .when({ type: 'liftHold', data: {} })
    .thenRejected('holdLifted');
});
