import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { dataFolder, type RunningService, redress, startService } from '../cli/redress.ts';
import { placesOf } from './byte-search.ts';

/** `REDRESS_KILLS=20` tries more instants. */
const KILLS = Number(process.env['REDRESS_KILLS'] ?? 3);
const SEED = Number(process.env['REDRESS_SEED'] ?? Date.now() % 100_000);

const folder = dataFolder();
let service: RunningService | undefined;
afterAll(async () => {
  await service?.stop();
  folder.remove();
});

/** How many events of the erasure are in the log when the service is killed: asked for, approved, unreachable. */
const AFTER = [2, 3, 1];
async function written(streamId: string, events: number): Promise<void> {
  const log = new DatabaseSync(join(folder.path, 'events.db'), { readOnly: true });
  const count = log.prepare('SELECT count(*) AS events FROM events WHERE stream_id = ?');
  while (Number(count.get(streamId)?.events) < events) await nextTurn();
  log.close();
}

async function person(name: string, ...roles: readonly string[]) {
  const { stdout } = await redress(folder.path, [
    ...['token', 'create', '--name', name, '--json'],
    ...roles.flatMap(role => ['--role', role]),
  ]);
  return JSON.parse(stdout) as { readonly userId: string; readonly token: string };
}

it(`an erasure whose service is killed at any instant comes to its end at the next start (seed ${SEED}, ${KILLS} kills)`, {
  timeout: 60_000 + KILLS * 60_000,
}, async () => {
  const asker = await person('Asker', 'agent', 'lead', 'admin', 'privacyOfficer');
  const approver = await person('Approver', 'privacyOfficer');
  const gone = await person('Gregor Xylonius-Verschwunden', 'agent');
  const stages: string[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    service ??= await startService(folder.path);
    const { url } = service;
    const ask = async (method: string, path: string, body?: object, by = asker) => {
      const response = await fetch(url + path, {
        method,
        headers: { authorization: `Bearer ${by.token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return (await response.json()) as Record<string, unknown>;
    };
    const word = `Zungbrecher${SEED}x${kill}`;
    const strings = [`Frau ${word} 林${word}英`, `+86 574 ${SEED}-${kill}`, `Notiz über ${word}`];
    const [name, phone, text] = strings;
    const { id } = await ask('POST', '/v1/complaints', {
      kind: 'product',
      complainant: { name: 'Nanyang Garments' },
      contact: { name, phone },
      channel: 'phone',
      siteRegion: 'province',
      description: text,
    });
    await ask('POST', `/v1/complaints/${id}/add-note`, { text });
    await ask('POST', `/v1/complaints/${id}/withdraw`, {});
    const trail = await ask('GET', `/v1/complaints/${id}/trail`);
    const { entries } = trail as { entries: { data: { contactId?: string } }[] };
    const subjects = [
      { kind: 'party', id: entries[0]?.data.contactId },
      { kind: 'case', id },
      ...(kill === 0 ? [{ kind: 'user', id: gone.userId }] : []),
    ];
    if (kill === 0) await ask('POST', `/v1/users/${gone.userId}/deactivate`, {});
    const asked = await ask('POST', '/v1/privacy/erasures', {
      subjects,
      ground: 'consentWithdrawn',
      note: text,
    });
    const erasureId = String(asked.id);
    const answered = ask('POST', `/v1/privacy/erasures/${erasureId}/approve`, {}, approver).catch(() => ({}));
    await written(`erasure-${erasureId}`, AFTER[kill % AFTER.length] ?? 1);
    await service.stop('SIGKILL');
    await answered;

    service = await startService(folder.path);
    const status = async () => {
      const { stdout } = await redress(folder.path, ['privacy', 'status', erasureId]);
      return /^stage +(\S+)/m.exec(stdout)?.[1];
    };
    stages.push(String(await status()));
    if (stages.at(-1) === 'requested') {
      const { code } = await redress(folder.path, ['privacy', 'approve', erasureId, '--as', approver.userId]);
      expect(code).toBe(0);
    }
    while ((await status()) !== 'destroyed') await sleep(200);
    const words = [...strings, word, ...(kill === 0 ? ['Xylonius-Verschwunden'] : [])];
    expect(placesOf(folder.path, words)).toEqual([]);
  }
  expect(placesOf(folder.path, ['ErasureCompleted'])).not.toEqual([]);
  const looking = ['--as', approver.userId, '--reason', 'after the kills'];
  for (const job of [['recheck', ...looking], ['shadow', ...looking], ['verify']]) {
    const { code, stdout, stderr } = await redress(folder.path, ['audit', ...job]);
    expect(code, `${job[0]}: ${stdout}${stderr}`).toBe(0);
  }
  const checked = await redress(folder.path, ['check']);
  expect(checked.code, checked.stdout).toBe(0);
  console.log(`stages found after each kill: ${stages.join(', ')}`);
});
