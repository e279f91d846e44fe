import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { complaintReceived } from './complaint-received.ts';

const PAGE_EVENTS = 1_000;

/** The least that can be done with the library alone: no canonical form, no checks, no limits of time, no resending. */
export class BareClient {
  readonly #client: EventStoreDBClient;

  constructor(connectionString: string) {
    this.#client = EventStoreDBClient.connectionString(connectionString);
  }

  async append(streamId: string): Promise<void> {
    const events = complaintReceived(streamId).map(
      ({ eventId, type, data, metadata, schemaVersion, sealed }) =>
        jsonEvent({ id: eventId, type, data, metadata: { metadata, schemaVersion, sealed } }),
    );
    await this.#client.appendToStream(streamId, events, { expectedRevision: 'no_stream' });
  }

  /** Reads the whole log in pages; how many events of ours there were. */
  async readAll(): Promise<number> {
    let count = 0;
    let fromPosition: 'start' | { commit: bigint; prepare: bigint } = 'start';
    for (;;) {
      let read = 0;
      for await (const { event } of this.#client.readAll({ fromPosition, maxCount: PAGE_EVENTS })) {
        read++;
        if (event?.position === undefined) continue;
        fromPosition = event.position;
        if (!event.type.startsWith('$')) count++;
      }
      if (read < PAGE_EVENTS) return count;
    }
  }

  async close(): Promise<void> {
    await this.#client.dispose();
  }
}
