import { Command } from 'commander';
import { VERSION } from '../version.ts';
import { outliveReaders } from './closed-pipe.ts';
import { EXIT } from './reported.ts';

/**
 * What makes each command, loaded when it is asked for: all of them together are several times what the service itself
 * is, in memory and in the time of a start.
 */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./serve.ts')).serveCommand(),
  token: async () => (await import('./token.ts')).tokenCommand(),
  delegation: async () => (await import('./delegation.ts')).delegationCommand(),
  give: async () => (await import('./give.ts')).giveCommand(),
  import: async () => (await import('./import.ts')).importCommand(),
  master: async () => (await import('./master.ts')).masterCommand(),
  show: async () => (await import('./show.ts')).showCommand(),
  explain: async () => (await import('./explain.ts')).explainCommand(),
  calendar: async () => (await import('./calendar.ts')).calendarCommand(),
  policy: async () => (await import('./policy.ts')).policyCommand(),
  rebuild: async () => (await import('./rebuild.ts')).rebuildCommand(),
  audit: async () => (await import('./audit.ts')).auditCommand(),
  privacy: async () => (await import('./privacy.ts')).privacyCommand(),
  nodes: async () => (await import('./nodes.ts')).nodesCommand(),
  demo: async () => (await import('./demo.ts')).demoCommand(await serving()),
  rehearse: async () => (await import('./rehearse.ts')).rehearseCommand(await serving()),
  migrate: async () => (await import('./migrate.ts')).migrateCommand(),
  config: async () => (await import('./config.ts')).configCommand(),
  backup: async () => (await import('./backup.ts')).backupCommand(),
  restore: async () => (await import('./backup.ts')).restoreCommand(),
  check: async () => (await import('./backup.ts')).checkCommand(),
};

const serving = async () => (await import('./serve.ts')).serveHouse;

/** The whole command line; of one that names its command, that command alone. */
export async function runProgram(args: readonly string[] = process.argv.slice(2)): Promise<void> {
  outliveReaders();
  const program = new Command('redress')
    .description(
      'Complaints and service requests, with their promises kept. Settings come from the environment: redress config.',
    )
    .version(VERSION)
    .showHelpAfterError('(redress --help lists the commands)')
    .addHelpText(
      'after',
      `
Exit codes: 0 done, 1 failed (of import: some rows were refused, the rest is in; of audit and check: something was
found), 2 wrongly called (of audit, privacy, backup, restore and check: not done, whatever the reason),
3 the data folder is in use by another process, 4 an import was stopped before its end.
A command talks to the service that runs on the data folder (REDRESS_DATA), or opens the folder itself.`,
    );
  const [name = ''] = args;
  const named = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  for (const make of named === undefined ? Object.values(COMMANDS) : [named])
    program.addCommand(await make());
  program.exitOverride(error => {
    process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
  });
  inheritSettings(program);
  await program.parseAsync(args, { from: 'user' });
}

/** Settings reach a command that was made apart only if they are handed down, to the last one. */
function inheritSettings(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent);
    inheritSettings(command);
  }
}
