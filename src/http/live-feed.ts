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
/** Appends that come close together are told together. */
const GATHER_MS = 50;
/** Listeners that are up to date ask for the same page: it is read and written out once. */
const REMEMBERED_PAGES = 32;

export interface LiveFeed {
  readonly route: ApiRoute;
  /** Ends every listener's answer: the service stops. */
  close(): void;
}

interface FeedPage {
  readonly text: string;
  /** Where the next one begins: the page's own start, when there is nothing yet. */
  readonly next: Position;
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
    return `id: ${positionToken(store, event.position)}\nevent: changed\ndata: ${data}\n\n`;
  };

  const pages = new Map<Position, Promise<FeedPage>>();
  const pageAfter = (position: Position): Promise<FeedPage> => {
    const known = pages.get(position);
    if (known !== undefined) return known;
    const page = readPage(position);
    pages.set(position, page);
    for (const oldest of pages.keys()) {
      if (pages.size <= REMEMBERED_PAGES) break;
      pages.delete(oldest);
    }
    return page;
  };
  const readPage = async (position: Position): Promise<FeedPage> => {
    let full = false;
    try {
      const events = await store.readAll(position, PAGE_EVENTS);
      full = events.length === PAGE_EVENTS;
      return {
        text: events.flatMap(event => lineOf(event) ?? []).join(''),
        next: events.at(-1)?.position ?? position,
      };
    } finally {
      // One that is not full may be longer the next time.
      if (!full) setImmediate(() => pages.delete(position));
    }
  };

  let news = Promise.withResolvers<void>();
  let gathering: NodeJS.Timeout | undefined;
  const unsubscribe = store.onAppended(() => {
    if (listeners.size === 0) return;
    gathering ??= setTimeout(() => {
      gathering = undefined;
      news.resolve();
      news = Promise.withResolvers();
    }, GATHER_MS);
  });

  const serve = async (response: ServerResponse, from: Position, signal: AbortSignal): Promise<void> => {
    const write = async (text: string): Promise<void> => {
      if (text !== '' && !response.write(text)) await once(response, 'drain', { signal });
    };
    let position = from;
    let heartAt = Date.now() + HEARTBEAT_MS;
    await write(': listening\n\n');
    while (!signal.aborted) {
      // Taken before the page is read: what is appended meanwhile is not missed.
      const { promise: more } = news;
      const page = await pageAfter(position);
      if (page.next !== position) {
        position = page.next;
        await write(page.text);
        continue;
      }
      await firstOf(more, Math.max(heartAt - Date.now(), 0), signal);
      if (Date.now() < heartAt) continue;
      heartAt = Date.now() + HEARTBEAT_MS;
      await write(': still here\n\n');
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
      const from = last === undefined ? await store.head() : readPositionToken(store, last, 'Last-Event-ID');
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
      unsubscribe();
      clearTimeout(gathering);
      for (const listener of listeners) listener.abort();
    },
  };
}

/** Until there is news, some time is over, or the listener is gone; nothing of the others is left waiting. */
async function firstOf(news: Promise<void>, ms: number, signal: AbortSignal): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  const gone = (): void => over.resolve();
  signal.addEventListener('abort', gone);
  if (signal.aborted) gone();
  await Promise.race([news, over.promise]);
  clearTimeout(timer);
  signal.removeEventListener('abort', gone);
}
