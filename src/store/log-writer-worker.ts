import { parentPort, workerData } from 'node:worker_threads';
import { LogWriter } from './log-writer.ts';
import {
  type FromWriter,
  failureOf,
  type ToWriter,
  unpacked,
  type WriterData,
} from './log-writer-messages.ts';
import { storeFailure } from './sqlite-failure.ts';
import { openLogFile } from './sqlite-file.ts';

const port = parentPort;
if (port === null) throw new Error('this file is the writer of the log: src/store/sqlite-store.ts starts it');
// What the store gave: see `WriterData`.
const { path } = workerData as WriterData;
const db = openLogFile(path, () => {
  throw new Error(`${path} is empty: the log was taken away`);
});
const writer = new LogWriter(db);

port.on('message', (message: ToWriter) => {
  port.postMessage(answerTo(message));
  if (message.kind === 'close') port.close();
});

function answerTo(message: ToWriter): FromWriter {
  try {
    switch (message.kind) {
      case 'append':
        return { kind: 'written', ...writer.write(unpacked(message.appends)) };
      case 'execute':
        db.exec(message.sql);
        return { kind: 'done' };
      case 'close':
        db.close();
        return { kind: 'done' };
    }
  } catch (error) {
    return { kind: 'failed', failure: failureOf(storeFailure(error, false)) };
  }
}
