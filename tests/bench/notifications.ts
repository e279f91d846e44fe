import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { v4 as uuidv4 } from 'uuid';
import { notification } from '../../domain/notification/notification.ts';
import { systemClock } from '../../src/clock.ts';
import { eachAtOnce } from '../../src/engine/each-at-once.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { asNotifier } from '../../src/notify/notification-reactor.ts';
import { openViews } from '../../src/views/views.ts';
import { receivingServer } from '../notify/receiving-server.ts';
import { figure } from './figure.ts';

const BENCH = 'notifications';
const QUEUED_AT_ONCE = 64;

/**
 * Messages queued in an embedded house and sent to a receiver in the same process, which takes each at once: claimed,
 * POSTed and recorded, every step flushed to the disk, with the views that the sender goes by.
 */
export async function run([count = '2000']: string[]): Promise<void> {
  const messages = Number(count);
  const folder = mkdtempSync(join(tmpdir(), 'redress-bench-notifications-'));
  const receiver = await receivingServer();
  try {
    const config = {
      dataFolder: folder,
      masterKeyFile: join(folder, 'master.key'),
      timeZone: 'Asia/Shanghai',
      notifyUrl: receiver.url,
    };
    const say = (about: object, text: string) => console.error(text, about);
    const engine = await openEngine(config, {
      clock: systemClock,
      log: { warn: say, error: say },
      lifecycles: [],
      workflows: [],
      openViews,
    });
    try {
      const began = performance.now();
      await eachAtOnce(Array.from({ length: messages }), QUEUED_AT_ONCE, async () => {
        const commandId = uuidv4();
        await engine.people.give(notification, {
          ...asNotifier({ commandId, correlationId: commandId }),
          command: {
            type: 'queue',
            data: {
              kind: 'promiseWarned',
              lifecycle: 'complaint',
              caseId: uuidv4(),
              addressee: { role: 'assignee', userId: uuidv4() },
              happenedAt: Date.now(),
              matter: { clock: 'firstReply', cycle: 1, dueAt: Date.now() },
            },
          },
        });
      });
      const queued = performance.now();
      while (engine.views.notificationCounts().sent < messages) await sleep(10);
      const seconds = (performance.now() - began) / 1_000;
      figure(BENCH, 'messages', messages, 'messages');
      figure(BENCH, 'queuedPerSecond', (messages * 1_000) / (queued - began), 'messages/s');
      figure(BENCH, 'throughPerSecond', messages / seconds, 'messages/s');
      figure(BENCH, 'duplicates', receiver.got.length - messages, 'messages');
      figure(BENCH, 'seconds', seconds, 's');
    } finally {
      await engine.close();
    }
  } finally {
    await receiver.close();
    rmSync(folder, { recursive: true });
  }
}
