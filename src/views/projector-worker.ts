import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { lifecycles } from '../../domain/lifecycles.ts';
import { projectionsOf } from '../../projections/index.ts';
import { openSqliteLog } from '../store/sqlite-log.ts';
import type { FromWorker, ToWorker, WorkerData } from './projector-messages.ts';
import { ViewFollower } from './view-follower.ts';

/** While the log grows fast, events of this long are taken in together. */
const GATHER_MS = 10;

const port = parentPort;
if (port === null) throw new Error('this file is the projector worker: src/views/projector.ts starts it');
const tell = (message: FromWorker): void => port.postMessage(message);
// What main gave: see `WorkerData`.
const { folder, timeZone } = workerData as WorkerData;

const log = await openSqliteLog(join(folder, 'events.db'));
const follower = new ViewFollower(folder, log, projectionsOf(lifecycles, timeZone), progress =>
  tell({ kind: 'progress', ...progress }),
);
let asked: ToWorker[] = [];
let grown = true;
let wake: (() => void) | undefined;
port.on('message', (message: ToWorker) => {
  if (message.kind === 'grown') grown = true;
  else asked.push(message);
  wake?.();
});

await follower.open(events => tell({ kind: 'building', events }));
tell({ kind: 'open' });
for (let closing = false; !closing; ) {
  if (grown) {
    grown = false;
    await follower.follow();
    tell({ kind: 'caughtUp' });
    await sleep(GATHER_MS);
  }
  const messages = asked;
  asked = [];
  for (const message of messages) {
    if (message.kind === 'close') closing = true;
    else if (message.kind === 'release') follower.release(message.generation);
    else if (message.kind === 'rebuild') {
      const built = await follower.rebuild(events => tell({ kind: 'building', events }));
      tell({ kind: 'rebuilt', ...built });
    }
  }
  if (!grown && asked.length === 0 && !closing) {
    await new Promise<void>(resolve => {
      wake = resolve;
    });
    wake = undefined;
  }
}
follower.close();
await log.close();
tell({ kind: 'closed' });
port.close();
