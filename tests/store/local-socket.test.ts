import { cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callLocalSocket } from '../../src/store/local-call.ts';
import { type LocalHandler, type LocalSocketServer, serveLocalSocket } from '../../src/store/local-socket.ts';
import { clearSocketAddress, publishedSocketAddress } from '../../src/store/socket-address.ts';
import { startProcess } from './processes/start-process.ts';

const handler: LocalHandler = async (method, params, emit, signal) => {
  switch (method) {
    case 'echo':
      return params;
    case 'count':
      for (const number of [1, 2, 3]) emit({ number });
      return 'counted';
    case 'break':
      throw new RangeError('too far');
    case 'unspeakable':
      return 1n;
    case 'wait':
      await new Promise<void>(resolve => {
        emit('waiting');
        signal.addEventListener('abort', () => resolve());
      });
      return 'stopped';
    default:
      return undefined;
  }
};

describe.each([
  ['a short path', 'data'],
  ['a path longer than a socket can have', 'd'.repeat(120)],
])('the local socket of a folder with %s', (_, name) => {
  let parent: string;
  let folder: string;
  let server: LocalSocketServer;
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'redress-socket-test-'));
    folder = join(parent, name);
    await mkdir(folder, { mode: 0o700 });
    server = await serveLocalSocket(folder, handler);
  });
  afterEach(async () => {
    await server.close();
    await rm(parent, { recursive: true });
  });

  it('answers with what the handler returns', async () => {
    const params = { text: '链\n', list: [1, null] };
    expect(await callLocalSocket(folder, 'echo', params)).toEqual(params);
    expect(await callLocalSocket(folder, 'nothing', {})).toBe(null);
  });

  it('tells whoever waits, and hears of no progress, that it is worked on', async () => {
    const busy = join(parent, 'busy');
    await mkdir(busy, { mode: 0o700 });
    let answer = (): void => {};
    const waiting = new Promise<void>(resolve => {
      answer = resolve;
    });
    const serving = await serveLocalSocket(busy, () => waiting.then(() => 'at last'), 5);
    const told: unknown[] = [];
    const called = callLocalSocket(busy, 'long', {}, { onProgress: progress => told.push(progress) });
    const watcher = createConnection(String(publishedSocketAddress(busy)));
    watcher.write('{"method":"long","params":null}\n');
    let heard = '';
    while (!heard.includes('{"alive":true}\n{"alive":true}\n')) {
      heard += await new Promise<string>(resolve => watcher.once('data', chunk => resolve(String(chunk))));
    }
    answer();
    expect(await called).toBe('at last');
    expect(told).toEqual([]);
    watcher.destroy();
    await serving.close();
  });

  it('answers many at once, each its own', async () => {
    const numbers = Array.from({ length: 30 }, (_, number) => number);
    expect(await Promise.all(numbers.map(number => callLocalSocket(folder, 'echo', number)))).toEqual(
      numbers,
    );
  });

  it('carries answers of many megabytes', async () => {
    const text = '链'.repeat(3_000_000);
    expect(await callLocalSocket(folder, 'echo', text)).toBe(text);
  });

  it('tells progress before the answer', async () => {
    const told: unknown[] = [];
    const result = await callLocalSocket(folder, 'count', {}, { onProgress: step => told.push(step) });
    expect([...told, result]).toEqual([{ number: 1 }, { number: 2 }, { number: 3 }, 'counted']);
  });

  it('tells what the handler threw', async () => {
    const refused = { reason: 'refused', remoteName: 'RangeError', message: 'too far' };
    await expect(callLocalSocket(folder, 'break', {})).rejects.toMatchObject(refused);
    await expect(callLocalSocket(folder, 'unspeakable', {})).rejects.toMatchObject({ reason: 'refused' });
  });

  it('gives up waiting when there is no sign of life', async () => {
    const options = { timeoutMs: 50 };
    await expect(callLocalSocket(folder, 'wait', {}, options)).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('answers the calls that run before it closes, then nobody listens', async () => {
    let closing: Promise<void> | undefined;
    const onProgress = () => {
      closing = server.close();
    };
    expect(await callLocalSocket(folder, 'wait', {}, { onProgress })).toBe('stopped');
    await closing;
    await expect(callLocalSocket(folder, 'echo', 1)).rejects.toMatchObject({ reason: 'nobodyListens' });
    expect(publishedSocketAddress(folder)).toBe(undefined);
  });

  it('is not asked by who asks a copy of the folder, and is not taken away with that', async () => {
    const copy = await mkdtemp(join(tmpdir(), 'redress-copy-'));
    await cp(join(folder, 'socket-address'), join(copy, 'socket-address'));
    await expect(callLocalSocket(copy, 'echo', 1)).rejects.toMatchObject({ reason: 'nobodyListens' });
    clearSocketAddress(copy);
    expect(await callLocalSocket(folder, 'echo', 1)).toBe(1);
    await rm(copy, { recursive: true });
  });

  it('survives callers that say nothing, say nonsense, or go away', async () => {
    const address = publishedSocketAddress(folder) ?? '';
    const silent = createConnection(address);
    await new Promise(resolve => silent.once('connect', resolve));
    const gone = createConnection(address, () => {
      gone.write('{"method":"wait","params":0}\n');
      gone.destroy();
    });
    await new Promise(resolve => gone.once('close', resolve));
    const nonsense = await new Promise<string>(resolve => {
      const socket = createConnection(address, () => socket.write('GET / HTTP/1.1\r\n\r\n'));
      socket.once('data', data => resolve(String(data)));
    });
    expect(JSON.parse(nonsense)).toMatchObject({ error: { name: 'SyntaxError' } });
    expect(await callLocalSocket(folder, 'echo', 1)).toBe(1);
  });

  it.skipIf(process.platform === 'win32')('can be opened by its owner alone', async () => {
    expect((await stat(publishedSocketAddress(folder) ?? '')).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'socket-address'))).mode & 0o777).toBe(0o600);
  });
});

