import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Logger } from 'pino';
import { DEFAULT_TEAM_ID } from '../../domain/log/fixed-streams.ts';
import { systemClock } from '../clock.ts';
import { type Config, loadConfig } from '../config.ts';
import { makeDemo } from '../demo/demo.ts';
import { emptyDemoFolder, madeUpDataOption, NotADemoFolderError } from '../demo/demo-folder.ts';
import { FastClock } from '../demo/fast-clock.ts';
import { LIVE_ROLES, type LiveCompany, type Staff, startCompany } from '../demo/live-company.ts';
import { type House, openHouse } from '../engine/open-house.ts';
import type { ApiRoute } from '../http/api-route.ts';
import { cliLog } from './cli-log.ts';
import { instant } from './instant-option.ts';
import { leadTeam, operations } from './operations.ts';
import { EXIT, reported } from './reported.ts';

/** Serves a house that is open, like `redress serve`; `stopped` is done when it was asked to stop and has. */
export type ServeHouse = (
  house: House,
  config: Config,
  log?: Logger,
  moreRoutes?: readonly ApiRoute[],
) => Promise<{ readonly url: string; readonly stopped: Promise<void> }>;

/** A Monday on which the year's holidays are known. */
const LIVE_FROM = Date.parse('2026-03-02T08:00:00+08:00');

interface DemoOptions {
  readonly data: string;
  readonly seed: number;
  readonly cases: number;
  readonly serve: boolean;
  readonly speed?: number;
  readonly from: number;
}

/** `redress demo`: a made-up history, served. */
export function demoCommand(serve: ServeHouse): Command {
  return new Command('demo')
    .description(
      'Make up a zipper maker’s last eight weeks, and serve them: a living system to look around in',
    )
    .addOption(madeUpDataOption('./data-demo'))
    .option('--seed <number>', 'another number, another history', wholeNumber(0, 2 ** 32 - 1), 1)
    .option('--cases <number>', 'how many complaints', wholeNumber(1, 20_000), 150)
    .option('--no-serve', 'make it and stop')
    .option(
      '--speed <factor>',
      'let the company go on working, so many times faster: at 1440 a day passes in a minute',
      wholeNumber(1, 100_000),
    )
    .addOption(
      new Option('--from <instant>', 'with --speed: the instant it begins at, with an offset')
        .argParser(instant)
        .default(LIVE_FROM, new Date(LIVE_FROM).toISOString()),
    )
    .action((options: DemoOptions) =>
      reported(async () => {
        process.exitCode = await demo(options, serve);
      }),
    );
}

async function demo(options: DemoOptions, serve: ServeHouse): Promise<number> {
  const { data, seed, cases, serve: isServed, speed, from } = options;
  const config: Config = {
    ...loadConfig(process.env),
    dataFolder: data,
    masterKeyFile: join(data, 'master.key'),
    checkpointKeyFile: join(data, 'checkpoint.key'),
    // What is made up is told to nobody.
    notifyUrl: 'none',
  };
  try {
    emptyDemoFolder(data, { seed, cases });
  } catch (error) {
    if (!(error instanceof NotADemoFolderError)) throw error;
    process.stderr.write(`redress: ${error.message}\n`);
    return EXIT.usage;
  }
  const fast = speed === undefined ? undefined : new FastClock(from, speed);
  const house = await openHouse(config, {
    clock: fast ?? systemClock,
    log: cliLog(),
    ...(fast === undefined ? {} : { alarm: fast.alarm }),
  });
  try {
    const { report, token } = await makeDemo(house, { seed, cases });
    const rows = report.rows.read.toLocaleString('en');
    process.stdout.write(
      `${report.cases} complaints, told in ${rows} rows, were imported into ${resolve(data)} in ${report.seconds.toFixed(1)} s.\n`,
    );
    if (!isServed) {
      process.stdout.write(`Serve them:  REDRESS_DATA=${data} npm start\nToken: ${token}\n`);
      return EXIT.ok;
    }
    const { url, stopped } = await serve(house, config);
    process.stdout.write(welcome(url, token));
    const company = fast === undefined ? undefined : await live(house, fast, seed);
    await stopped;
    await company?.stop();
    return EXIT.ok;
  } finally {
    await house.close();
  }
}

/** The company goes on working, in fast time. */
async function live(house: House, clock: FastClock, seed: number): Promise<LiveCompany> {
  const staff: Record<string, Staff[string]> = {};
  for (const role of LIVE_ROLES) {
    const { userId } = await operations['token.create'](house, {
      name: `Demo ${role}`,
      roles: [role],
      teamId: DEFAULT_TEAM_ID,
      label: 'demo',
    });
    staff[role] = { userId, teamId: DEFAULT_TEAM_ID };
  }
  await leadTeam(house, DEFAULT_TEAM_ID, staff.lead?.userId ?? '');
  clock.start();
  return startCompany({ house, clock, seed, staff, tell: line => process.stdout.write(`${line}\n`) });
}

/** What to open, and some questions to ask. */
function welcome(url: string, token: string): string {
  const ask = (path: string) => `  curl -s -H "Authorization: Bearer $TOKEN" '${url}${path}'`;
  return `
Open ${url}/reference for everything it can do. All of it asks for a token:

  TOKEN=${token}

Some questions:

# how many complaints, and a page of them
${ask('/v1/case-counts')}
${ask('/v1/complaints?limit=5')}
# what is due, warned and breached; in the next minutes some first replies fall due
${ask('/v1/deadlines?limit=10')}
# how the promises were kept, by clock and month
${ask('/v1/sla-results?by=month')}
# whose complaints they were, and what about
${ask('/v1/complaint-frequencies?by=responsibleParty')}
${ask('/v1/complaint-frequencies?by=defectCategory')}

Stop with Ctrl-C. The next demo is made anew.
`;
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return text => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= min && number <= max) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}
