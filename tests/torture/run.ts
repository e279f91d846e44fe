import { parseArgs } from 'node:util';
import { tortureNodes } from './nodes.ts';
import { torture } from './torture.ts';

/**
 * `npm run -s torture -- [--kills 20] [--seed N] [--clients 16] [--life MS] [--nodes N] [--mischief PER_MILLE]`: prints
 * one JSON line, and what is wrong on standard error; exit code 1 when anything is. With `--nodes` several services share
 * a log on a server of EventStoreDB's protocol, which plays tricks on so many appends of a thousand (10, if not given),
 * and the line says how often it played each. The seed chooses when it is killed and what is sent, as far as the
 * machine's own timing lets it.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    clients: { type: 'string', default: '16' },
    life: { type: 'string', default: '4000' },
    nodes: { type: 'string', default: '0' },
    mischief: { type: 'string', default: '10' },
  },
});
const [kills, seed, clients, longestLifeMs, nodes, mischief] = [
  values.kills,
  values.seed,
  values.clients,
  values.life,
  values.nodes,
  values.mischief,
].map(text => (/^\d{1,9}$/.test(text) ? Number(text) : Number.NaN));
if (
  !kills ||
  seed === undefined ||
  Number.isNaN(seed) ||
  !clients ||
  !longestLifeMs ||
  nodes === undefined ||
  Number.isNaN(nodes) ||
  mischief === undefined ||
  Number.isNaN(mischief)
) {
  console.error(
    'usage: npm run -s torture -- [--kills 20] [--seed N] [--clients 16] [--life MS] [--nodes N] [--mischief PER_MILLE], whole numbers',
  );
  process.exit(2);
}

const started = performance.now();
const say = (what: string): void => {
  if (process.stderr.isTTY) console.error(what);
};
const result =
  nodes > 0
    ? await tortureNodes({ nodes, kills, seed, clients, longestLifeMs, mischief: mischief / 1_000, say })
    : await torture({ kills, seed, clients, longestLifeMs, lastLifeMs: 4_000, say });
const { lost, duplicated, diverged, wrong } = result;
for (const [what, found] of Object.entries({ lost, duplicated, diverged, wrong })) {
  for (const each of found.slice(0, 50)) console.error(`${what}: ${each}`);
}
console.log(
  JSON.stringify({
    ...(nodes > 0 ? { nodes } : {}),
    kills,
    acknowledged: result.acknowledged,
    lost: lost.length,
    duplicated: duplicated.length,
    diverged: diverged.length,
    wrong: wrong.length,
    timers: result.timers,
    events: result.events,
    ...('tricks' in result ? { tricks: result.tricks } : {}),
    seconds: Math.round((performance.now() - started) / 1000),
    seed,
  }),
);
process.exitCode = lost.length + duplicated.length + diverged.length + wrong.length === 0 ? 0 : 1;
