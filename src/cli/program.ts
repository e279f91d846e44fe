import { Command } from 'commander';
import { VERSION } from '../version.ts';
import { EXIT } from './ask-house.ts';
import { auditCommand } from './audit.ts';
import { backupCommands } from './backup.ts';
import { calendarCommand } from './calendar.ts';
import { configCommand } from './config.ts';
import { delegationCommand } from './delegation.ts';
import { demoCommand } from './demo.ts';
import { explainCommand } from './explain.ts';
import { giveCommand } from './give.ts';
import { importCommand } from './import.ts';
import { masterCommand } from './master.ts';
import { migrateCommand } from './migrate.ts';
import { nodesCommand } from './nodes.ts';
import { policyCommand } from './policy.ts';
import { privacyCommand } from './privacy.ts';
import { rebuildCommand } from './rebuild.ts';
import { rehearseCommand } from './rehearse.ts';
import { serveCommand, serveHouse } from './serve.ts';
import { showCommand } from './show.ts';
import { tokenCommand } from './token.ts';

/** The whole command line. */
export async function runProgram(): Promise<void> {
  const program = new Command('redress')
    .description(
      'Complaints and service requests, with their promises kept. Settings come from the environment: redress config.',
    )
    .version(VERSION)
    .addCommand(serveCommand())
    .addCommand(tokenCommand())
    .addCommand(delegationCommand())
    .addCommand(giveCommand())
    .addCommand(importCommand())
    .addCommand(masterCommand())
    .addCommand(showCommand())
    .addCommand(explainCommand())
    .addCommand(calendarCommand())
    .addCommand(policyCommand())
    .addCommand(rebuildCommand())
    .addCommand(auditCommand())
    .addCommand(privacyCommand())
    .addCommand(nodesCommand())
    .addCommand(demoCommand(serveHouse))
    .addCommand(rehearseCommand(serveHouse))
    .addCommand(migrateCommand())
    .addCommand(configCommand())
    .showHelpAfterError('(redress --help lists the commands)')
    .addHelpText(
      'after',
      `
Exit codes: 0 done, 1 failed (of import: some rows were refused, the rest is in), 2 wrongly called,
3 the data folder is in use by another process, 4 an import was stopped before its end.
A command talks to the service that runs on the data folder (REDRESS_DATA), or opens the folder itself.`,
    );
  for (const command of backupCommands()) program.addCommand(command);
  program.exitOverride(error => {
    process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
  });
  inheritSettings(program);
  await program.parseAsync();
}

/** Settings reach a command that was made apart only if they are handed down, to the last one. */
function inheritSettings(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent);
    inheritSettings(command);
  }
}
