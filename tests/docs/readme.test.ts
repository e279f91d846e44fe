import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataFolder, MAIN, type RunningService, startService } from '../cli/redress.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const TIMEOUT_MS = 240_000;

/** The commands of a section, block by block. */
function blocksOf(heading: string): readonly string[] {
  const section = readme.split(/^## /m).find(part => part.startsWith(heading));
  if (section === undefined) throw new Error(`README.md has no section ${heading}`);
  return [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(match => match[1] ?? '');
}

/** Runs what a reader would type, in one shell that stops at the first command that fails. */
async function typed(commands: string, env: Readonly<Record<string, string>>): Promise<string> {
  const shell = spawn('bash', ['-c', `set -eo pipefail\n${commands}`], { env: { ...process.env, ...env } });
  let output = '';
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', chunk => {
      output += String(chunk);
    });
  }
  const [code] = await once(shell, 'close');
  if (code !== 0) throw new Error(`ended with ${code}:\n${output}`);
  return output;
}

/** The command line as this clone has it, whatever npm does. */
const redress = `'${process.execPath}' '${MAIN}'`;
const withRedress = (commands: string) => commands.replaceAll('npm run -s redress --', redress);

/** What was refused, a line each. */
const problemsIn = (output: string) =>
  output.split('\n').filter(line => line.includes('urn:redress:problem'));

describe('what “Start” says', { timeout: TIMEOUT_MS }, () => {
  const data = dataFolder();
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(data.path);
  }, TIMEOUT_MS);
  afterAll(async () => {
    await service.stop();
    data.remove();
  });

  it('works as it stands, with what the service prints and answers', async () => {
    const [start, ...blocks] = blocksOf('Start');
    expect(start).toBe('npm install && npm start\n');
    const here = (commands: string) =>
      withRedress(commands)
        .replaceAll('http://127.0.0.1:4470', service.url)
        .replace(/^TOKEN=rdr_…\s+# as printed$/m, `TOKEN=${service.token}`)
        .replaceAll('CMP-2026-000001', `CMP-${new Date().getFullYear()}-000001`);
    const env = { REDRESS_DATA: data.path };
    const [first = '', ...rest] = blocks;
    const made = await typed(here(first), env);
    const { id, number } = JSON.parse(made);
    expect(number).toMatch(/^CMP-\d{4}-000001$/);
    const known = `TOKEN=${service.token}\n`;
    const later = rest.join('\n').replace(/^ID=…\s+# as answered$/m, `ID=${id}`);
    const output = await typed(known + here(later), env);
    expect(problemsIn(output)).toEqual([]);
    expect(output).toContain('CaseClosed');
  });
});

describe('the four kinds of cases', { timeout: TIMEOUT_MS }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'redress-readme-'));
  let rehearsal: ChildProcessWithoutNullStreams;
  let printed = '';
  beforeAll(async () => {
    const [start = ''] = blocksOf('Four kinds of cases');
    const [, args = ''] = /^REDRESS_PORT=4471 npm run -s redress -- (.*)\n$/.exec(start) ?? [];
    expect(args).toMatch(/^rehearse --from /);
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith('REDRESS_'));
    rehearsal = spawn(process.execPath, [MAIN, ...args.split(' '), '--data', join(folder, 'data')], {
      env: { ...Object.fromEntries(own), REDRESS_PORT: '0', REDRESS_LOG_LEVEL: 'warn' },
    });
    rehearsal.stdout.setEncoding('utf8');
    while (!printed.includes('Stop with')) {
      const [chunk] = await Promise.race([
        once(rehearsal.stdout, 'data'),
        once(rehearsal, 'close').then(() => {
          throw new Error(`the rehearsal did not start: ${printed}`);
        }),
      ]);
      printed += String(chunk);
    }
  }, TIMEOUT_MS);
  afterAll(async () => {
    rehearsal.kill('SIGTERM');
    await once(rehearsal, 'close');
    rmSync(folder, { recursive: true, force: true });
  });

  it('run from opening to closing by the examples, every promise kept', async () => {
    const [, given = '', ...blocks] = blocksOf('Four kinds of cases');
    const known = ['URL', 'TOKEN', 'DIRECTOR', 'ME'].map(name => {
      const [line] = new RegExp(`^  ${name}=\\S+$`, 'm').exec(printed) ?? [];
      return line?.trim() ?? `${name}=`;
    });
    const asPrinted = /^URL=\S+ TOKEN=rdr_… DIRECTOR=rdr_… ME=…\s+# as printed$/m;
    expect(given).toMatch(asPrinted);
    const commands = [given.replace(asPrinted, known.join('\n')), ...blocks].join('\n');
    const output = await typed(withRedress(commands), {});
    expect(problemsIn(output)).toEqual([]);
    const answers = output
      .split('\n')
      .filter(line => line.startsWith('{'))
      .map(line => JSON.parse(line));
    const counts = answers.find(answer => 'counts' in answer)?.counts;
    expect(counts).toHaveLength(5);
    expect(counts).toEqual(
      expect.arrayContaining(
        ['complaint', 'technical-liaison', 'sample-request', 'after-sales-request', 'factory-visit'].map(
          lifecycle => ({ lifecycle, closed: true, cases: 1 }),
        ),
      ),
    );
    const lines: readonly { clock: string; met: number; breached: number }[] = answers.find(
      answer => 'lines' in answer,
    )?.lines;
    expect(lines.filter(line => line.breached > 0)).toEqual([]);
    const met = lines.filter(line => line.met > 0).map(line => line.clock);
    expect(met).toEqual(expect.arrayContaining(['firstReply', 'onSiteResolution', 'approval']));
    expect(met).toEqual(expect.arrayContaining(['wave1', 'wave3', 'wave6']));
    const calls = answers.find(answer => 'calls' in answer)?.calls;
    expect(calls).toMatchObject([{ tasks: [{ wave: 'wave1' }] }]);
  });
});
