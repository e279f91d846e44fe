import { Command } from 'commander';
import { evidenceCommands } from './audit-evidence.ts';
import { exportCommands } from './audit-export.ts';
import { looksCommands } from './audit-looks.ts';
import { pastCommands } from './audit-past.ts';
import { recheckCommands } from './audit-recheck.ts';
import { shadowCommands } from './audit-shadow.ts';

/** What `redress audit` can do: one file a group of questions, each of which makes its own subcommands. */
const groups: readonly (() => readonly Command[])[] = [
  pastCommands,
  looksCommands,
  recheckCommands,
  shadowCommands,
  exportCommands,
  evidenceCommands,
];

/** `redress audit …`: show the past, and prove it. */
export function auditCommand(): Command {
  const audit = new Command('audit').description(
    'Show the past as it was known, decide it again and prove it; each look is recorded',
  );
  for (const commandsOf of groups) for (const command of commandsOf()) audit.addCommand(command);
  return audit;
}
