import { join } from 'node:path';
import { Command, Option } from 'commander';
import { DEFAULT_TEAM_ID } from '../../domain/log/fixed-streams.ts';
import { type Config, loadConfig } from '../config.ts';
import { emptyDemoFolder, madeUpDataOption, NotADemoFolderError } from '../demo/demo-folder.ts';
import { openHouse } from '../engine/open-house.ts';
import type { ApiRoute } from '../http/api-route.ts';
import { RehearsalClock } from '../rehearsal/rehearsal-clock.ts';
import { rehearsalRoutes } from '../rehearsal/rehearsal-routes.ts';
import type { ServeHouse } from './demo.ts';
import { instant } from './instant-option.ts';
import { leadTeam, operations } from './operations.ts';
import { EXIT, reported } from './reported.ts';
import { serviceLog } from './service-log.ts';

interface RehearseOptions {
  readonly data: string;
  readonly from: number;
}

/** `redress rehearse`: the service with a clock that moves when it is told to. */
export function rehearseCommand(serve: ServeHouse): Command {
  return new Command('rehearse')
    .description(
      'Serve an empty house whose time you move yourself: what takes half a year is played in a minute',
    )
    .addOption(madeUpDataOption('./data-rehearsal'))
    .addOption(
      new Option('--from <instant>', 'when it begins, with an offset')
        .argParser(instant)
        .default(Date.now(), 'now'),
    )
    .action((options: RehearseOptions) =>
      reported(async () => {
        process.exitCode = await rehearse(options, serve);
      }),
    );
}

async function rehearse({ data, from }: RehearseOptions, serve: ServeHouse): Promise<number> {
  const config: Config = {
    ...loadConfig(process.env),
    dataFolder: data,
    masterKeyFile: join(data, 'master.key'),
    checkpointKeyFile: join(data, 'checkpoint.key'),
    // What is made up is told to nobody.
    notifyUrl: 'none',
  };
  try {
    emptyDemoFolder(data, { rehearsalFrom: new Date(from).toISOString() });
  } catch (error) {
    if (!(error instanceof NotADemoFolderError)) throw error;
    process.stderr.write(`redress: ${error.message}\n`);
    return EXIT.usage;
  }
  const clock = new RehearsalClock(from);
  const log = serviceLog(config);
  const house = await openHouse(config, { clock, log });
  try {
    const user = (name: string, roles: readonly string[]) =>
      operations['token.create'](house, { name, roles, teamId: DEFAULT_TEAM_ID, label: 'rehearsal' });
    const everybody = await user('Everybody', [
      'admin',
      'agent',
      'lead',
      'marketing',
      'qa',
      'technicalService',
      'technician',
    ]);
    const director = await user('Director', ['marketingDirector']);
    await leadTeam(house, DEFAULT_TEAM_ID, everybody.userId);
    const routes: readonly ApiRoute[] = rehearsalRoutes(house, clock, config.timeZone);
    const { url, stopped } = await serve(house, config, log, routes);
    process.stdout.write(`
Redress serves ${url} – a rehearsal: its clock stands still until you move it.

  URL=${url}
  TOKEN=${everybody.token}
  DIRECTOR=${director.token}
  ME=${everybody.userId}

What time it is, and another:

  curl -s $URL/v1/rehearsal/time -H "Authorization: Bearer $TOKEN"
  curl -s $URL/v1/rehearsal/time -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
    -d '{"to":"${new Date(from + 86_400_000).toISOString()}"}'

Stop with Ctrl-C. The next rehearsal is made anew.
`);
    await stopped;
    return EXIT.ok;
  } finally {
    await house.close();
    log.flush();
  }
}
