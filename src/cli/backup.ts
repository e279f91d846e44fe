import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { backupSchema } from '../backup/backup-format.ts';
import type { Checked } from '../backup/check.ts';
import { restore } from '../backup/restore.ts';
import { loadConfig } from '../config.ts';
import { askFolder } from './ask-folder.ts';
import { EXIT, reported } from './ask-house.ts';
import { OperationError } from './operation-error.ts';
import { progressLine } from './progress-line.ts';
import { terminalText } from './terminal-text.ts';

const doing = z.object({ doing: z.string() });
const made = backupSchema.extend({ keys: z.boolean() });
const checkedSchema = z.array(z.object({ part: z.string(), ok: z.boolean(), text: z.string() }));

/** `redress backup`, `restore` and `check`. */
export function backupCommands(): readonly Command[] {
  return [backupCommand(), restoreCommand(), checkCommand()];
}

interface BackupOptions {
  readonly keysTo?: string;
  readonly withoutKeys: boolean;
  readonly json: boolean;
}

function backupCommand(): Command {
  return new Command('backup')
    .description('Copy the log, and the keys apart from it, while the service runs')
    .argument('<folder>', 'an empty folder, or one that is made')
    .option('--keys-to <folder>', 'the same for the keys: on another medium, for a shorter time')
    .option('--without-keys', 'the keys are backed up in another way', false)
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      `
Never in a backup: the master key (REDRESS_MASTER_KEY_FILE) and the key that signs checkpoints. Keep a copy of each
apart from both folders: without the master key nothing personal can be read again.`,
    )
    .action((folder: string, { keysTo, withoutKeys, json }: BackupOptions) =>
      reported(async () => {
        if ((keysTo === undefined) !== withoutKeys) {
          throw new OperationError(
            'say where the keys go, apart from the data that they open (--keys-to), or that they go nowhere (--without-keys)',
          );
        }
        const line = progressLine();
        const params = { to: resolve(folder), ...(keysTo === undefined ? {} : { keysTo: resolve(keysTo) }) };
        const answer = await askFolder('backUp', params, told => line.show(doing.parse(told).doing));
        line.clear();
        const { events, root, logId } = made.parse(answer);
        process.stdout.write(
          json
            ? `${JSON.stringify(answer)}\n`
            : `${events.toLocaleString('en')} events of the log ${logId} are in ${folder}, root ${root}\n` +
                `${keysTo === undefined ? 'The keys are not in it.' : `The keys are in ${keysTo}, wrapped by the master key, which is in neither.`}\n`,
        );
      }),
    );
}

interface RestoreOptions {
  readonly keys: string;
  readonly masterKey?: string;
  readonly erased?: string;
  readonly json: boolean;
}

function restoreCommand(): Command {
  return new Command('restore')
    .description('Put a backup back into an empty data folder (REDRESS_DATA); who was erased stays erased')
    .argument('<folder>', 'of the backup')
    .requiredOption('--keys <folder>', 'of the backup of the keys')
    .option(
      '--master-key <file>',
      'copied into the data folder, where the configuration names none elsewhere',
    )
    .option(
      '--erased <file>',
      'redress privacy list --json of later than the backup: erasures that its log does not know',
    )
    .option('--json', 'print JSON', false)
    .action((folder: string, { keys, masterKey, erased, json }: RestoreOptions) =>
      reported(async () => {
        const restored = await restore({
          backup: folder,
          keys,
          dataFolder: loadConfig(process.env).dataFolder,
          masterKeyFile: masterKey,
          alsoErased: erased === undefined ? [] : subjectsIn(JSON.parse(readFileSync(erased, 'utf8'))),
        });
        const { events, madeAt, erasedSubjects, keysDestroyed, keys: found } = restored;
        process.stdout.write(
          json
            ? `${JSON.stringify(restored)}\n`
            : `${events.toLocaleString('en')} events of the backup of ${madeAt} are back.\n` +
                `${erasedSubjects} erased persons and cases stay erased; ${keysDestroyed} keys that the copy still had were destroyed.\n` +
                `${found.missing === 0 ? 'Every sealed value has its key, or was erased.' : `✗ ${found.missing} sealed values have no key, the first ${found.firstMissing}`}\n` +
                'Put checkpoint.key back too; views and hashes are made anew at the first start. Then: redress check\n',
        );
        if (found.missing > 0) process.exitCode = EXIT.failed;
      }),
    );
}

/** Every uuid that a list of erasures names as a subject, whatever else it says. */
function subjectsIn(value: unknown): readonly string[] {
  const found = new Set<string>();
  const walk = (part: unknown, isSubject: boolean): void => {
    if (Array.isArray(part)) for (const each of part) walk(each, isSubject);
    else if (typeof part === 'object' && part !== null) {
      for (const [name, each] of Object.entries(part)) {
        walk(each, name === 'subjects' || name === 'subject' || (isSubject && name === 'id'));
      }
    } else if (isSubject && z.uuid().safeParse(part).success) found.add(String(part));
  };
  walk(value, false);
  return [...found];
}

function checkCommand(): Command {
  return new Command('check')
    .description('Look the data folder through: whole files, the log as it was signed, keys, views')
    .option('--json', 'print JSON', false)
    .action(({ json }: { readonly json: boolean }) =>
      reported(async () => {
        const line = progressLine();
        const params = { keyFile: loadConfig(process.env).checkpointKeyFile };
        const answer = await askFolder('check', params, told => line.show(doing.parse(told).doing));
        line.clear();
        const checked = checkedSchema.parse(answer) satisfies readonly Pick<Checked, 'ok' | 'text'>[];
        const lines = checked.map(
          ({ part, ok, text }) => `${ok ? '✓' : '✗'} ${part.padEnd(10)} ${terminalText(text)}\n`,
        );
        process.stdout.write(json ? `${JSON.stringify(checked)}\n` : lines.join(''));
        if (checked.some(({ ok }) => !ok)) process.exitCode = EXIT.failed;
      }),
    );
}
