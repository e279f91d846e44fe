import { Command, Option } from 'commander';
import { promisesSchema } from '../http/promises-document.ts';
import { askHouse } from './ask-house.ts';
import { PHRASES, type PromiseLanguage } from './promise-phrases.ts';
import { promisesText } from './promises-text.ts';
import { reported } from './reported.ts';

/** `redress explain`: how every deadline of a case came to be, to be checked with a wall calendar. */
export function explainCommand(): Command {
  return new Command('explain')
    .description('Explain the promises of a case: every stretch of time that counts or not, and why')
    .argument('<case>', 'its id or its number, as CMP-2026-000123')
    .addOption(
      new Option('--lang <language>', 'language of the text').choices(Object.keys(PHRASES)).default('en'),
    )
    .option('--json', 'print JSON', false)
    .action((idOrNumber: string, options: { readonly lang: PromiseLanguage; readonly json: boolean }) =>
      reported(async () => {
        const result = await askHouse('explain', { idOrNumber });
        process.stdout.write(
          options.json
            ? `${JSON.stringify(result)}\n`
            : promisesText(promisesSchema.parse(result), PHRASES[options.lang]),
        );
      }),
    );
}
