import { Command } from 'commander';
import { stringify } from 'yaml';
import { z } from 'zod';
import { applyCommand } from './apply-command.ts';
import { askHouse } from './ask-house.ts';
import {
  authorOption,
  draftOption,
  fileText,
  instant,
  jsonOption,
  plain,
  reasonOption,
  replacesOption,
  state,
} from './house-options.ts';
import { changes, changesText, written, writtenText } from './house-text.ts';
import { reported } from './reported.ts';
import { terminalText } from './terminal-text.ts';

const listed = z.object({
  inForce: z.number(),
  versions: z.array(
    z.object({
      version: z.number(),
      holdsFrom: z.number(),
      calendarId: z.string(),
      lines: z.number(),
      ...written,
    }),
  ),
  draft: z.object({ draft: z.number(), lines: z.number(), ...written }).optional(),
});
const checked = z.object({ incomplete: z.array(z.string()), changes, draft: z.number().optional() });

/** `redress policy …`: what is promised. */
export function policyCommand(): Command {
  const policy = new Command('policy').description('Draft, check, publish and apply the policy');
  policy
    .command('list')
    .description('The versions of the policy and its draft')
    .addOption(jsonOption())
    .action(({ json }: { readonly json: boolean }) => reported(() => list(json)));
  policy
    .command('show')
    .description('What the policy says, as JSON, or as a file to change and draft again')
    .argument('[version]', 'a number, draft, or inForce', state, 'inForce')
    .option('--at <instant>', 'the version that held at an instant', instant)
    .option('--yaml', 'as the YAML file that drafts it', false)
    .action((which: number | string, { at, yaml }: { readonly at?: number; readonly yaml: boolean }) =>
      reported(async () => {
        const asked =
          at === undefined
            ? askHouse('policy.show', { state: which })
            : askHouse('policy.at', { instant: at });
        const { policyId, version, holdsFrom, ...content } = Object(await asked);
        const whole = plain({ policyId, version, holdsFrom, ...content });
        process.stdout.write(yaml ? stringify(content) : `${JSON.stringify(whole, null, 2)}\n`);
      }),
    );
  policy
    .command('diff')
    .description('What one state of the policy says otherwise than another')
    .argument('<from>', 'a number, draft, or inForce', state)
    .argument('<to>', 'a number, draft, or inForce', state)
    .addOption(jsonOption())
    .action((from: unknown, to: unknown, { json }: { readonly json: boolean }) =>
      reported(async () => {
        const found = changes.parse(await askHouse('policy.diff', { from, to }));
        process.stdout.write(json ? `${JSON.stringify(found)}\n` : changesText(found));
      }),
    );
  policy
    .command('check')
    .description('Check a policy file; nothing is written')
    .argument('<file>', 'in YAML or JSON')
    .addOption(jsonOption())
    .action((file: string, { json }: { readonly json: boolean }) =>
      reported(async () => {
        const found = checked.parse(await askHouse('policy.check', { file, text: fileText(file) }));
        if (json) process.stdout.write(`${JSON.stringify(found)}\n`);
        else {
          const { incomplete } = found;
          const fit = incomplete.length === 0 ? 'published' : 'drafted, not published';
          process.stdout.write(
            `${file} can be ${fit}.\n${incompleteText(incomplete)}${changesText(found.changes)}`,
          );
        }
        if (found.incomplete.length > 0) process.exitCode = 1;
      }),
    );
  policy
    .command('draft')
    .description('Write a policy file down as the draft of the next version')
    .argument('<file>', 'in YAML or JSON, the whole policy')
    .addOption(replacesOption())
    .addOption(authorOption())
    .addOption(jsonOption())
    .action((file: string, { json, ...options }: { readonly json: boolean }) =>
      reported(async () => {
        const params = plain({ file, text: fileText(file), ...options });
        const found = checked.parse(await askHouse('policy.draft', params));
        if (json) process.stdout.write(`${JSON.stringify(found)}\n`);
        else {
          process.stdout.write(
            `Draft ${found.draft} stands. Against the policy in force:\n${incompleteText(found.incomplete)}${changesText(found.changes)}`,
          );
        }
      }),
    );
  policy
    .command('abandon')
    .description('Give up the draft of the policy')
    .addOption(draftOption())
    .addOption(reasonOption())
    .addOption(authorOption())
    .action((options: object) =>
      reported(async () => {
        const given = await askHouse('policy.abandon', plain(options));
        process.stdout.write(`Draft ${Object(given).draft} of the policy is given up.\n`);
      }),
    );
  policy
    .command('publish')
    .description('Publish the draft as the next version of the policy')
    .addOption(draftOption())
    .option('--holds-from <instant>', 'from when it holds, if that is not now', instant)
    .addOption(reasonOption())
    .addOption(authorOption())
    .action((options: object) =>
      reported(async () => {
        const given = await askHouse('policy.publish', plain(options));
        process.stdout.write(
          `Version ${Object(given).version} of the policy is published. redress policy apply --dry-run shows what it would move of what runs.\n`,
        );
      }),
    );
  return policy.addCommand(applyCommand('policy'));
}

function incompleteText(problems: readonly string[]): string {
  return problems
    .map(problem => `  to be put right before it is published: ${terminalText(problem)}\n`)
    .join('');
}

async function list(json: boolean): Promise<void> {
  const found = listed.parse(await askHouse('policy.list', {}));
  if (json) {
    process.stdout.write(`${JSON.stringify(found)}\n`);
    return;
  }
  for (const version of found.versions) {
    const mark = version.version === found.inForce ? '*' : ' ';
    const { lines, calendarId, holdsFrom } = version;
    process.stdout.write(
      `${mark} version ${version.version}  ${lines} lines, calendar ${calendarId}, holds from ${new Date(holdsFrom).toISOString()}\n    ${writtenText(version)}\n`,
    );
  }
  if (found.draft !== undefined) {
    process.stdout.write(
      `  draft ${found.draft.draft}  ${found.draft.lines} lines\n    ${writtenText(found.draft)}\n`,
    );
  }
}
