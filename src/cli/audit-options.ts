import { type Command, InvalidArgumentError } from 'commander';
import { parseInstant } from '../http/instants.ts';

/** Who looks, and why: every audit command says it, and it is recorded before anything is shown. */
export interface AuditOptions {
  readonly as: string;
  readonly reason: string;
}

/** A command by which somebody looks into the record. Its options hold `AuditOptions`. */
export function auditing(command: Command): Command {
  return command
    .requiredOption(
      '--as <user>',
      'who looks: the id of a user with the role auditor, privacyOfficer or admin',
    )
    .requiredOption('--reason <text>', 'why: it goes into the log, with what was looked at');
}

/** An instant on the command line, to epoch milliseconds. */
export function instantOption(text: string): number {
  const at = parseInstant(text);
  if (at === undefined)
    throw new InvalidArgumentError('must be a date and time with an offset, as 2026-03-01T09:30:00+08:00.');
  return at;
}
