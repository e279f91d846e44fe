import { parentPort, workerData } from 'node:worker_threads';
import { openSqliteLog } from '../../../src/store/sqlite-log.ts';

/** A worker that follows the log beside its writer until it has seen `workerData.events` events. */
const log = await openSqliteLog(workerData.path);
const positions: string[] = [];
while (positions.length < workerData.events) {
  const page = await log.readAll(positions.at(-1) ?? '', 7);
  positions.push(...page.map(event => event.position));
  if (page.length === 0) await new Promise(resolve => setImmediate(resolve));
}
parentPort?.postMessage({ logId: log.logId, positions });
await log.close();
