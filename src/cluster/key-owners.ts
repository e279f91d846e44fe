import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { StoredEvent } from '../../domain/log/envelope.ts';
import { type FollowedStreams, openFollowedStreams } from '../directory/followed-streams.ts';
import type { EventLog } from '../store/event-store.ts';

/**
 * Which keys the log names for whom: ids alone, derived from the log. Told of events as they are read, appended and
 * followed, in any order and more than once.
 */
export class KeyOwners {
  readonly version = 1;
  readonly schema = `
    CREATE TABLE IF NOT EXISTS owner (
      number INTEGER PRIMARY KEY,
      subject TEXT NOT NULL,
      key_id TEXT NOT NULL,
      UNIQUE (subject, key_id)
    ) STRICT;
  `;
  #ofSubject: StatementSync | undefined;
  #add: StatementSync | undefined;
  #unwritten = new Map<string, string[]>();

  open(db: DatabaseSync): void {
    this.#ofSubject = db.prepare('SELECT key_id FROM owner WHERE subject = ? ORDER BY number');
    this.#add = db.prepare('INSERT INTO owner (subject, key_id) VALUES (?, ?) ON CONFLICT DO NOTHING');
  }

  learn(events: readonly Pick<StoredEvent, 'sealed'>[]): void {
    for (const { sealed } of events) {
      for (const { subject, keyId } of sealed) {
        if (this.keysOf(subject).includes(keyId)) continue;
        const others = this.#unwritten.get(subject);
        if (others === undefined) this.#unwritten.set(subject, [keyId]);
        else others.push(keyId);
      }
    }
  }

  /** The first that was learned of comes first: it is the one that is gone on with. */
  keysOf(subject: string): readonly string[] {
    const written = this.#ofSubject?.all(subject).map(row => String(row.key_id)) ?? [];
    return [...written, ...(this.#unwritten.get(subject) ?? [])];
  }

  write(): void {
    for (const [subject, keyIds] of this.#unwritten) {
      for (const keyId of keyIds) this.#add?.run(subject, keyId);
    }
  }

  written(): void {
    this.#unwritten = new Map();
  }
}

/** Opens `key-owners.db`. */
export async function openKeyOwners(options: {
  readonly path: string;
  readonly log: EventLog;
}): Promise<FollowedStreams & { readonly owners: KeyOwners }> {
  const owners = new KeyOwners();
  const streams = await openFollowedStreams({
    ...options,
    concerns: () => true,
    apply: events => owners.learn(events),
    rows: owners,
    readsAgain: () => false,
  });
  return { ...streams, owners };
}
