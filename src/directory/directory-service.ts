import { v5 } from 'uuid';
import type { StoredEvent } from '../../domain/log/envelope.ts';
import { party, partyEvents } from '../../domain/party/party.ts';
import { user, userEvents } from '../../domain/user/user.ts';
import type { WallClock } from '../clock.ts';
import type { RejectionJournal } from '../engine/rejection-journal.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { EventStore } from '../store/event-store.ts';
import {
  type AggregateOutcome,
  type Asking,
  createAggregateWriter,
  type GiveCommand,
} from './aggregate-writer.ts';
import type { FollowingDirectory } from './directory-file.ts';
import { decodeEvent } from './folded-aggregate.ts';
import { newToken, tokenHash } from './token.ts';

interface TokenWanted {
  readonly userId: string;
  /** What it is for. */
  readonly label: string;
  /** UTC epoch milliseconds; without it the token holds until it is revoked. */
  readonly expiresAt?: number;
}

/** A token as a list shows it: by whose it is and what it is for, never by itself. */
interface ListedToken {
  readonly tokenId: string;
  readonly userId: string;
  /** As it is read at this moment; `[erased]` for a user whose data was erased. */
  readonly name: string;
  readonly label: string;
  readonly issuedAt: number;
  readonly expiresAt?: number;
}

/** Who somebody is, opened at this moment and not to be kept. */
interface Person {
  readonly name: string;
  readonly phone?: string;
  readonly email?: string;
}

export interface DirectoryService {
  /** `give(user, …)`, `give(team, …)`, `give(party, …)`. */
  readonly give: GiveCommand;
  /**
   * Makes a token for a user. `token` is what the user gets, once: a command that comes again is answered without it.
   */
  issueToken(
    wanted: TokenWanted,
    asking: Asking,
  ): Promise<{ readonly outcome: AggregateOutcome; readonly tokenId: string; readonly token?: string }>;
  /** All tokens in force at `now`, oldest first, of one user or of all. */
  listTokens(now: number, userId?: string): Promise<readonly ListedToken[]>;
  /** A party by its uuid; `undefined` if there is none. @throws SealBrokenError */
  readParty(partyId: string): Promise<Person | undefined>;
  /** A user by its uuid; `undefined` if there is none. @throws SealBrokenError */
  readUser(userId: string): Promise<Person | undefined>;
}

export function createDirectoryService(parts: {
  readonly store: EventStore;
  readonly sealer: Sealer;
  readonly clock: WallClock;
  readonly directory: Pick<FollowingDirectory, 'directory' | 'appending'>;
  readonly journal?: Pick<RejectionJournal, 'record'>;
  /** Does something again until the keys that it asks for are here. */
  readonly withKeys?: <T>(act: () => Promise<T>) => Promise<T>;
}): DirectoryService {
  const { store, sealer } = parts;
  const { directory } = parts.directory;
  const { withKeys = act => act() } = parts;
  const write = createAggregateWriter(parts);
  const give: GiveCommand = (aggregate, request) => withKeys(() => write(aggregate, request));

  async function openedStream(streamId: string): Promise<readonly StoredEvent[]> {
    const events = await store.readStream(streamId);
    return events.map(event => sealer.open(event));
  }

  async function tokensOf(userId: string, now: number): Promise<readonly ListedToken[]> {
    const events = await openedStream(`${user.category}-${userId}`);
    const name = personIn(events)?.name ?? '';
    const listed: ListedToken[] = [];
    for (const stored of events) {
      const event = decodeEvent(userEvents, stored);
      if (event?.type !== 'TokenIssued') continue;
      const { tokenId, label, hash, expiresAt } = event.data;
      if (!directory.holds(hash) || (expiresAt !== undefined && expiresAt < now)) continue;
      const token = { tokenId, userId, name, label, issuedAt: event.occurredAt };
      listed.push(expiresAt === undefined ? token : { ...token, expiresAt });
    }
    return listed;
  }

  return {
    give,

    async issueToken({ userId, label, expiresAt }, asking) {
      const token = newToken();
      const tokenId = v5('token', asking.commandId);
      const until = expiresAt === undefined ? {} : { expiresAt };
      const outcome = await give(user, {
        ...asking,
        id: userId,
        command: { type: 'issueToken', data: { tokenId, hash: tokenHash(token) ?? '', label, ...until } },
        // The hash is new each time: what the sender sent is the rest.
        body: { label, ...until },
      });
      const isNew = outcome.outcome === 'accepted' && !outcome.replayed;
      return { outcome, tokenId, ...(isNew ? { token } : {}) };
    },

    async listTokens(now, userId) {
      const listed: ListedToken[] = [];
      for (const id of userId === undefined ? directory.userIds() : [userId]) {
        listed.push(...(await tokensOf(id, now)));
      }
      return listed.sort((a, b) => a.issuedAt - b.issuedAt);
    },

    readParty: async partyId => personIn(await openedStream(`${party.category}-${partyId}`)),
    readUser: async userId => personIn(await openedStream(`${user.category}-${userId}`)),
  };
}

/** Who the opened events of a party or user say it is by now. */
function personIn(events: readonly StoredEvent[]): Person | undefined {
  let person: Person | undefined;
  for (const stored of events) {
    const event = decodeEvent({ ...partyEvents, ...userEvents }, stored);
    switch (event?.type) {
      case 'PartyRegistered':
        person = personOf(event.data, { name: event.data.name });
        break;
      case 'PartyCorrected':
        if (person !== undefined) person = personOf(event.data, person);
        break;
      case 'UserRegistered':
        person = { name: event.data.name };
        break;
      case 'UserChanged':
        if (person !== undefined) person = { ...person, name: event.data.name ?? person.name };
        break;
      default:
    }
  }
  return person;
}

function personOf(
  change: {
    readonly name?: string | undefined;
    readonly phone?: string | null | undefined;
    readonly email?: string | null | undefined;
  },
  before: Person,
): Person {
  const phone = change.phone === undefined ? before.phone : change.phone;
  const email = change.email === undefined ? before.email : change.email;
  return {
    name: change.name ?? before.name,
    ...(phone === undefined || phone === null ? {} : { phone }),
    ...(email === undefined || email === null ? {} : { email }),
  };
}
