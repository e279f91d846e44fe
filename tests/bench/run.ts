import { readdirSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * `npm run -s bench -- <name> [argument…]`: runs the bench of that name, which prints its figures as JSON lines.
 * A bench is a file beside this one that exports `run(args: string[]): Promise<void>`.
 */
const [name, ...args] = process.argv.slice(2);
const benches = readdirSync(import.meta.dirname)
  .filter(file => file.endsWith('.ts') && !['run.ts', 'figure.ts', 'many-timers.ts'].includes(file))
  .map(file => basename(file, '.ts'));

const module: object = name !== undefined && benches.includes(name) ? await import(`./${name}.ts`) : {};
if ('run' in module && typeof module.run === 'function') {
  await module.run(args);
} else {
  const runnable = benches.join('\n  ');
  console.error(
    `usage: npm run -s bench -- <name>\n${name ? `no bench is called ${name}; ` : ''}there are:\n  ${runnable}`,
  );
  process.exitCode = 2;
}
