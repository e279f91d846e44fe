import { resolve } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import type { ErasureStage } from '../../domain/privacy/erasure.ts';
import { backupSchema } from '../backup/backup-format.ts';
import type { Checked } from '../backup/check.ts';
import { restore } from '../backup/restore.ts';
import { loadConfig } from '../config.ts';
import { askFolder } from './ask-folder.ts';
import { inputFile } from './input-file.ts';
import { OperationError } from './operation-error.ts';
import { progressLine } from './progress-line.ts';
import { EXIT, looked } from './reported.ts';
import { terminalText } from './terminal-text.ts';

const doing = z.object({ doing: z.string() });
const made = backupSchema.extend({ keys: z.boolean() });
const checkedSchema = z.array(z.object({ part: z.string(), ok: z.boolean(), text: z.string() }));

interface BackupOptions {
  readonly keysTo?: string;
  readonly withoutKeys: boolean;
  readonly json: boolean;
}

/** `redress backup`. */
export function backupCommand(): Command {
  return new Command('backup')
    .description('Copy the log, and the keys apart from it, while the service runs')
    .argument('<folder>', 'an empty folder, or one that is made')
    .option('--keys-to <folder>', 'the same for the keys: on another medium, for a shorter time')
    .option('--without-keys', 'the keys are backed up in another way', false)
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      `
Never in a backup: the master key (REDRESS_MASTER_KEY_FILE), the key that signs checkpoints and the secret that signs
notifications. Keep a copy of each apart from both folders: without the master key nothing personal can be read again.`,
    )
    .action((folder: string, { keysTo, withoutKeys, json }: BackupOptions) =>
      looked(async () => {
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

/** `redress restore`. */
export function restoreCommand(): Command {
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
      'the answer of redress privacy list, of later than the backup: erasures that its log does not know',
    )
    .option('--json', 'print JSON', false)
    .action((folder: string, { keys, masterKey, erased, json }: RestoreOptions) =>
      looked(async () => {
        const restored = await restore({
          backup: folder,
          keys,
          dataFolder: loadConfig(process.env).dataFolder,
          masterKeyFile: masterKey,
          alsoErased: erased === undefined ? [] : erasedIn(erased),
        });
        const { events, madeAt, erasedSubjects, keysDestroyed, keys: found } = restored;
        process.stdout.write(
          json
            ? `${JSON.stringify(restored)}\n`
            : `${events.toLocaleString('en')} events of the backup of ${madeAt} are back.\n` +
                `${erasedSubjects} erased persons and cases stay erased; ${keysDestroyed} keys that the copy still had were destroyed.\n` +
                `${found.missing === 0 ? 'Every sealed value has its key, or was erased.' : `✗ ${found.missing} sealed values have no key, the first ${found.firstMissing}`}\n` +
                `${found.damaged === 0 ? '' : `✗ ${found.damaged} sealed values have a key that was changed and opens nothing, the first ${found.firstDamaged}\n`}` +
                'Put checkpoint.key back too; views and hashes are made anew at the first start. Then: redress check\n',
        );
        if (found.missing + found.damaged > 0) process.exitCode = EXIT.failed;
      }),
    );
}

/** Of `redress privacy list`: what was only asked for, or refused, or is on hold, is to be kept. */
const erasuresSchema = z.object({
  erasures: z.array(z.object({ stage: z.string(), subjects: z.array(z.object({ id: z.uuid() })) })),
});
const APPROVED: readonly string[] = ['approved', 'unreachable', 'destroyed'] satisfies ErasureStage[];

/** Whose erasure was approved, by a list of then. @throws OperationError for what is no such list */
export function erasedIn(file: string): readonly string[] {
  const text = inputFile(file, '--erased').toString('utf8');
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    throw new OperationError(`${file} is no JSON: it is cut off, or is no list of erasures`);
  }
  const parsed = erasuresSchema.safeParse(list);
  if (!parsed.success)
    throw new OperationError(`${file} is no list of erasures as redress privacy list gives it`);
  const approved = parsed.data.erasures.filter(({ stage }) => APPROVED.includes(stage));
  return approved.flatMap(({ subjects }) => subjects.map(({ id }) => id));
}

/** `redress check`. */
export function checkCommand(): Command {
  return new Command('check')
    .description('Look the data folder through: whole files, the log as it was signed, keys, views')
    .option('--json', 'print JSON', false)
    .action(({ json }: { readonly json: boolean }) =>
      looked(async () => {
        const line = progressLine();
        const { checkpointKeyFile: keyFile, masterKeyFile } = loadConfig(process.env);
        const params = { keyFile, masterKeyFile };
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
