import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { serviceEnv } from '../torture/service.ts';
const src = readFileSync(new URL('./append-http.ts', import.meta.url), 'utf8');
const COMPLAINT = JSON.stringify(eval('(' + /const COMPLAINT = JSON.stringify\((\{[\s\S]*?\n\})\);/.exec(src)![1] + ')'));
const runFile = promisify(execFile);
const autocannon = createRequire(import.meta.url).resolve('autocannon');
mkdirSync('data', { recursive: true });
const folder = mkdtempSync('data/prof-');
const extra = process.env.PROF ? ['--cpu-prof', '--cpu-prof-dir=/tmp/prof'] : [];
const child = spawn(process.execPath, [...extra, join(import.meta.dirname, 'processes/append-server-prof.ts')], { env: serviceEnv(folder, 0, { REDRESS_RATE_LIMIT: '1000000000', REDRESS_FAILURE_LIMIT: '1000000000', REDRESS_LOG_LEVEL: 'info' }), stdio: ['ignore', 'ignore', 'pipe'] });
const lines = createInterface({ input: child.stderr });
let got: (v: any) => void = () => {};
const next = () => new Promise<any>(r => { got = r; });
lines.on('line', l => { if (l.startsWith('{"url"') || l.startsWith('{"main')) got(JSON.parse(l)); else console.error(l); });
const { url, token } = await next();
const usage = async () => { const p = next(); child.kill('SIGUSR2'); return p; };
const load = async (path: string, s: number) => JSON.parse((await runFile(process.execPath, [autocannon, '--json', '--no-progress', '--connections', '64', '--duration', String(s), '--method', 'POST', '--body', COMPLAINT, '--headers', 'content-type=application/json', '--headers', `authorization=Bearer ${token}`, url + path])).stdout);
await load('/v1/complaints', 3);
const n = Number(process.env.ROUNDS ?? 3);
for (let i = 0; i < n; i++) {
  for (const path of (process.env.PATHS ?? '/v1/complaints,/v1/nothing').split(',')) {
    await sleep(path === '/v1/nothing' ? 3000 : 200);
    await usage();
    const t0 = performance.now();
    const r = await load(path, Number(process.env.SECS ?? 4));
    const u = await usage();
    console.log(path, Math.round(r['2xx'] / r.duration), '/s', 'main us/op', Math.round(u.mainMs * 1e3 / r['2xx']), 'other us/op', Math.round((u.allMs - u.mainMs) * 1e3 / r['2xx']), 'rss', u.rss, 'non2xx', r.non2xx, 'flushes', u.flushes, 'appends', u.appends);
    void t0;
  }
}
child.kill('SIGTERM');
await new Promise(r => child.once('exit', r));
rmSync(folder, { recursive: true });