describe('the local socket of a folder that is named as its temporary folders are', () => {
  it('takes nothing with it but itself', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'redress-'));
    await writeFile(join(folder, 'events.db'), 'all that was ever said');
    const server = await serveLocalSocket(folder, handler);
    expect(publishedSocketAddress(folder)).toBe(join(folder, 'local.sock'));
    await server.close();
    expect(await readdir(folder)).toEqual(['events.db']);
    await rm(folder, { recursive: true });
  });
});

describe('the local socket of a service that was killed', () => {
  let folder: string;
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'redress-socket-test-')), 'd'.repeat(120));
    await mkdir(folder);
    const service = await startProcess('serve-socket.ts', [folder]);
    expect(await service.nextLine()).toBe('listening');
    expect(await callLocalSocket(folder, 'pid', {})).toBe(service.pid);
    await service.kill();
  });
  afterEach(async () => {
    clearSocketAddress(folder);
    await rm(join(folder, '..'), { recursive: true });
  });

  it('has nobody who listens', async () => {
    await expect(callLocalSocket(folder, 'pid', {})).rejects.toMatchObject({ reason: 'nobodyListens' });
  });

  it('gives way to the next, and leaves nothing in the temporary folder', async () => {
    const left = publishedSocketAddress(folder) ?? '';
    expect(left).toMatch(/local\.sock$/);
    const server = await serveLocalSocket(folder, async () => 'the next');
    expect(await callLocalSocket(folder, 'who', {})).toBe('the next');
    await expect(stat(join(left, '..'))).rejects.toMatchObject({ code: 'ENOENT' });
    await server.close();
  });

  it('loses a call that it was killed in', async () => {
    const service = await startProcess('serve-socket.ts', [folder]);
    await service.nextLine();
    const call = callLocalSocket(folder, 'wait', {}, { onProgress: () => service.kill() });
    await expect(call).rejects.toMatchObject({ reason: 'lost' });
  });
});
