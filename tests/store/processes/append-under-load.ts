import { openSqliteStore } from '../../../src/store/sqlite-store.ts';
import { newEvent, newStreamId } from '../../contract/new-event.ts';

/**
 * Appends to the log of its first argument, its second argument's number of clients at once, until it is killed.
 * What it says is one write each, made before the next append: `acknowledged <event ids>`, ready to be checked.
 */
const [path = '', clients = '1'] = process.argv.slice(2);
const store = await openSqliteStore({ path, clock: { now: () => 1_790_000_000_000 } });

async function client(): Promise<void> {
  for (let turn = 0; ; turn++) {
    const streamId = newStreamId();
    let revision = -1;
    for (const count of [4, 1, 3]) {
      const text = 'x'.repeat((turn * 97) % 3_000);
      const events = Array.from({ length: count }, () => newEvent({ of: count, text }));
      const result = await store.append(streamId, revision, events);
      if (result.outcome !== 'appended') throw new Error('a conflict with nobody');
      revision = result.revision;
      console.log(`acknowledged ${events.map(event => event.eventId).join(' ')}`);
    }
  }
}
for (let number = 0; number < Number(clients); number++) void client();
