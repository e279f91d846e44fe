import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { categoryOf, type Position, type RecordedEvent, uuidOf } from '../../domain/log/envelope.ts';
import { type ApiRoute, apiRoute } from './api-route.ts';
import { READERS } from './authentication.ts';
import type { HttpEngine } from './engine-port.ts';
import type { HttpMetrics } from './http-metrics.ts';
import { positionToken, readPositionToken } from './position-token.ts';
import { ProblemError } from './problems.ts';

const HEARTBEAT_MS = 15_000;
const PAGE_EVENTS = 500;

export interface LiveFeed {
  readonly route: ApiRoute;
  /** Ends every listener's answer: the service stops. */
  close(): void;
}

/** Server-sent events for what changes in cases: types and ids, nothing personal. Each listener reads the log at its own pace. */
export function liveFeed(parts: {
  readonly engine: HttpEngine;
  readonly metrics: HttpMetrics;
  readonly maxClients: number;
}): LiveFeed {
  const { engine, metrics, maxClients } = parts;
  const { store, lifecycles } = engine;
  const names = new Map(lifecycles.map(({ category, name }) => [category, name] as const));
  const listeners = new Set<AbortController>();

  const lineOf = (event: RecordedEvent): string | undefined => {
    const lifecycle = names.get(categoryOf(event.streamId));
    if (lifecycle === undefined) return undefined;
    const { type, revision } = event;
    const data = JSON.stringify({ lifecycle, caseId: uuidOf(event.streamId), type, revision });
    return `id: ${positionToken(store.logId, event.position)}\nevent: changed\ndata: ${data}\n\n`;
  };

  const serve = async (response: ServerResponse, from: Position, signal: AbortSignal): Promise<void> => {
    const write = async (text: string): Promise<void> => {
      if (text !== '' && !response.write(text)) await once(response, 'drain', { signal });
    };
    let grown: (() => void) | undefined;
    const stop = store.onAppended(() => grown?.());
    try {
      let position = from;
      let heartAt = Date.now() + HEARTBEAT_MS;
      await write(': listening\n\n');
      while (!signal.aborted) {
        const waiting = new Promise<void>(resolve => {
          grown = resolve;
        });
        const events = await store.readAll(position, PAGE_EVENTS);
        position = events.at(-1)?.position ?? position;
        await write(events.flatMap(event => lineOf(event) ?? []).join(''));
        if (events.length > 0) continue;
        await Promise.race([waiting, pause(Math.max(heartAt - Date.now(), 0), signal)]);
        if (Date.now() < heartAt) continue;
        heartAt = Date.now() + HEARTBEAT_MS;
        await write(': still here\n\n');
      }
    } finally {
      stop();
    }
  };

  const route = apiRoute({
    method: 'GET',
    url: '/v1/events',
    operationId: 'events.listen',
    tag: 'service',
    summary: 'What changes, as it changes: server-sent events',
    description:
      'Each event names the case, its lifecycle and the type of what happened; its id is a position. `Last-Event-ID` ' +
      '(or `after`) goes on from there; without it only what is new is told.',
    access: READERS,
    query: z.strictObject({ after: z.string().max(200).optional() }),
    headers: ['Last-Event-ID'],
    success: { status: 200, description: 'The events.', mediaType: 'text/event-stream' },
    problems: ['foreignPosition', 'tooManyListeners'],
    async handle({ request, reply, query }) {
      const header = request.headers['last-event-id'];
      const last = typeof header === 'string' ? header : query.after;
      const from =
        last === undefined ? await store.head() : readPositionToken(store.logId, last, 'Last-Event-ID');
      if (listeners.size >= maxClients) throw new ProblemError('tooManyListeners');
      const gone = new AbortController();
      listeners.add(gone);
      metrics.listeners(listeners.size);
      reply.hijack();
      const response = reply.raw;
      response.on('close', () => gone.abort());
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        'x-request-id': request.id,
      });
      serve(response, from, gone.signal)
        .catch(error => {
          if (!gone.signal.aborted) request.log.warn({ err: error }, 'a listener was cut off');
        })
        .finally(() => {
          listeners.delete(gone);
          metrics.listeners(listeners.size);
          response.end();
        });
      return undefined;
    },
  });
  return {
    route,
    close() {
      for (const listener of listeners) listener.abort();
    },
  };
}

/** Some time, or until the listener is gone. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
