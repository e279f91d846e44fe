import type { Config } from '../config.ts';
import type { EngineLog } from '../engine/engine-log.ts';
import type { Spans } from './spans.ts';

/** Tracing as configured; `undefined` where it is not, and then nothing of it is loaded. */
export async function openSpans(
  { tracesTo }: Pick<Config, 'tracesTo'>,
  log: Pick<EngineLog, 'warn'>,
): Promise<Spans | undefined> {
  if (tracesTo === undefined) return undefined;
  const { otlpSpans } = await import('./otlp-spans.ts');
  return otlpSpans(tracesTo, log);
}
