import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { systemClock } from '../clock.ts';
import { writeCompiled } from '../compile-cache.ts';
import { type Config, loadConfig, unknownVariables } from '../config.ts';
import { type House, openHouse } from '../engine/open-house.ts';
import type { ApiRoute } from '../http/api-route.ts';
import { isLeftByClient } from '../store/eventstoredb/left-rejection.ts';
import { serveLocalSocket } from '../store/local-socket.ts';
import { openSpans } from '../telemetry/open-spans.ts';
import { addressTrouble } from './address-trouble.ts';
import { openPatiently } from './open-patiently.ts';
import { reported } from './reported.ts';
import { serviceLog } from './service-log.ts';

/** `redress serve`: the service, until it is told to stop. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('Start the service')
    .action(() => reported(() => serve(loadConfig(process.env))));
}

async function serve(config: Config): Promise<void> {
  const log = serviceLog(config);
  for (const { name, didYouMean } of unknownVariables(process.env)) {
    log.warn(
      { variable: name, ...(didYouMean === undefined ? {} : { didYouMean }) },
      'this variable means nothing here',
    );
  }
  const spans = await openSpans(config, log);
  let firstToken: string | undefined;
  let isNew = false;
  const house = await openPatiently(
    async () => {
      const opened = await openHouse(config, { clock: systemClock, log, spans });
      try {
        // What a try began that was cut off, the next one finishes.
        isNew ||= opened.directory.userIds().length === 0;
        if (isNew) firstToken = await (await import('./first-user.ts')).firstUser(opened);
        return opened;
      } catch (error) {
        await opened.close();
        throw error;
      }
    },
    { config, log },
  );
  try {
    const { url, stopped } = await serveHouse(house, config, log);
    process.stdout.write(welcome(url, firstToken));
    writeCompiled();
    await stopped;
  } finally {
    await house.close();
    await spans?.close();
    log.flush();
  }
}

/** Serves a house that is open, over HTTP and the local socket; `stopped` is done when it was asked to stop and has. */
export async function serveHouse(
  house: House,
  config: Config,
  log: Logger = serviceLog(config),
  moreRoutes: readonly ApiRoute[] = [],
): Promise<{ readonly url: string; readonly stopped: Promise<void> }> {
  // Loaded now: what fell due while the service was down does not wait for it.
  const { buildHttp } = await import('../http/server.ts');
  const { operationNamed } = await import('./operations.ts');
  const { app, beginStopping } = await buildHttp(house, config, log, moreRoutes);
  const local = await serveLocalSocket(house.folder, (method, params, emit, signal) =>
    operationNamed(method)(house, params, emit, signal, config.timeZone),
  );
  const url = await listen(app, config).catch(async error => {
    await app.close();
    await local.close();
    throw error;
  });
  const stopped = untilSignalled(log).then(async signal => {
    log.info({ signal }, 'stopping: what was taken is finished');
    beginStopping();
    const late = setTimeout(() => {
      log.error(
        { shutdownTimeoutMs: config.shutdownTimeoutMs },
        'stopping took too long: the process ends now',
      );
      process.exit(1);
    }, config.shutdownTimeoutMs);
    await app.close();
    await local.close();
    clearTimeout(late);
  });
  return { url, stopped };
}

/** @throws Error that names the setting to change */
async function listen(app: FastifyInstance, { host, port }: Config): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    throw addressTrouble(error, { host, port });
  }
}

/** The first SIGTERM or SIGINT; a second one ends the process at once. */
function untilSignalled(log: Logger): Promise<NodeJS.Signals> {
  return new Promise(resolve => {
    const heard = (signal: NodeJS.Signals): void => {
      process.off('SIGTERM', heard);
      process.off('SIGINT', heard);
      process.once('SIGTERM', () => process.exit(1));
      process.once('SIGINT', () => process.exit(1));
      resolve(signal);
    };
    process.on('SIGTERM', heard);
    process.on('SIGINT', heard);
    process.on('unhandledRejection', async error => {
      if (isLeftByClient(error)) return;
      log.fatal(
        { err: error },
        'an unhandled rejection: the process ends, as its state is not known any more',
      );
      await sleep(50);
      process.exit(1);
    });
  });
}

function welcome(url: string, token: string | undefined): string {
  const how =
    token === undefined
      ? 'Get in with a token: `npm run -s redress -- token create --name "…" --role agent` makes one.\n'
      : `The first user's token, shown this once (roles admin, agent, lead, qa):

  TOKEN=${token}

Take a complaint in:

  curl -s '${url}/v1/complaints?wait=number' -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
    -d '{"kind":"product","complainant":{"name":"Nanyang Garments"},"channel":"phone","siteRegion":"province","description":"The slider comes off."}'

and see what was promised:

  curl -s ${url}/v1/deadlines -H "Authorization: Bearer $TOKEN"
`;
  return `\nRedress serves ${url} – open ${url}/reference for everything it can do.\n${how}\n`;
}
