import type { Command } from 'commander';
import { checkpointCommands } from './audit-checkpoint.ts';
import { mendCommands } from './audit-mend.ts';
import { proveCommands } from './audit-prove.ts';
import { verifyCommand } from './audit-verify.ts';

/** What proves that the record was not touched. */
export function evidenceCommands(): readonly Command[] {
  return [verifyCommand(), ...checkpointCommands(), ...proveCommands(), ...mendCommands()];
}
