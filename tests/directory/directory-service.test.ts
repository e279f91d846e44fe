import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v4 } from 'uuid';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Role } from '../../domain/case/actor.ts';
import { storedEventSchema } from '../../domain/log/envelope.ts';
import { ERASED } from '../../domain/log/personal.ts';
import { party } from '../../domain/party/party.ts';
import { team } from '../../domain/team/team.ts';
import { MAX_TOKENS, user, type userCommands } from '../../domain/user/user.ts';
import type { AggregateOutcome, Asking } from '../../src/directory/aggregate-writer.ts';
import { type FollowingDirectory, openDirectory } from '../../src/directory/directory-file.ts';
import { createDirectoryService, type DirectoryService } from '../../src/directory/directory-service.ts';
import { catchUp, keepCheckpoints } from '../../src/directory/log-follower.ts';
import { tokenHash } from '../../src/directory/token.ts';
import type { KeyStore } from '../../src/privacy/key-store.ts';
import { createMemoryKeyStore } from '../../src/privacy/memory-key-store.ts';
import { createSealer } from '../../src/privacy/sealer.ts';
import type { EventStore } from '../../src/store/event-store.ts';
import { memoryStore } from '../../src/store/memory-store.ts';

const adminId = '01930000-0000-7000-8000-00000000000a';
const day = 86_400_000;

