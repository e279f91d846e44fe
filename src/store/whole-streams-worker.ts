import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { openLogFileReadOnly } from './sqlite-file.ts';
import { wholeStreams } from './whole-streams.ts';
import { UNTAKEN_BATCHES, type WholeStreamsData } from './whole-streams-thread.ts';

const port = parentPort;
if (port === null) throw new Error('this file is a worker: src/store/whole-streams-thread.ts starts it');
// What `streamsOfThread` gave.
const { path, end, windowBytes } = workerData as WholeStreamsData;
const db = openLogFileReadOnly(path);
let untaken = 0;
port.on('message', () => {
  untaken--;
});
for (const batch of wholeStreams(db, end, windowBytes)) {
  untaken++;
  port.postMessage(batch);
  while (untaken >= UNTAKEN_BATCHES) await once(port, 'message');
}
db.close();
port.postMessage('end');
port.close();
