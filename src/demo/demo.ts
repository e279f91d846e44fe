import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { v4 as uuidv4 } from 'uuid';
import { user } from '../../domain/user/user.ts';
import type { House } from '../engine/open-house.ts';
import { systemActor } from '../engine/system-actor.ts';
import { importIds } from '../import/import-ids.ts';
import type { ImportReport } from '../import/import-report.ts';
import { importHolding } from '../import/import-run.ts';
import { readMapping } from '../import/mapping-file.ts';
import { demoHistory } from './demo-history.ts';

const MAPPING = join(import.meta.dirname, '../../mappings/demo.yaml');
const VIEWS_WAIT_MS = 60_000;

export interface Demo {
  readonly report: ImportReport;
  /** Of somebody who may do nearly everything in it. */
  readonly token: string;
}

/** Tells a history up to now, imports it into an empty house, and makes a user to look around with. */
export async function makeDemo(
  house: House,
  options: { readonly seed: number; readonly cases: number },
): Promise<Demo> {
  const rows = demoHistory({ ...options, now: house.clock.now() });
  const lines = rows.map((row, index) => ({ line: index + 1, text: JSON.stringify(row) }));
  const mapping = readMapping(readFileSync(MAPPING, 'utf8'), MAPPING, house.lifecycles);
  const ids = importIds(house.store.logId, mapping.mapping.source);
  const report = await importHolding(lines, mapping, house);
  const token = await visitorToken(house, ids.teamId);
  await house.views.waitFor(await house.store.head(), VIEWS_WAIT_MS);
  return { report, token };
}

async function visitorToken(house: House, teamId: string): Promise<string> {
  const asking = () => {
    const commandId = uuidv4();
    const { id } = systemActor('cli');
    return {
      actor: { id, role: 'system', via: 'cli' as const },
      commandId,
      keyed: false,
      correlationId: commandId,
    };
  };
  const userId = uuidv4();
  const registered = await house.people.give(user, {
    ...asking(),
    id: userId,
    command: {
      type: 'registerUser',
      data: {
        name: '访客 Visitor',
        roles: ['agent', 'lead', 'qa', 'admin'],
        teamId,
        department: 'marketing',
        qualifications: [],
      },
    },
  });
  const { outcome, token } = await house.people.issueToken({ userId, label: 'demo' }, asking());
  if (registered.outcome !== 'accepted' || outcome.outcome !== 'accepted' || token === undefined) {
    throw new Error(`the visitor got no token: ${JSON.stringify([registered, outcome])}`);
  }
  return token;
}
