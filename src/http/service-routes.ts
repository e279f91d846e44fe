import { z } from 'zod';
import { type ApiRoute, apiRoute } from './api-route.ts';
import type { HttpEngine } from './engine-port.ts';
import type { HttpMetrics } from './http-metrics.ts';
import { positionToken } from './position-token.ts';

const readinessSchema = z.object({
  ready: z.boolean(),
  reasons: z.array(z.string()).meta({ description: 'What is wrong, and what to do about it.' }),
  warnings: z.array(z.string()),
  projections: z.array(
    z.object({
      projection: z.string(),
      position: z.string(),
      behindEvents: z.int(),
      faulted: z.object({ position: z.string(), message: z.string() }).optional(),
    }),
  ),
});

/** Health and figures, for machines that watch: without a token, and nothing of any case in them. */
export function serviceRoutes(parts: {
  readonly engine: HttpEngine;
  readonly metrics: HttpMetrics;
  readonly isStopping: () => boolean;
}): readonly ApiRoute[] {
  const { engine, metrics, isStopping } = parts;
  return [
    apiRoute({
      method: 'GET',
      url: '/health/live',
      operationId: 'health.live',
      tag: 'service',
      summary: 'Whether the process answers at all',
      access: 'public',
      quiet: true,
      success: { status: 200, description: 'It does.', schema: z.object({ live: z.literal(true) }) },
      problems: [],
      handle: async () => ({ status: 200, body: { live: true } }),
    }),
    apiRoute({
      method: 'GET',
      url: '/health/ready',
      operationId: 'health.ready',
      tag: 'service',
      summary: 'Whether the service can do its work now: 200 or, with the reasons, 503',
      access: 'public',
      quiet: true,
      success: {
        status: 200,
        description: 'It can; 503 with the same body if not.',
        schema: readinessSchema,
      },
      problems: [],
      async handle() {
        const { ready, reasons, warnings, projections } = await engine.ready();
        const stopping = isStopping();
        return {
          status: ready && !stopping ? 200 : 503,
          body: {
            ready: ready && !stopping,
            reasons: stopping ? ['the service is stopping', ...reasons] : reasons,
            warnings,
            projections: projections.map(({ projection, position, behindEvents, faulted }) => ({
              projection,
              position: positionToken(engine.store, position),
              behindEvents,
              ...(faulted === undefined
                ? {}
                : { faulted: { ...faulted, position: positionToken(engine.store, faulted.position) } }),
            })),
          },
        };
      },
    }),
    apiRoute({
      method: 'GET',
      url: '/metrics',
      operationId: 'metrics',
      tag: 'service',
      summary: 'Figures in the format of Prometheus',
      access: 'public',
      quiet: true,
      success: { status: 200, description: 'The figures.', mediaType: 'text/plain' },
      problems: [],
      handle: async () => ({
        status: 200,
        headers: { 'content-type': metrics.contentType },
        body: await metrics.text(),
      }),
    }),
  ];
}
