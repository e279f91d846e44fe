import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataFolder, type RunningService, redress, startService } from './redress.ts';

const COMPLAINT = {
  kind: 'product',
  complainant: { name: 'Nanyang Garments' },
  channel: 'phone',
  siteRegion: 'province',
  description: 'SECRET-description \u001b[2J',
  contact: { name: 'SECRET-name', phone: '+86 SECRET-phone' },
};

let data: ReturnType<typeof dataFolder>;
const running: RunningService[] = [];
const start = async (more: Record<string, string> = {}): Promise<RunningService> => {
  const service = await startService(data.path, more);
  running.push(service);
  return service;
};
beforeEach(() => {
  data = dataFolder();
});
afterEach(async () => {
  for (const service of running.splice(0)) {
    if (service.child.exitCode === null && service.child.signalCode === null) await service.stop('SIGKILL');
  }
  data.remove();
});

const post = (service: RunningService, path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(service.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${service.token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const get = (service: RunningService, path: string, token = service.token) =>
  fetch(service.url + path, { headers: { authorization: `Bearer ${token}` } });

describe('the service as a process', { timeout: 120_000 }, () => {
  it('says at its first start how to get in, and what it says works', async () => {
    const first = await start();
    const [, body = ''] = /-d '(\{.*\})'/.exec(first.output()) ?? [];
    const made = await post(first, '/v1/complaints?wait=number', JSON.parse(body));
    expect(made.status).toBe(201);
    expect((await get(first, '/v1/deadlines')).status).toBe(200);
    expect((await fetch(`${first.url}/reference`)).status).toBe(200);
    expect(await first.stop()).toBe(0);

    const second = await start();
    expect(second.token).toBe('');
    expect(second.output()).toContain('token create');
    expect((await get(second, '/v1/me', first.token)).status).toBe(200);
    expect(await second.stop('SIGINT')).toBe(0);
  });

  it('loses nothing that it acknowledged when it is stopped under load', async () => {
    const service = await start();
    const acknowledged: string[] = [];
    let stopped = false;
    const client = async () => {
      while (!stopped) {
        try {
          const answer = await post(service, '/v1/complaints', COMPLAINT);
          if (answer.status === 201) acknowledged.push(((await answer.json()) as { id: string }).id);
          else await answer.arrayBuffer();
        } catch {
          // Refused or cut off: it was not acknowledged.
          stopped = true;
        }
      }
    };
    const clients = Array.from({ length: 16 }, client);
    while (acknowledged.length < 200) await sleep(10);
    expect(await service.stop()).toBe(0);
    stopped = true;
    await Promise.all(clients);

    const again = await start();
    const { token } = service;
    for (const id of acknowledged) {
      const answer = await get(again, `/v1/complaints/${id}`, token);
      expect([id, answer.status]).toEqual([id, 200]);
      await answer.arrayBuffer();
    }
    expect(await again.stop()).toBe(0);
  });

  it('ends listeners and idle connections when it stops', async () => {
    const service = await start();
    const feed = await get(service, '/v1/events');
    const idle = connect(Number(new URL(service.url).port), '127.0.0.1');
    await new Promise(resolve => idle.once('connect', resolve));
    const ended = feed.text();
    expect(await service.stop()).toBe(0);
    expect(await ended).toContain(': listening');
    idle.destroy();
  });

  it('ends at once at a second signal', async () => {
    const service = await start({ REDRESS_SHUTDOWN_TIMEOUT: '60000' });
    // A request that never comes to its end keeps the first from ending.
    const slow = connect(Number(new URL(service.url).port), '127.0.0.1');
    slow.on('error', () => {});
    slow.write(
      `POST /v1/complaints HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${service.token}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"kind"',
    );
    await sleep(300);
    service.child.kill('SIGTERM');
    await sleep(300);
    expect(service.child.exitCode).toBeNull();
    expect(await service.stop('SIGTERM')).toBe(1);
    slow.destroy();
  });

  it('ends by itself when stopping takes longer than the setting allows', async () => {
    const service = await start({ REDRESS_SHUTDOWN_TIMEOUT: '500' });
    const slow = connect(Number(new URL(service.url).port), '127.0.0.1');
    slow.on('error', () => {});
    slow.write(
      `POST /v1/complaints HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${service.token}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"kind"',
    );
    await sleep(300);
    expect(await service.stop()).toBe(1);
    expect(service.output()).toContain('stopping took too long');
    slow.destroy();
  });

  it('is reached by the command line while it runs, and shows a case as a person reads it', async () => {
    const service = await start();
    const made = (await (await post(service, '/v1/complaints?wait=number', COMPLAINT)).json()) as {
      number: string;
    };
    const shown = await redress(data.path, ['show', made.number]);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain(`${made.number}  complaint, received`);
    expect(shown.stdout).toContain('ComplaintReceived');
    expect(shown.stdout).toContain('SECRET-description \\u001b[2J');
    expect(shown.stdout).toMatch(/firstReply\s+due \d{4}-\d\d-\d\d \d\d:\d\d\s+running/);

    const token = await redress(data.path, ['token', 'create', '--name', 'Li', '--role', 'agent', '--json']);
    expect((await get(service, '/v1/me', JSON.parse(token.stdout).token)).status).toBe(200);
    expect((await redress(data.path, ['rebuild'])).code).toBe(0);
    expect((await get(service, `/v1/cases/${made.number}`)).status).toBe(200);
  });

  it('does not start twice on one folder', async () => {
    await start();
    const { code, stderr } = await redress(data.path, ['serve']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^redress: the data folder .* is in use by process \d+/);
  });

  it('says that its port is taken in one sentence', async () => {
    const service = await start();
    const other = dataFolder();
    try {
      const { code, stderr } = await redress(other.path, ['serve'], {
        REDRESS_PORT: new URL(service.url).port,
      });
      expect(code).toBe(1);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).toContain('REDRESS_PORT');
    } finally {
      other.remove();
    }
  });

  it('warns of a variable that means nothing, and never logs a name, a word or a token', async () => {
    const service = await start({ REDRESS_PROT: '1', REDRESS_LOG_LEVEL: 'trace' });
    await post(service, '/v1/complaints', COMPLAINT);
    await get(service, '/v1/cases?customerName=SECRET-query');
    await get(service, '/v1/me', 'rdr_SECRET-token');
    expect(await service.stop()).toBe(0);
    const lines = service
      .output()
      .split('\n')
      .filter(line => line.startsWith('{'));
    expect(lines.some(line => line.includes('REDRESS_PROT') && line.includes('REDRESS_PORT'))).toBe(true);
    expect(lines.filter(line => line.includes('"msg":"request"')).length).toBeGreaterThanOrEqual(3);
    expect(lines.join('\n')).not.toMatch(/SECRET|rdr_/);
  });
});
