import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lifecycleByName, lifecycles } from '../../domain/lifecycles.ts';
import type { RecordedEvent } from '../../domain/log/envelope.ts';
import { demoHistory } from '../../src/demo/demo-history.ts';
import { importLog } from '../../src/import/importer.ts';
import { readMapping } from '../../src/import/mapping-file.ts';
import { workflows } from '../../workflows/index.ts';
import { testClock } from '../engine/house.ts';
import { importHouse, linesOf } from '../import/import-house.ts';

/** The log of a demo, as its import writes it. */
export async function demoEvents(options: {
  readonly seed: number;
  readonly cases: number;
  readonly now: number;
}): Promise<readonly RecordedEvent[]> {
  const lifecycle = lifecycleByName('complaint');
  if (lifecycle === undefined) throw new Error('there are no complaints');
  const mapping = readMapping(
    readFileSync(join(import.meta.dirname, '../../mappings/demo.yaml'), 'utf8'),
    'demo.yaml',
    lifecycles,
  );
  const house = await importHouse({ clock: testClock(options.now), lifecycle, workflows });
  await importLog(linesOf(demoHistory(options)), mapping, house.target);
  return house.events();
}
