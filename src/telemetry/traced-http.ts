import type { FastifyInstance, FastifyRequest } from 'fastify';
import { traceparentOf } from '../http/request-headers.ts';
import type { OpenSpan, Spans } from './spans.ts';

/** A span for each request, by its route's pattern: neither an address as it was typed nor a query is in it. */
export function traceRequests(app: FastifyInstance, spans: Spans): void {
  const open = new WeakMap<FastifyRequest, OpenSpan>();
  app.addHook('onRequest', (request, _reply, done) => {
    const { url: route = 'none', config } = request.routeOptions;
    if (config.quiet === true) return done();
    const span = spans.start({
      name: `${request.method} ${route}`,
      kind: 'server',
      parent: { traceparent: traceparentOf(request) },
      attributes: { 'http.request.method': request.method, 'http.route': route },
    });
    open.set(request, span);
    spans.within(span, done);
  });
  // The body came by the socket's own events, which are no part of the span.
  app.addHook('preValidation', (request, _reply, done) => {
    const span = open.get(request);
    if (span === undefined) return done();
    spans.within(span, done);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const span = open.get(request);
    span?.set({ 'http.response.status_code': reply.statusCode });
    if (reply.statusCode >= 500) span?.fail(String(reply.statusCode));
    span?.end();
    done();
  });
}
