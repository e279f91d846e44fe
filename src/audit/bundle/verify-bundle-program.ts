import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bundleText } from './bundle-text.ts';
import { verifyBundle } from './verify-bundle.ts';

/** `node verify-bundle.mjs FILE`: the whole program, on a machine that has nothing but Node 20.12 or newer. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    key: { type: 'string', multiple: true, default: [] },
    checkpoint: { type: 'string', multiple: true, default: [] },
  },
});
const [file] = positionals;
if (file === undefined) {
  process.stderr.write('usage: node verify-bundle.mjs FILE [--key VERIFIER-KEY] [--checkpoint FILE]\n');
  process.exitCode = 2;
} else {
  const kept = values.checkpoint.map(source => ({ source, note: readFileSync(source, 'utf8') }));
  const report = verifyBundle(readFileSync(file), { keys: values.key, kept });
  process.stdout.write(bundleText(report));
  process.exitCode = report.ok ? 0 : 1;
}
