import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSqliteLog } from '../../../src/store/sqlite-log.ts';
import { ViewFollower } from '../../../src/views/view-follower.ts';
import { allProjections } from '../view-folder.ts';

/** `follow.ts FOLDER`: follows the log of a folder until it is killed; prints a line whenever it has seen all. */
const [folder = ''] = process.argv.slice(2);
const log = await openSqliteLog(join(folder, 'events.db'));
const follower = new ViewFollower(folder, log, allProjections, () => {});
await follower.open(() => {});
for (;;) {
  await follower.follow();
  console.log('seen');
  await sleep(1);
}
