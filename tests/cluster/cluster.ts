import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v4 as uuidv4 } from 'uuid';
import type { AnyCommand, AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { lifecycleByName } from '../../domain/lifecycles.ts';
import { loadConfig } from '../../src/config.ts';
import type { CommandRequest } from '../../src/engine/command-request.ts';
import { type House, openHouse } from '../../src/engine/open-house.ts';
import { agent } from '../engine/house.ts';
import { type FakeServer, startFakeServer } from '../eventstoredb/fake-server.ts';

/** Nodes in this process on a database of their own, each with a data folder. */
export interface Cluster {
  readonly server: FakeServer;
  readonly masterKeyFile: string;
  /** Starts the node of a name; what its folder holds is there again when it was closed before. */
  start(name: string, more?: Record<string, string>): Promise<House>;
  close(): Promise<void>;
}

export const systemClock = { now: () => Date.now() };

export async function cluster(): Promise<Cluster> {
  const server = await startFakeServer();
  const folder = mkdtempSync(join(tmpdir(), 'redress-cluster-'));
  const masterKeyFile = join(folder, 'master.key');
  writeMasterKey(masterKeyFile, 7);
  const houses: House[] = [];
  return {
    server,
    masterKeyFile,
    async start(name, more = {}) {
      const config = loadConfig({
        REDRESS_DATA: join(folder, name),
        REDRESS_STORE: server.connectionString,
        REDRESS_MASTER_KEY_FILE: masterKeyFile,
        ...more,
      });
      const house = await openHouse(config, { clock: systemClock, log: { warn() {}, error() {} } });
      houses.push(house);
      return house;
    },
    async close() {
      await Promise.all(houses.map(house => house.close()));
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function writeMasterKey(path: string, byte: number): void {
  writeFileSync(path, Buffer.alloc(32, byte).toString('base64'), { mode: 0o600 });
}

function complaintOf(): AnyLifecycle {
  const found = lifecycleByName('complaint');
  if (found === undefined) throw new Error('no complaints');
  return found;
}
export const complaint = complaintOf();
const actor = agent({ roles: ['agent', 'lead'], teamId: uuidv4() });

export function request(type: string, data: object, more: Partial<CommandRequest> = {}): CommandRequest {
  const definition = complaint.commands[type];
  if (definition === undefined) throw new Error(type);
  return {
    lifecycle: complaint,
    command: { type, data: definition.schema.parse(data) as AnyCommand['data'] },
    actor,
    commandId: uuidv4(),
    keyed: false,
    correlationId: uuidv4(),
    ...more,
  };
}

export async function give(house: House, type: string, data: object, more: Partial<CommandRequest> = {}) {
  const outcome = await house.handler.handle(request(type, data, more));
  if (outcome.outcome !== 'accepted') throw new Error(`${type}: ${JSON.stringify(outcome)}`);
  return outcome;
}

export const received = (more: object = {}) => ({
  kind: 'product',
  complainant: { name: 'Nord Jackets' },
  channel: 'phone',
  siteRegion: 'province',
  description: 'The sliders come off, says 陈经理 on 13800138000',
  ...more,
});

/** The case as a node tells it, personal values opened. */
export async function told(house: House, caseId: string): Promise<string> {
  const events = await house.store.readStream(`complaint-${caseId}`);
  return JSON.stringify(events.map(event => house.sealer.open(event)));
}
