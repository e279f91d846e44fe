import { DEFAULT_TEAM_ID } from '../../../domain/log/fixed-streams.ts';
import { operations } from '../../../src/cli/operations.ts';
import { serviceLog } from '../../../src/cli/service-log.ts';
import { systemClock } from '../../../src/clock.ts';
import { loadConfig } from '../../../src/config.ts';
import { openHouse } from '../../../src/engine/open-house.ts';
import { type ApiRoute, apiRoute } from '../../../src/http/api-route.ts';
import { buildHttp } from '../../../src/http/server.ts';

/**
 * The service as its environment configures it, with one more route: the one that takes complaints in, with all that
 * comes before and after it, but a handler that stores nothing and answers as much. Prints where it listens and a
 * token as one JSON line on standard error: its log, a line a request, goes to standard output. Ends at SIGTERM.
 * `--no-tree`: no hash of the log is taken.
 */
const config = loadConfig(process.env);
const log = serviceLog(config);
const house = await openHouse(config, { clock: systemClock, log });
if (process.argv.includes('--no-tree')) await house.evidence.tree.close();
const { token } = await operations['token.create'](house, {
  name: 'Bench',
  roles: ['agent'],
  teamId: DEFAULT_TEAM_ID,
});

const { app, beginStopping } = await buildHttp(house, config, log, [await storingNothing()]);
const url = await app.listen({ host: config.host, port: config.port });
process.stderr.write(`${JSON.stringify({ url, token })}\n`);
process.once('SIGTERM', async () => {
  beginStopping();
  await app.close();
  await house.close();
});

async function storingNothing(): Promise<ApiRoute> {
  // Another server, for its table of routes alone.
  const { app: unused, routes } = await buildHttp(house, config, log);
  await unused.close();
  const receive = routes.find(({ method, url }) => method === 'POST' && url === '/v1/complaints');
  if (receive === undefined) throw new Error('there is no route that takes complaints in');
  const { access, query, body } = receive;
  return apiRoute({
    method: 'POST',
    url: '/v1/nothing',
    operationId: 'bench.nothing',
    tag: 'bench',
    summary: 'Stores nothing',
    access,
    ...(query === undefined ? {} : { query }),
    ...(body === undefined ? {} : { body }),
    success: { status: 201, description: 'Nothing was stored.' },
    problems: [],
    handle: async () => ({
      status: 201,
      headers: { etag: '"0"', location: '/v1/complaints/0' },
      body: ANSWER,
    }),
  });
}

/** As much as the route that stores answers with. */
const ANSWER = {
  id: '4d3b7a52-6f0e-4c57-9f4e-0d2a1c9b8e11',
  revision: 4,
  position: '0f0c8a0e-52a6-4d0c-8a43-5bd0a3f2f001.000000000123',
  events: ['ComplaintReceived', 'SlaClockStarted', 'SlaClockStarted', 'SlaClockStarted', 'SlaClockStarted'],
};
