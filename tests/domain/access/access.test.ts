import { describe, expect, test } from 'vitest';
import { access, SESSION_HOURS } from '../../../domain/access/access.ts';
import { givenOn } from '../log/given.ts';

const now = 1_795_000_000_000;
const given = givenOn(access, now);
const [auditor, other] = ['01930000-0000-7000-8000-000000000001', '01930000-0000-7000-8000-000000000002'];
const lookId = '01930000-0000-7000-8000-00000000000a';
const expiresAt = now + SESSION_HOURS * 3_600_000;
const opened = (until = expiresAt) => ({
  type: 'AuditSessionOpened' as const,
  data: { userId: auditor, reason: 'yearly audit', expiresAt: until },
  occurredAt: now - 1,
});
const look = { lookId, action: 'asOf', parameters: { caseId: other } };
const looked = { type: 'AuditLookRecorded' as const, data: look, occurredAt: now - 1 };
const ended = { type: 'AuditSessionEnded' as const, data: {}, occurredAt: now - 1 };

describe('an audit session', () => {
  test('is opened once, by somebody who says why, for some hours', () => {
    const data = { userId: auditor, reason: 'yearly audit' };
    given()
      .when({ type: 'openSession', data })
      .then({ type: 'AuditSessionOpened', data: { ...data, expiresAt } });
    given(opened()).when({ type: 'openSession', data }).thenRejected('sessionExists');
  });

  test('takes the looks of who opened it, and nobody else’s', () => {
    given(opened())
      .when({ type: 'recordLook', data: { userId: auditor, ...look } })
      .then({ type: 'AuditLookRecorded', data: look });
    given(opened())
      .when({ type: 'recordLook', data: { userId: other, ...look } })
      .thenRejected('notYourSession');
    given()
      .when({ type: 'recordLook', data: { userId: auditor, ...look } })
      .thenRejected('noSession');
  });

  test('takes no looks once it is over', () => {
    const command = { type: 'recordLook' as const, data: { userId: auditor, ...look } };
    given(opened(now - 1))
      .when(command)
      .thenRejected('sessionExpired');
    given(opened(now)).when(command).then({ type: 'AuditLookRecorded', data: look });
    given(opened(), ended).when(command).thenRejected('sessionEnded');
  });

  test('keeps how a look ended, after its own end too, once', () => {
    const data = { lookId, outcome: 'done' as const, result: { events: 3 } };
    const command = { type: 'endLook' as const, data: { userId: auditor, ...data } };
    given(opened(), looked, ended).when(command).then({ type: 'AuditLookEnded', data });
    given(opened()).when(command).thenRejected('noSuchLook');
    given(opened(), looked, { type: 'AuditLookEnded', data, occurredAt: now })
      .when(command)
      .thenRejected('noSuchLook');
  });

  test('always has room for how its looks end', () => {
    expect(access.endings).toContain('endLook');
  });
});
