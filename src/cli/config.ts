import { Command } from 'commander';
import { configSettings, loadConfig } from '../config.ts';
import { reported } from './reported.ts';

/** `redress config`: every setting with its value, default and meaning, and whether they are right. */
export function configCommand(): Command {
  return new Command('config')
    .description('Show every setting: value, default and meaning')
    .option('--json', 'print JSON', false)
    .action((options: { readonly json: boolean }) =>
      reported(async () => {
        const settings = configSettings(process.env).map(({ variable, text, isDefault }) => ({
          name: variable.name,
          value: variable.shown(text),
          isDefault,
          default: variable.default,
          meaning: variable.meaning,
        }));
        if (options.json) process.stdout.write(`${JSON.stringify(settings)}\n`);
        else {
          for (const { name, value, isDefault, default: fallback, meaning } of settings) {
            process.stdout.write(
              `${name}=${value}${isDefault ? '  (default)' : `  (default ${fallback})`}\n    ${meaning}\n`,
            );
          }
        }
        loadConfig(process.env);
      }),
    );
}
