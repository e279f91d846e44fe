import { randomUUID } from 'node:crypto';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Config } from '../config.ts';
import { traceRequests } from '../telemetry/traced-http.ts';
import { VERSION } from '../version.ts';
import type { ApiRoute } from './api-route.ts';
import { auditRoutes } from './audit-routes.ts';
import { bulkRoute } from './bulk-route.ts';
import { calendarRoutes } from './calendar-routes.ts';
import { anyCaseRoute, caseRoutes, promisesRoute } from './case-routes.ts';
import { commandRoutes } from './command-routes.ts';
import { deadlineRunRoutes } from './deadline-run-routes.ts';
import { directoryRoutes } from './directory-routes.ts';
import type { HttpEngine } from './engine-port.ts';
import { answerErrors, answerUnreadable, sendProblem } from './error-answers.ts';
import { evidenceRoutes } from './evidence-routes.ts';
import { followUpRoutes } from './follow-up-routes.ts';
import { createHttpMetrics } from './http-metrics.ts';
import { instantWriter } from './instants.ts';
import { parseJsonBody } from './json-body.ts';
import { liveFeed } from './live-feed.ts';
import { answerOtherMethods } from './method-not-allowed.ts';
import { notificationRoutes } from './notification-routes.ts';
import { openApiDocument } from './openapi.ts';
import { policyRoutes } from './policy-routes.ts';
import { privacyRoutes } from './privacy-routes.ts';
import { saneRequestId } from './request-headers.ts';
import { createRequestLimits } from './request-limits.ts';
import { logRequest } from './request-log.ts';
import { serveRoute } from './serve-route.ts';
import { serviceRoutes } from './service-routes.ts';
import { viewRoutes } from './view-routes.ts';

export type HttpConfig = Pick<
  Config,
  | 'timeZone'
  | 'rateLimit'
  | 'failureLimit'
  | 'bodyLimitBytes'
  | 'requestTimeoutMs'
  | 'waitTimeoutMs'
  | 'liveClients'
  | 'trustedProxies'
>;

const MAX_PARAM_LENGTH = 200;
const HEADERS_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 65_000;
const REAP_IDLE_MS = 50;
const REFERENCE_CSP =
  "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; img-src 'self' data:; " +
  "font-src 'self' data:; style-src 'self' 'unsafe-inline'";

export interface HttpServer {
  readonly app: FastifyInstance;
  /** Every operation, from which the routes and the reference were made. */
  readonly routes: readonly ApiRoute[];
  /** From here on it says that it is not ready, and ends what listens. */
  beginStopping(): void;
}

/** The interface of a house, ready to listen or to be injected into. */
export async function buildHttp(
  engine: HttpEngine,
  config: HttpConfig,
  log: FastifyBaseLogger,
  moreRoutes: readonly ApiRoute[] = [],
): Promise<HttpServer> {
  const { timeZone, waitTimeoutMs } = config;
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: config.bodyLimitBytes,
    requestTimeout: config.requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionTimeout: 0,
    http: { headersTimeout: HEADERS_TIMEOUT_MS },
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    trustProxy: config.trustedProxies.length === 0 ? false : [...config.trustedProxies],
    genReqId: request => saneRequestId(request.headers['x-request-id']) ?? randomUUID(),
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: false,
    clientErrorHandler: answerUnreadable,
    frameworkErrors: (_error, request, reply) => sendProblem(request, reply, 'noSuchResource'),
  });
  let stopping = false;
  const metrics = createHttpMetrics(engine);
  const write = instantWriter(timeZone);
  const feed = liveFeed({ engine, metrics, maxClients: config.liveClients });

  app.decorateRequest('logFields');
  app.decorateRequest('startedAt', 0);
  // With callbacks: a hook that returns a promise costs every request a turn.
  app.addHook('onRequest', (request, reply, done) => {
    request.logFields = {};
    request.startedAt = performance.now();
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    done();
  });
  if (engine.spans !== undefined) traceRequests(app, engine.spans);
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (reply.getHeader('cache-control') === undefined) reply.header('cache-control', 'no-store');
    if (stopping) reply.header('connection', 'close');
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    logRequest(request, reply);
    metrics.observeRequest(request, reply);
    done();
  });
  // A connection whose answer was on its way when the closing began is idle a moment later, and would stay.
  let reaper: NodeJS.Timeout | undefined;
  app.addHook('preClose', async () => {
    reaper = setInterval(() => app.server.closeIdleConnections(), REAP_IDLE_MS);
  });
  app.addHook('onClose', async () => {
    clearInterval(reaper);
    metrics.close();
  });
  answerErrors(app);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (_request: unknown, body: string | Buffer) =>
      parseJsonBody(typeof body === 'string' ? Buffer.from(body) : body),
  );

  const limits = await createRequestLimits(app, config);
  const routes: readonly ApiRoute[] = [
    ...engine.lifecycles.flatMap(lifecycle => [
      ...commandRoutes(lifecycle, { engine, metrics, write, waitTimeoutMs }),
      ...caseRoutes(lifecycle, { engine, write }),
    ]),
    bulkRoute({ engine, metrics, write, waitTimeoutMs }),
    anyCaseRoute({ engine, write }),
    promisesRoute({ engine, write }),
    ...viewRoutes({ engine, write, waitTimeoutMs }),
    ...followUpRoutes({ engine, write, waitTimeoutMs }),
    ...notificationRoutes({ engine, write, waitTimeoutMs }),
    ...directoryRoutes({ engine, write }),
    ...privacyRoutes({ engine, write }),
    ...calendarRoutes({ engine, write }),
    ...policyRoutes({ engine, write }),
    ...deadlineRunRoutes({ engine, write }),
    ...auditRoutes({ engine, write, timeZone }),
    ...evidenceRoutes({ engine, write, timeZone }),
    feed.route,
    ...serviceRoutes({ engine, metrics, isStopping: () => stopping }),
    ...moreRoutes,
  ];
  const finishMethods = answerOtherMethods(app);
  for (const route of routes) serveRoute(app, route, { engine, limits });
  finishMethods();

  // Made when it is asked for first: a start does not wait for it.
  let made: string | undefined;
  const openApi = (): string => {
    made ??= JSON.stringify(openApiDocument(routes, VERSION));
    return made;
  };
  const quiet = { config: { quiet: true } };
  app.get('/openapi.json', quiet, (_request, reply) => reply.type('application/json').send(openApi()));
  app.get('/', quiet, (_request, reply) => reply.redirect('/reference'));
  await app.register(swagger, {
    mode: 'static',
    specification: {
      document: { openapi: '3.1.0', info: { title: 'Redress', version: VERSION }, paths: {} },
    },
  });
  await app.register(swaggerUi, {
    routePrefix: '/reference',
    // Nothing is fetched from anywhere else, and nothing asked for over TLS that is served without.
    staticCSP: REFERENCE_CSP,
    uiConfig: { layout: 'BaseLayout', docExpansion: 'none', filter: true, validatorUrl: null },
    theme: { title: 'Redress' },
    transformSpecification: () => JSON.parse(openApi()),
    transformSpecificationClone: false,
  });
  return {
    app,
    routes,
    beginStopping() {
      stopping = true;
      feed.close();
    },
  };
}
