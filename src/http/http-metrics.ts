import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { addEngineMetrics } from './engine-metrics.ts';
import type { HttpEngine } from './engine-port.ts';
import { addOutboxMetrics } from './outbox-metrics.ts';

export interface HttpMetrics {
  /** All figures as text in Prometheus' format, as they are now. */
  text(): Promise<string>;
  readonly contentType: string;
  /** `outcome` as in the command handler's answer. */
  countCommand(lifecycle: string, command: string, outcome: string): void;
  observeRequest(request: FastifyRequest, reply: FastifyReply): void;
  listeners(count: number): void;
  close(): void;
}

const LOOP_RESOLUTION_MS = 10;

/** The service's figures for Prometheus. Labels come from short fixed lists: no id, no name, no guessed path. */
export function createHttpMetrics(engine: HttpEngine): HttpMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 20 });
  const registers = [registry];
  const requests = new Histogram({
    name: 'redress_http_request_duration_seconds',
    help: 'How long requests took, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  });
  const commands = new Counter({
    name: 'redress_commands_total',
    help: 'Commands given over HTTP, by outcome',
    labelNames: ['lifecycle', 'command', 'outcome'],
    registers,
  });
  const appends = new Counter({
    name: 'redress_appends_total',
    help: 'Commits of appended events, a group of concurrent appends counted once',
    registers,
  });
  const unsubscribe = engine.store.onAppended(() => appends.inc());
  const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  delay.enable();
  new Gauge({
    name: 'redress_event_loop_delay_p99_seconds',
    help: 'p99 of the event loop delay since the last scrape',
    registers,
    collect() {
      // It measures from one look to the next, the time between two looks included.
      this.set(Math.max(0, delay.percentile(99) / 1e6 - LOOP_RESOLUTION_MS) / 1_000);
      delay.reset();
    },
  });
  new Gauge({
    name: 'redress_projection_behind_events',
    help: 'Events of the log that a projection has not seen yet',
    labelNames: ['projection'],
    registers,
    collect() {
      for (const { projection, behindEvents } of engine.views.status())
        this.set({ projection }, behindEvents);
    },
  });
  new Gauge({
    name: 'redress_projection_faulted',
    help: '1 for a projection that stopped at an event it could not take in',
    labelNames: ['projection'],
    registers,
    collect() {
      for (const { projection, faulted } of engine.views.status()) {
        this.set({ projection }, faulted === undefined ? 0 : 1);
      }
    },
  });
  addOutboxMetrics(registry, engine);
  const { refresh } = addEngineMetrics(registry, engine);
  const listening = new Gauge({ name: 'redress_live_clients', help: 'Clients of GET /v1/events', registers });

  return {
    contentType: registry.contentType,
    async text() {
      await refresh();
      return registry.metrics();
    },
    countCommand: (lifecycle, command, outcome) => commands.inc({ lifecycle, command, outcome }),
    observeRequest(request, reply) {
      const route = request.routeOptions.url ?? 'none';
      requests.observe(
        { method: request.method, route, status: reply.statusCode },
        (performance.now() - request.startedAt) / 1000,
      );
    },
    listeners: count => listening.set(count),
    close() {
      unsubscribe();
      delay.disable();
      registry.clear();
    },
  };
}
