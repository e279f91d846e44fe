import { Command } from 'commander';
import { configCommand } from './cli/config.ts';
import { demoCommand } from './cli/demo.ts';
import { importCommand } from './cli/import.ts';
import { rebuildCommand } from './cli/rebuild.ts';
import { serveCommand, serveHouse } from './cli/serve.ts';
import { showCommand } from './cli/show.ts';
import { tokenCommand } from './cli/token.ts';
import { VERSION } from './version.ts';

const program = new Command('redress')
  .description(
    'Complaints and service requests, with their promises kept. Settings come from the environment: redress config.',
  )
  .version(VERSION)
  .addCommand(serveCommand())
  .addCommand(tokenCommand())
  .addCommand(importCommand())
  .addCommand(showCommand())
  .addCommand(rebuildCommand())
  .addCommand(demoCommand(serveHouse))
  .addCommand(configCommand())
  .showHelpAfterError('(redress --help lists the commands)')
  .addHelpText(
    'after',
    `
Exit codes: 0 done, 1 failed, 2 wrongly called, 3 the data folder is in use by another process.
A command talks to the service that runs on the data folder (REDRESS_DATA), or opens the folder itself.`,
  );
program.exitOverride(error => {
  process.exit(error.exitCode === 0 ? 0 : 2);
});
for (const command of program.commands) command.copyInheritedSettings(program);
await program.parseAsync();
