import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { storedEventSchema } from '../../domain/log/envelope.ts';

const sampleSchema = z.object({
  /** As it is stored. */
  stored: storedEventSchema,
  /** Its leaf. */
  hash: z.string().length(64),
  /** Its data and its journalled command's, with the personal values readable. */
  opened: z.record(z.string(), z.json()),
  openedCommand: z.json(),
});
export type Sample = z.infer<typeof sampleSchema>;

const FILE = new URL('stored-events.fixture.json', import.meta.url);

export function readSamples(): Sample[] {
  return z.array(sampleSchema).parse(JSON.parse(readFileSync(FILE, 'utf8')));
}

/** One sample a line: a new one is a line more in a review, and a changed one is seen at once. */
export function writeSamples(samples: readonly Sample[]): void {
  writeFileSync(FILE, `[\n${samples.map(sample => JSON.stringify(sample)).join(',\n')}\n]\n`);
}
