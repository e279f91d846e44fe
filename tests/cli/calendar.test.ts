import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { COMPLAINT } from '../http/http-house.ts';
import { dataFolder, type RunningService, redress, startService } from './redress.ts';

const folders: ReturnType<typeof dataFolder>[] = [];
const services: RunningService[] = [];
afterEach(async () => {
  for (const service of services.splice(0)) await service.stop('SIGKILL');
  for (const folder of folders.splice(0)) folder.remove();
});

const EXAMPLES = fileURLToPath(new URL('../../docs/examples/', import.meta.url));

function newFolder(): string {
  const folder = dataFolder();
  folders.push(folder);
  return folder.path;
}

async function serve(data: string): Promise<RunningService> {
  const service = await startService(data);
  services.push(service);
  return service;
}

async function ask(service: RunningService, token: string, method: string, path: string, body?: object) {
  const answer = await fetch(service.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json: unknown = await answer.json();
  if (!answer.ok) throw new Error(JSON.stringify(json));
  return Object(json);
}

async function tokenFor(data: string, ...roles: readonly string[]): Promise<string> {
  const args = ['token', 'create', '--name', 'Test', ...roles.flatMap(role => ['--role', role]), '--json'];
  return JSON.parse((await redress(data, args)).stdout).token;
}

it('a file that cannot be used is told without what could control the terminal', async () => {
  const data = newFolder();
  const file = join(dirname(data), 'evil.ics');
  writeFileSync(file, 'BEGIN:VCALENDAR\r\n\u001b[31mred\r\nEND:VCALENDAR\r\n');
  const checked = await redress(data, ['calendar', 'check', file, '--calendar', 'cn']);
  expect(checked.code).toBe(2);
  expect(checked.stderr).toContain('cannot be used:\n  2: ');
  expect(checked.stderr).toContain('\\u001b[31mred');
});

describe('redress calendar', () => {
  it('drafts, publishes and lists, with and without a service that runs', async () => {
    const data = newFolder();
    const file = join(EXAMPLES, 'calendar-2027.yaml');
    const drafted = await redress(data, ['calendar', 'draft', file]);
    expect(drafted).toMatchObject({ code: 0, stderr: '' });
    expect(drafted.stdout).toContain('  knownThrough: 2026-12-31 → 2027-12-31\n');
    const service = await serve(data);
    const published = await redress(data, ['calendar', 'publish', 'cn', '--reason', '2027 was announced']);
    expect(published).toMatchObject({ code: 0, stdout: expect.stringContaining('Version 2 of cn') });
    const listed = await redress(data, ['calendar', 'list']);
    expect(listed.stdout).toMatch(
      /\* version 2 .*known through 2027-12-31.*\n.*by the house: 2027 was announced/,
    );
    // The service that runs uses it at once.
    const token = await tokenFor(data, 'agent');
    const { id } = await ask(service, token, 'POST', '/v1/complaints', COMPLAINT);
    const { promises } = await ask(service, token, 'GET', `/v1/cases/${id}/promises`);
    expect(JSON.stringify(promises)).toContain('"version":2');
    const again = await redress(data, ['calendar', 'publish', 'cn', '--reason', 'again']);
    expect(again).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no draft of calendar cn'),
    });
  }, 120_000);

  it('refuses a file by line', async () => {
    const data = newFolder();
    const file = join(data, '..', 'bad.yaml');
    writeFileSync(file, 'calendar: cn\nyears: [2027]\ndays:\n  - name: 元旦\n    closed: [2027-01-32]\n');
    const { code, stderr } = await redress(data, ['calendar', 'check', file]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/bad\.yaml cannot be used:\n {2}5: days\.0\.closed\.0: "2027-01-32" is no date/);
    const missing = await redress(data, ['calendar', 'check', join(data, 'nothing.ics')]);
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no file') });
  }, 120_000);
});

describe('a run over open promises', () => {
  it('that is cut off by kill -9 goes on at the next start, and moves every deadline once', async () => {
    const data = newFolder();
    const service = await serve(data);
    const token = await tokenFor(data, 'agent', 'marketingDirector');
    const CASES = 500;
    const ids: string[] = [];
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        for (let n = 0; n < CASES / 10; n++) {
          ids.push(String((await ask(service, token, 'POST', '/v1/complaints', COMPLAINT)).id));
        }
      }),
    );
    ids.sort();
    const shown = await redress(data, ['policy', 'show', '--yaml']);
    const file = join(data, '..', 'policy.yaml');
    writeFileSync(file, shown.stdout.replace('      count: 10\n', '      count: 20\n'));
    expect(await redress(data, ['policy', 'draft', file])).toMatchObject({ code: 0 });
    expect(await redress(data, ['policy', 'publish', '--reason', 'agreed'])).toMatchObject({ code: 0 });
    const tried = await redress(data, ['policy', 'apply', '--dry-run']);
    expect(tried.stdout).toContain(
      `${CASES} deadlines of ${CASES} open cases would change; nothing was written.\n`,
    );

    const rescheduledAt = async (at: RunningService, id: string | undefined): Promise<number[]> => {
      const { entries } = await ask(at, token, 'GET', `/v1/complaints/${id}/trail`);
      return entries
        .filter((event: { type: string }) => event.type === 'SlaClockRescheduled')
        .map((event: { recordedAt: string }) => Date.parse(event.recordedAt));
    };
    const { runId } = await ask(service, token, 'POST', '/v1/deadline-runs', {
      what: 'policy',
      reason: 'agreed',
    });
    while ((await rescheduledAt(service, ids[20])).length === 0);
    await service.stop('SIGKILL');
    const killedAt = Date.now();

    const next = await serve(data);
    const runNow = () => ask(next, token, 'GET', `/v1/deadline-runs/${runId}`);
    let run = await runNow();
    while (run.ended === undefined) run = await runNow();
    expect(run).toMatchObject({ cases: CASES, moved: CASES, left: 0, ended: { outcome: 'done' } });
    const moved: number[][] = [];
    for (const id of ids) moved.push(await rescheduledAt(next, id));
    expect(moved.filter(at => at.length !== 1)).toEqual([]);
    // Some before the kill, some after it: it was in the middle.
    expect(moved.flat().some(at => at < killedAt)).toBe(true);
    expect(moved.flat().some(at => at > killedAt)).toBe(true);
    const listed = await redress(data, ['calendar', 'runs']);
    expect(listed.stdout).toContain(`done, ${CASES} deadlines of ${CASES} cases moved`);
    const nothing = await redress(data, ['policy', 'apply', '--reason', 'once more']);
    expect(nothing.stdout).toContain(`done, 0 deadlines of ${CASES} cases moved`);
  }, 240_000);
});
