import { simulate } from './simulate.ts';

/**
 * `npm run -s simulate -- [--seeds 20] [--cases 500] [--first 1]`: virtual cases of three years, by the engine and on
 * paper. A JSON line a seed; every difference on standard error, and exit code 1 if there is any.
 */
function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

const seeds = option('seeds', 20);
const cases = option('cases', 500);
const first = option('first', 1);
let differing = 0;
for (let seed = first; seed < first + seeds; seed++) {
  const startedAt = performance.now();
  const { differences, ...figures } = await simulate(seed, cases);
  const seconds = Number(((performance.now() - startedAt) / 1000).toFixed(1));
  console.log(JSON.stringify({ seed, ...figures, differences: differences.length, seconds }));
  for (const difference of differences.slice(0, 3)) console.error(JSON.stringify(difference, undefined, 2));
  differing += differences.length;
}
if (differing > 0) process.exitCode = 1;
