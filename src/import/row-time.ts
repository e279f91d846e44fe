import type { Mapping } from './mapping-schema.ts';

/**
 * The instant of a row, in UTC epoch milliseconds; `undefined` for what is no time in the mapping's format.
 * RFC 3339 wants an offset; `local` is a date and time without one, in the mapping's zone: of an hour that
 * exists twice the earlier.
 */
export function rowTime(value: unknown, time: Mapping['keys']['time']): number | undefined {
  switch (time.format) {
    case 'rfc3339':
      return typeof value === 'string' ? rfc3339(value) : undefined;
    case 'local':
      return typeof value === 'string' ? local(value, time.zone ?? 'UTC') : undefined;
    case 'epochMilliseconds':
      return epoch(value, 1);
    case 'epochSeconds':
      return epoch(value, 1000);
  }
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

function rfc3339(text: string): number | undefined {
  if (!RFC3339.test(text)) return undefined;
  try {
    // `Date.parse` takes 31 February for 3 March.
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    return undefined;
  }
}

function epoch(value: unknown, unitMs: number): number | undefined {
  const number = typeof value === 'string' && /^-?\d{1,16}(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? Math.floor(number * unitMs) : undefined;
}

const LOCAL = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?$/;

function local(text: string, zone: string): number | undefined {
  if (!LOCAL.test(text)) return undefined;
  try {
    return Temporal.PlainDateTime.from(text.replace(' ', 'T'), { overflow: 'reject' }).toZonedDateTime(zone, {
      disambiguation: 'earlier',
    }).epochMilliseconds;
  } catch {
    return undefined;
  }
}