let folder: string;
let now: number;
let store: EventStore;
let keys: KeyStore;
let following: FollowingDirectory;
let service: DirectoryService;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'redress-directory-'));
  now = Date.UTC(2026, 10, 24, 8);
  store = memoryStore({ clock: { now: () => now } });
  keys = createMemoryKeyStore();
  await open();
});
afterEach(async () => {
  following.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

async function open(): Promise<void> {
  following = await openDirectory({ path: join(folder, 'directory.db'), log: store });
  service = createDirectoryService({
    store,
    sealer: createSealer(keys),
    clock: { now: () => now },
    directory: following,
  });
}

function asking(rest: Partial<Asking> & { role?: Role } = {}): Asking {
  const { role = 'admin', ...other } = rest;
  return {
    actor: { id: adminId, role, via: 'cli' },
    commandId: v4(),
    keyed: false,
    correlationId: v4(),
    ...other,
  };
}

function accepted(outcome: AggregateOutcome): Extract<AggregateOutcome, { outcome: 'accepted' }> {
  if (outcome.outcome !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(outcome)}`);
  return outcome;
}

const wang: z.infer<typeof userCommands.registerUser.schema> = {
  name: '王小明',
  roles: ['qa', 'agent'],
  qualifications: [],
};

async function registered(data = wang): Promise<string> {
  return accepted(await register(data)).id;
}
function register(data = wang, by = asking()) {
  return service.give(user, { ...by, command: { type: 'registerUser', data } });
}
async function tokenFor(userId: string, rest: { label?: string; expiresAt?: number } = {}): Promise<string> {
  const { token, outcome } = await service.issueToken({ userId, label: 'desk', ...rest }, asking());
  if (token === undefined) throw new Error(`no token: ${JSON.stringify(outcome)}`);
  return token;
}

describe('a token', () => {
  test('tells who its holder is, and what they may do', async () => {
    const userId = await registered();
    expect(following.directory.authenticate(await tokenFor(userId), now)).toEqual({
      userId,
      active: true,
      roles: ['qa', 'agent'],
      qualifications: [],
    });
  });

  test('is stored nowhere, not even in its own event', async () => {
    const token = await tokenFor(await registered());
    const all = JSON.stringify(await store.readAll('', 100));
    expect(all).not.toContain(token.slice(4));
    expect(all).toContain(tokenHash(token));
  });

  test.each([
    ['an unknown one', `rdr_${'A'.repeat(43)}`],
    ['none', ''],
    ['one of another kind', 'ghp_0123456789'],
  ])('authenticates nobody if it is %s', (_what, token) => {
    expect(following.directory.authenticate(token, now)).toBeUndefined();
  });

  test('holds up to its last instant', async () => {
    const token = await tokenFor(await registered(), { expiresAt: now + day });
    expect(following.directory.authenticate(token, now + day)).toBeDefined();
    expect(following.directory.authenticate(token, now + day + 1)).toBeUndefined();
  });

  test('is void once it is revoked; the others hold', async () => {
    const userId = await registered();
    const kept = await tokenFor(userId);
    const { tokenId, token } = await service.issueToken({ userId, label: 'phone' }, asking());
    accepted(
      await service.give(user, {
        ...asking(),
        id: userId,
        command: { type: 'revokeToken', data: { tokenId } },
      }),
    );
    expect(following.directory.authenticate(token ?? '', now)).toBeUndefined();
    expect(following.directory.authenticate(kept, now)).toBeDefined();
  });

  test('is void when its holder is deactivated, and stays so when they come back', async () => {
    const userId = await registered();
    const token = await tokenFor(userId);
    for (const type of ['deactivateUser', 'reactivateUser'] as const) {
      accepted(await service.give(user, { ...asking(), id: userId, command: { type, data: {} } }));
      expect(following.directory.authenticate(token, now)).toBeUndefined();
    }
    expect(following.directory.authenticate(await tokenFor(userId), now)).toBeDefined();
  });

  test('cannot be had by nobody, for the past, or without end', async () => {
    const userId = await registered();
    const reason = async (wanted: { userId: string; expiresAt?: number }) => {
      const { outcome } = await service.issueToken({ label: 'x', ...wanted }, asking());
      return outcome.outcome === 'rejected' ? outcome.reason : outcome.outcome;
    };
    expect(await reason({ userId: v4() })).toBe('notRegistered');
    expect(await reason({ userId, expiresAt: now })).toBe('expiresInThePast');
    for (let held = 0; held < MAX_TOKENS; held++) await tokenFor(userId, { expiresAt: now + day });
    expect(await reason({ userId })).toBe('tooManyTokens');
    now += 2 * day;
    expect(await reason({ userId })).toBe('accepted');
  });

  test('is given out once, though its command comes again', async () => {
    const userId = await registered();
    const by = asking({ keyed: true });
    const first = await service.issueToken({ userId, label: 'desk' }, by);
    const again = await service.issueToken({ userId, label: 'desk' }, by);
    expect(again).toMatchObject({ tokenId: first.tokenId, outcome: { outcome: 'accepted', replayed: true } });
    expect(again.token).toBeUndefined();
    expect((await service.issueToken({ userId, label: 'other' }, by)).outcome).toEqual({
      outcome: 'keyReused',
    });
  });
});

describe('names', () => {
  test('are in no stored event and not in the directory', async () => {
    const userId = await registered();
    await tokenFor(userId, { label: '王小明的电脑' });
    const events = await store.readAll('', 100);
    expect(JSON.stringify(events)).not.toContain('王小明');
    expect(JSON.stringify(following.directory.user(userId))).not.toContain('王小明');
  });

  test('are opened when tokens are listed, with the labels', async () => {
    const userId = await registered();
    await tokenFor(userId, { label: '王小明的电脑', expiresAt: now + day });
    expect(await service.listTokens(now)).toEqual([
      expect.objectContaining({ userId, name: '王小明', label: '王小明的电脑', expiresAt: now + day }),
    ]);
  });

  test('are [erased] in the list once the user is', async () => {
    const userId = await registered();
    const token = await tokenFor(userId);
    await keys.eraseSubject(userId);
    expect((await service.listTokens(now)).map(({ name, label }) => [name, label])).toEqual([
      [ERASED, ERASED],
    ]);
    expect(following.directory.authenticate(token, now)?.userId).toBe(userId);
  });

  test('can be corrected', async () => {
    const userId = await registered();
    const command = { type: 'changeUser' as const, data: { name: '王晓明' } };
    accepted(await service.give(user, { ...asking(), id: userId, command }));
    expect(await service.readUser(userId)).toEqual({ name: '王晓明' });
  });
});

describe('a party', () => {
  const contact = {
    kind: 'contact' as const,
    name: 'Li Na',
    phone: '+86 757 0000 0000',
    position: 'quality' as const,
  };

  test('is read back with what was corrected and what was taken away', async () => {
    const { id } = accepted(
      await service.give(party, {
        ...asking({ role: 'agent' }),
        command: { type: 'registerParty', data: contact },
      }),
    );
    const command = { type: 'correctParty' as const, data: { phone: null, email: 'li.na@example.com' } };
    accepted(await service.give(party, { ...asking({ role: 'agent' }), id, command }));
    expect(await service.readParty(id)).toEqual({ name: 'Li Na', email: 'li.na@example.com' });
  });

  test('is stored with no personal value in its event or its command, under its own key', async () => {
    const { id, events } = accepted(
      await service.give(party, {
        ...asking({ role: 'agent' }),
        command: { type: 'registerParty', data: contact },
      }),
    );
    expect(events.map(event => storedEventSchema.safeParse(event).success)).toEqual([true]);
    expect(JSON.stringify(events)).not.toMatch(/Li Na|757 0000/);
    expect(events.flatMap(({ sealed }) => sealed.map(({ subject }) => subject))).toEqual([id]);
  });

  test('that does not exist is not read', async () => {
    expect(await service.readParty(v4())).toBeUndefined();
  });
});

describe('a command', () => {
  test('that comes again adds nothing, also after a restart', async () => {
    const by = asking({ keyed: true });
    const first = accepted(await register(wang, by));
    following.close();
    await open();
    const again = accepted(await register(wang, by));
    expect([again.id, again.replayed, again.events.map(({ eventId }) => eventId)]).toEqual([
      first.id,
      true,
      first.events.map(({ eventId }) => eventId),
    ]);
    expect(await store.readStream(`user-${first.id}`)).toHaveLength(1);
  });

  test('with the same key and another body is refused', async () => {
    const by = asking({ keyed: true });
    await register(wang, by);
    expect(await register({ ...wang, roles: ['lead'] }, by)).toEqual({ outcome: 'keyReused' });
  });

  test('is forbidden to a role that its table does not name', async () => {
    expect(await register(wang, asking({ role: 'agent' }))).toEqual({
      outcome: 'forbidden',
      needs: ['admin', 'system'],
    });
  });

  test('carries itself, sealed, in its first event', async () => {
    const { events } = accepted(await register(wang));
    expect(events[0]?.metadata).toMatchObject({
      command: { type: 'registerUser', data: { name: '[sealed]', roles: ['qa', 'agent'] } },
      bodyMac: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test('is decided again when another one came between', async () => {
    const userId = await registered();
    const tokens = await Promise.all(['a', 'b', 'c'].map(label => tokenFor(userId, { label })));
    expect(tokens.map(token => following.directory.authenticate(token, now)?.userId)).toEqual([
      userId,
      userId,
      userId,
    ]);
  });

  test('is not decided on a stream that holds an event of a newer release', async () => {
    const { id, events } = accepted(await register(wang));
    const [event] = events;
    if (event === undefined) throw new Error('no event');
    const { streamId, revision, ...rest } = event;
    await store.append(streamId, revision, [{ ...rest, eventId: v4(), type: 'UserHired' }]);
    const command = { type: 'deactivateUser' as const, data: {} };
    expect(await service.give(user, { ...asking(), id, command })).toEqual({
      outcome: 'upgradeNeeded',
      type: 'UserHired v1',
    });
  });

  test('is never recorded earlier than the event before, though the clock went back', async () => {
    const userId = await registered();
    const before = now;
    now -= day;
    const { outcome } = await service.issueToken({ userId, label: 'x' }, asking());
    expect(accepted(outcome).events[0]?.metadata).toMatchObject({ decidedAt: now, recordedAt: before });
  });
});

describe('teams', () => {
  test('have a lead while that user is active', async () => {
    const leadUserId = await registered({ ...wang, roles: ['lead'] });
    const data = { name: 'QA 1', department: '质管部', leadUserId };
    const { id } = accepted(
      await service.give(team, { ...asking(), command: { type: 'registerTeam', data } }),
    );
    expect(following.directory.teamLead(id)).toBe(leadUserId);
    const command = { type: 'deactivateUser' as const, data: {} };
    accepted(await service.give(user, { ...asking(), id: leadUserId, command }));
    expect(following.directory.teamLead(id)).toBeUndefined();
    expect(following.directory.team(id)).toEqual({ teamId: id, ...data, retired: false });
  });

  test('get another lead', async () => {
    const [one, other] = [await registered(), await registered()];
    const data = { name: 'QA 1', department: '质管部', leadUserId: one };
    const { id } = accepted(
      await service.give(team, { ...asking(), command: { type: 'registerTeam', data } }),
    );
    const command = { type: 'setTeamLead' as const, data: { leadUserId: other } };
    accepted(await service.give(team, { ...asking(), id, command }));
    expect(following.directory.teamLead(id)).toBe(other);
  });
});

test('holders of a role are found among the active', async () => {
  const [one, other, gone] = [await registered(), await registered(), await registered()];
  await registered({ ...wang, roles: ['lead'] });
  const command = { type: 'deactivateUser' as const, data: {} };
  accepted(await service.give(user, { ...asking(), id: gone, command }));
  const found = following.directory.usersWithRole('qa').map(({ userId }) => userId);
  expect(found).toEqual([one, other].sort());
});

describe('the directory', () => {
  /** Everything that it can be asked, for comparison. */
  function answers(of: FollowingDirectory, tokens: readonly string[]) {
    const { directory } = of;
    return {
      users: [...directory.userIds()].sort().map(id => directory.user(id)),
      teams: directory.teams(),
      tokens: tokens.map(token => directory.authenticate(token, now)),
    };
  }
  async function populate(): Promise<string[]> {
    const users = [await registered(), await registered({ ...wang, roles: ['lead'] })];
    const data = { name: 'QA 1', department: '质管部', ...(users[1] ? { leadUserId: users[1] } : {}) };
    accepted(await service.give(team, { ...asking(), command: { type: 'registerTeam', data } }));
    return Promise.all(users.map(id => tokenFor(id)));
  }

  test.each([
    ['was stopped', true],
    ['crashed', false],
  ])('knows the same after a start when the process before %s', async (_how, orderly) => {
    const stop = keepCheckpoints(store, [following]);
    const tokens = await populate();
    const before = answers(following, tokens);
    if (orderly) stop();
    following.close();
    await open();
    const read = await catchUp(store, [following]);
    expect(answers(following, tokens)).toEqual(before);
    expect(read).toBe(orderly ? 0 : (await store.readAll('', 100)).length);
  });

  test('is made anew from the log when its file is damaged or gone', async () => {
    const tokens = await populate();
    const before = answers(following, tokens);
    following.close();
    rmSync(join(folder, 'directory.db'));
    await open();
    await catchUp(store, [following]);
    expect(answers(following, tokens)).toEqual(before);
  });

  test('of another log is made anew', async () => {
    const stop = keepCheckpoints(store, [following]);
    await populate();
    stop();
    following.close();
    store = memoryStore({ clock: { now: () => now } });
    await open();
    expect([following.checkpoint(), following.directory.userIds()]).toEqual(['', []]);
  });

  test('does not move its checkpoint past an append that it was not told the end of', async () => {
    await registered();
    const done = following.appending();
    following.moveCheckpoint(await store.head());
    expect(following.checkpoint()).toBe('');
    done([]);
    following.moveCheckpoint(await store.head());
    expect(following.checkpoint()).toBe(await store.head());
  });
});

test('an event that its own schema does not take is not written: a bug of who decided it', async () => {
  const data = { name: 'Seven', department: 'assembly', leadUserId: 'the boss' };
  const careless: typeof team = {
    ...team,
    decide: () => ({ outcome: 'accepted', events: [{ type: 'TeamRegistered', data, occurredAt: now }] }),
  };
  const id = v4();
  const command = { type: 'registerTeam', data: { name: 'Seven', department: 'assembly' } } as const;
  await expect(service.give(careless, { ...asking(), id, command })).rejects.toThrow(
    'team: registerTeam decided a malformed TeamRegistered: leadUserId (invalid_format)',
  );
  expect(await store.readStream(`team-${id}`)).toEqual([]);
});
