import { parentPort, workerData } from 'node:worker_threads';
import { lifecycles } from '../../domain/lifecycles.ts';
import { projectionsOf } from '../../projections/index.ts';
import { standBack } from '../background-thread.ts';
import { writeCompiled } from '../compile-cache.ts';
import { openLog } from '../store/open-log.ts';
import type { FromWorker, ToWorker, WorkerData } from './projector-messages.ts';
import { ViewFollower } from './view-follower.ts';

/**
 * While the log grows, what comes within a rest is taken in together. Under load the projector rests for several times
 * as long as it worked: a commit writes the pages of every index that it touches, so that a complaint costs a third in
 * a commit of a thousand of what it costs in one of twenty; and the processor is left to those who write. Few events
 * are no load, however long they took: a person who looks at once finds what was done. Whoever waits ends the rest.
 */
const REST = { shortestMs: 10, ofWork: 2, longestMs: 150 };
const REST_UNDER_LOAD = { shortestMs: 10, ofWork: 8, longestMs: 500 };
const LOAD_EVENTS = 50;

standBack();
const port = parentPort;
if (port === null) throw new Error('this file is the projector worker: src/views/projector.ts starts it');
const tell = (message: FromWorker): void => port.postMessage(message);
// What main gave: see `WorkerData`.
const { folder, store, timeZone } = workerData as WorkerData;

const log = await openLog(store);
const follower = new ViewFollower(folder, log, projectionsOf(lifecycles, timeZone), progress =>
  tell({ kind: 'progress', ...progress }),
);
let asked: ToWorker[] = [];
let grown = true;
/** Somebody waits for what has not been seen yet. */
let awaited = false;
let wake: (() => void) | undefined;
let endRest: (() => void) | undefined;
port.on('message', (message: ToWorker) => {
  if (message.kind === 'grown') grown = true;
  else if (message.kind === 'awaited') awaited = true;
  else asked.push(message);
  wake?.();
  if (message.kind !== 'grown') endRest?.();
});

async function rest(milliseconds: number): Promise<void> {
  if (awaited || asked.length > 0) return;
  await new Promise<void>(resolve => {
    const timer = setTimeout(resolve, milliseconds);
    endRest = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  endRest = undefined;
}

await follower.open(events => tell({ kind: 'building', events }));
tell({ kind: 'open' });
writeCompiled();
for (let closing = false; !closing; ) {
  if (grown) {
    grown = false;
    const wasAwaited: boolean = awaited;
    awaited = false;
    const startedAt = performance.now();
    const { events, atEnd } = await follower.takeIn();
    if (atEnd) {
      tell({ kind: 'caughtUp' });
    } else {
      grown = true;
      awaited ||= wasAwaited;
    }
    const tookMs = performance.now() - startedAt;
    const { shortestMs, ofWork, longestMs } = events < LOAD_EVENTS ? REST : REST_UNDER_LOAD;
    await rest(Math.min(Math.max(ofWork * tookMs, shortestMs), longestMs));
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
