import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bundleText } from './bundle-text.ts';
import { unusableTrust, verifyBundle } from './verify-bundle.ts';

const USAGE = 'usage: node verify-bundle.mjs FILE [--key VERIFIER-KEY] [--checkpoint FILE]\n';

/** `node verify-bundle.mjs FILE`: the whole program, on a machine that has nothing but Node 20.12 or newer. */
try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      key: { type: 'string', multiple: true, default: [] },
      checkpoint: { type: 'string', multiple: true, default: [] },
    },
  });
  const [file] = positionals;
  if (file === undefined) throw new Error('which file?');
  const kept = values.checkpoint.map(source => ({ source, note: readFileSync(source, 'utf8') }));
  const trust = { keys: values.key, kept };
  const unusable = unusableTrust(trust);
  if (unusable !== undefined) throw new Error(unusable);
  const report = verifyBundle(readFileSync(file), trust);
  process.stdout.write(bundleText(report));
  process.exitCode = report.ok ? 0 : 1;
} catch (error) {
  // Nothing was verified: a file that cannot be read, an option that there is not.
  process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  process.exitCode = 2;
}
