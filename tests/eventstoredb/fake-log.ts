/** An event as the server keeps it. */
export interface KeptEvent {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly customMetadata: Uint8Array;
  /** The server's clock, epoch ms. */
  readonly createdAt: number;
  /** Its place in `$all`: commit and prepare are the same for what is written outside of transactions. */
  readonly place: bigint;
}

export type ProposedEvent = Omit<KeptEvent, 'stream' | 'revision' | 'place' | 'createdAt'>;

export type ExpectedRevision = number | 'any' | 'noStream' | 'streamExists';

export type Appended =
  | { readonly outcome: 'success'; readonly revision: number; readonly place: bigint }
  | { readonly outcome: 'wrongExpectedVersion'; readonly current: number }
  | { readonly outcome: 'tooLarge' };

export const MOST_APPEND_BYTES = 1_048_576;

/** The log of a server, in memory, which does with appends what a real one was seen to do. */
export class FakeLog {
  all: KeptEvent[] = [];
  /** How far the server's clock is ahead of this machine's. */
  clockAheadMs = 0;
  readonly #streams = new Map<string, KeptEvent[]>();
  readonly #listeners = new Set<() => void>();
  #place = 0n;

  constructor() {
    // A real server's log begins with events of its own.
    for (const stream of ['$metadata', '$settings', '$scavenges']) this.appendSystemEvent(stream);
  }

  /** Without what was cut off. */
  stream(name: string): readonly KeptEvent[] {
    const kept = this.#streams.get(name) ?? [];
    const from = this.#truncatedBefore(name);
    return from === 0 ? kept : kept.filter(({ revision }) => revision >= from);
  }

  /** Takes off the disk what was cut off; until then whoever reads all reads it still. */
  scavenge(): void {
    this.all = this.all.filter(({ stream, revision }) => revision >= this.#truncatedBefore(stream));
  }

  #truncatedBefore(name: string): number {
    const metadata = this.#streams.get(`$$${name}`)?.at(-1);
    if (metadata === undefined) return 0;
    const before: unknown = JSON.parse(Buffer.from(metadata.data).toString())['$tb'];
    return typeof before === 'number' ? before : 0;
  }

  /** How many events come before a place. */
  countBefore(place: bigint): number {
    let from = 0;
    let to = this.all.length;
    while (from < to) {
      const middle = Math.floor((from + to) / 2);
      if ((this.all[middle]?.place ?? place) < place) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  append(stream: string, expected: ExpectedRevision, events: readonly ProposedEvent[]): Appended {
    const bytes = events.reduce(
      (sum, { data, customMetadata }) => sum + data.length + customMetadata.length,
      0,
    );
    if (bytes > MOST_APPEND_BYTES) return { outcome: 'tooLarge' };
    const kept = this.#streams.get(stream) ?? [];
    const current = kept.length - 1;
    const at = expected === 'noStream' ? -1 : expected;
    const fits = at === 'any' || (at === 'streamExists' ? current >= 0 : at === current);
    if (!fits) {
      const from = typeof at === 'number' ? at + 1 : 0;
      const same = kept.slice(from, from + events.length);
      const last = same.at(-1);
      const resent =
        same.length === events.length && same.every((event, index) => event.id === events[index]?.id);
      return resent && last !== undefined
        ? { outcome: 'success', revision: last.revision, place: last.place }
        : { outcome: 'wrongExpectedVersion', current };
    }
    for (const event of events) this.#keep(stream, kept, event);
    this.#streams.set(stream, kept);
    for (const listener of [...this.#listeners]) listener();
    return { outcome: 'success', revision: kept.length - 1, place: kept.at(-1)?.place ?? 0n };
  }

  appendSystemEvent(stream = '$stats-127.0.0.1:2113'): void {
    const data = Buffer.from('{"$maxAge":86400}');
    const event = {
      type: '$statsCollected',
      contentType: 'application/json',
      data,
      customMetadata: Buffer.alloc(0),
    };
    this.append(stream, 'any', [{ id: crypto.randomUUID(), ...event }]);
  }

  onAppended(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #keep(stream: string, kept: KeptEvent[], event: ProposedEvent): void {
    const createdAt = Date.now() + this.clockAheadMs;
    const own = { ...event, stream, revision: kept.length, place: this.#place, createdAt };
    // Places are bytes in a file: they have gaps.
    this.#place += BigInt(100 + event.data.length + event.customMetadata.length);
    kept.push(own);
    this.all.push(own);
  }
}
