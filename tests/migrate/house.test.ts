import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingKeys } from '../../src/backup/missing-keys.ts';
import { loadConfig } from '../../src/config.ts';
import { type House, openHouse } from '../../src/engine/open-house.ts';
import { readLogAddress } from '../../src/migrate/log-address.ts';
import { migrate } from '../../src/migrate/migrate.ts';
import { readMasterKey } from '../../src/privacy/master-key.ts';
import { give, received, systemClock, writeMasterKey } from '../cluster/cluster.ts';
import { type FakeServer, startFakeServer } from '../eventstoredb/fake-server.ts';

let folder = '';
let server: FakeServer;
let masterKeyFile = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'redress-migrate-'));
  masterKeyFile = join(folder, 'master.key');
  writeMasterKey(masterKeyFile, 7);
  server = await startFakeServer();
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(name: string, store = 'sqlite'): Promise<House> {
  const config = loadConfig({
    REDRESS_DATA: join(folder, name),
    REDRESS_STORE: store,
    REDRESS_MASTER_KEY_FILE: masterKeyFile,
  });
  return openHouse(config, { clock: systemClock, log: { warn() {}, error() {} } });
}
/** The case as the house tells it, personal values opened; where it lies in the log is not of it. */
async function told(house: House, caseId: string): Promise<string> {
  const events = await house.store.readStream(`complaint-${caseId}`);
  return JSON.stringify(events.map(({ position: _position, ...event }) => house.sealer.open(event)));
}
const move = (from: string, to: string) =>
  migrate({ from: readLogAddress(from), to: readLogAddress(to), masterKeyFile }, systemClock, () => {});
const sqlite = (name: string) => `sqlite:${join(folder, name)}`;

describe('a house that moves to EventStoreDB and back', () => {
  it('reads what it wrote, goes on with the keys that it had, and remembers nobody whom it forgot', async () => {
    const before = await open('before');
    const { caseId: kept } = await give(before, 'receive', received());
    const { caseId: forgotten } = await give(before, 'receive', received());
    await before.eraseSubject(forgotten);
    const asWritten = await told(before, kept);
    const asForgotten = await told(before, forgotten);
    expect(asWritten).toContain('陈经理');
    expect(asForgotten).not.toContain('陈经理');
    await before.close();

    const there = await move(sqlite('before'), server.connectionString);
    expect(there.keys).toBeGreaterThan(1);
    await expect(open('before')).rejects.toThrow(/moved to EventStoreDB/);
    const node = await open('node', server.connectionString);
    expect(await told(node, kept)).toBe(asWritten);
    expect(await told(node, forgotten)).toBe(asForgotten);
    // What is written now is sealed by the key that the case had, and read after the way back.
    await give(node, 'acknowledge', { channel: 'email' }, { caseId: kept });
    const { caseId: newer } = await give(node, 'receive', received());
    const asGoneOn = await told(node, kept);
    const asNewer = await told(node, newer);
    await node.close();

    await move(server.connectionString, sqlite('after'));
    const found = await missingKeys(join(folder, 'after'), readMasterKey(masterKeyFile), () => {});
    expect(found.missing).toBe(0);
    const after = await open('after');
    expect(await told(after, kept)).toBe(asGoneOn);
    expect(await told(after, newer)).toBe(asNewer);
    expect(await told(after, forgotten)).toBe(asForgotten);
    await give(after, 'acknowledge', { channel: 'email' }, { caseId: newer });
    await after.close();
  });

  it('is refused with another master key, before it is closed', async () => {
    const house = await open('wrongly');
    await give(house, 'receive', received());
    await house.close();
    const other = join(folder, 'other.key');
    writeMasterKey(other, 9);
    const elsewhere = await startFakeServer();
    try {
      await expect(
        migrate(
          {
            from: readLogAddress(sqlite('wrongly')),
            to: readLogAddress(elsewhere.connectionString),
            masterKeyFile: other,
          },
          systemClock,
          () => {},
        ),
      ).rejects.toThrow(/is wrapped by the master key/);
      const again = await open('wrongly');
      await again.close();
    } finally {
      await elsewhere.close();
    }
  });
});
