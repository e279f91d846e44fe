import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Ask, asker, COMPLAINT, type HttpHouse, httpHouse, type Person, receive } from './http-house.ts';

interface Told {
  readonly id: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

let server: HttpHouse;
let url: string;
let person: Person;
let agent: Ask;
beforeEach(async () => {
  server = await httpHouse({ REDRESS_LIVE_CLIENTS: '2' });
  person = await server.person('agent');
  agent = asker(server.app, person.token);
  url = await server.app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(() => server.close());

/** Listens as a browser does; `next` waits for the next event. */
async function listen(headers: Record<string, string> = {}, query = '') {
  const gone = new AbortController();
  const response = await fetch(`${url}/v1/events${query}`, {
    headers: { authorization: `Bearer ${person.token}`, ...headers },
    signal: gone.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let ended = false;
  const next = async (): Promise<Told | undefined> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const fields = Object.fromEntries(
          lines.filter(line => !line.startsWith(':')).map(line => line.split(': ', 2)),
        );
        if (fields.data === undefined) continue;
        const data = lines.find(line => line.startsWith('data: '))?.slice(6) ?? '{}';
        return { id: fields.id ?? '', event: fields.event ?? '', data: JSON.parse(data) };
      }
      const read = await reader?.read();
      if (read === undefined || read.done) {
        ended = true;
        return undefined;
      }
      text += read.value;
    }
  };
  return { response, next, leave: () => gone.abort(), hasEnded: () => ended };
}

describe('the live feed', () => {
  it('tells what changes from now on: case, lifecycle and type, nothing personal', async () => {
    await receive(agent);
    const { response, next, leave } = await listen();
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const id = await receive(agent, { description: 'Secret-Words' });
    const told = await next();
    expect(told).toMatchObject({
      event: 'changed',
      data: { caseId: id, lifecycle: 'complaint', type: 'ComplaintReceived', revision: 0 },
    });
    expect(JSON.stringify(told)).not.toContain('Secret');
    leave();
  });

  it('goes on after the last event that was seen, and leaves none out', async () => {
    const first = await listen();
    const id = await receive(agent);
    const seen: (Told | undefined)[] = [await first.next(), await first.next()];
    first.leave();
    await agent('POST', `/v1/complaints/${id}/add-note`, { text: 'meanwhile' });
    const second = await listen({ 'last-event-id': seen[1]?.id ?? '' });
    for (let more = 0; more < 4; more++) seen.push(await second.next());
    expect(seen.map(told => told?.data.revision)).toEqual([0, 1, 2, 3, 4, 5]);
    second.leave();
  });

  it('begins after a position, like a query', async () => {
    const made = await agent('POST', '/v1/complaints', COMPLAINT);
    const { next, leave } = await listen({}, `?after=${made.body.position}`);
    const id = await receive(agent);
    expect((await next())?.data.caseId).toBe(id);
    leave();
  });

  it('tells every listener the same', async () => {
    const listeners = [await listen(), await listen()];
    const id = await receive(agent);
    for (const { next, leave } of listeners) {
      expect((await next())?.data.caseId).toBe(id);
      leave();
    }
  });

  it('refuses a position that is none, and listeners beyond its bound', async () => {
    expect((await listen({ 'last-event-id': 'nonsense' })).response.status).toBe(400);
    const [one, two] = [await listen(), await listen()];
    const third = await listen();
    expect(third.response.status).toBe(503);
    expect(await third.response.headers.get('retry-after')).not.toBeNull();
    one.leave();
    for (;;) {
      const again = await listen();
      if (again.response.status === 200) {
        again.leave();
        break;
      }
      await sleep(10);
    }
    two.leave();
  });

  it('ends when the service stops', async () => {
    const { next } = await listen();
    server.beginStopping();
    expect(await next()).toBeUndefined();
  });
});
