import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { judgeVectors } from './vectors-file.ts';

/**
 * `npm run -s vectors -- FILE…`: judges vectors files, one JSON line a file and kind on stdout, the first failures
 * of each on stderr. Ends 1 if a vector failed or a file could not be judged, 2 if no file was named.
 */
const SHOWN_FAILURES = 5;

const paths = process.argv.slice(2);
if (paths.length === 0) {
  console.error('usage: npm run -s vectors -- FILE…');
  process.exitCode = 2;
}
for (const path of paths) {
  const file = basename(path);
  try {
    for (const { kind, passed, failed, failures } of judgeVectors(readFileSync(path, 'utf8'))) {
      console.log(JSON.stringify({ file, kind, passed, failed }));
      if (failed > 0) process.exitCode = 1;
      for (const failure of failures.slice(0, SHOWN_FAILURES)) console.error(`${file}: ${failure}`);
      if (failed > SHOWN_FAILURES) console.error(`${file}: … and ${failed - SHOWN_FAILURES} more of ${kind}`);
    }
  } catch (error) {
    console.error(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
