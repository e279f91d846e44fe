import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SYSTEM_ACTOR_ID } from '../../domain/log/fixed-streams.ts';
import { product } from '../../domain/master-data/product.ts';
import { verifyFolder } from '../../src/audit/verify-folder.ts';
import { systemClock } from '../../src/clock.ts';
import { loadConfig } from '../../src/config.ts';
import { openHouse } from '../../src/engine/open-house.ts';
import { configuredStore } from '../../src/store/store-address.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redress-close-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a command of the command line does: it opens the house, writes, and is gone. */
async function shortCommand(code: string): Promise<void> {
  const house = await openHouse(loadConfig({ REDRESS_DATA: folder }), {
    clock: systemClock,
    log: pino({ level: 'silent' }),
  });
  try {
    const commandId = crypto.randomUUID();
    const { outcome } = await house.people.give(product, {
      actor: { id: SYSTEM_ACTOR_ID, role: 'system', via: 'cli' },
      ...{ commandId, correlationId: commandId, keyed: false },
      command: { type: 'registerProduct', data: { code, name: 'Slider' } },
    });
    expect(outcome).toBe('accepted');
  } finally {
    await house.close();
  }
}

it('takes the hash of what a short command wrote before it ends, so that a change of it is found', async () => {
  for (const code of ['A-1', 'A-2', 'A-3']) {
    await shortCommand(code);
    const { events, hashedEvents, ok } = await verifyFolder(
      { folder, store: configuredStore('sqlite', folder) },
      { keyFile: join(folder, 'checkpoint.key'), keys: [], checkpoints: [] },
      () => {},
    );
    expect({ ok, hashedEvents }).toEqual({ ok: true, hashedEvents: events });
  }
});
