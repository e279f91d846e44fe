import { z } from 'zod';
import { instantSchema } from '../../domain/log/envelope.ts';
import { offsetAt, zoneOffsets } from '../../domain/time/time-zone.ts';

/**
 * Instants on the interface are texts of RFC 3339 with an offset; inside they are UTC epoch milliseconds.
 * This is the one place where one becomes the other.
 */
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;
const MUST_BE = 'must be a date and time with an offset (RFC 3339), as 2026-03-01T09:30:00+08:00';

/** Of a text with an offset, cut to milliseconds; `undefined` for anything else. A leap second is the one before it. */
export function parseInstant(text: string): number | undefined {
  if (!RFC_3339.test(text)) return undefined;
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Takes an instant as text, gives it out in epoch milliseconds. */
export const instantText = z
  .string(MUST_BE)
  .max(40, MUST_BE)
  .transform((text, context) => {
    const at = parseInstant(text);
    if (at !== undefined && instantSchema.safeParse(at).success) return at;
    const bare = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && !/([Zz]|[+-]\d\d:?\d\d)$/.test(text);
    context.addIssue(
      at !== undefined ? 'must not be before 1970' : bare ? `${MUST_BE}: the offset is missing` : MUST_BE,
    );
    return z.NEVER;
  })
  .meta({ format: 'date-time', examples: ['2026-03-01T09:30:00+08:00'] });

/** Writes instants in a zone, with its offset at that instant and milliseconds. */
export type InstantWriter = (at: number) => string;

export function instantWriter(timeZone: string): InstantWriter {
  const zone = zoneOffsets(timeZone);
  // A page of cases holds a thousand instants, nearly all of one offset.
  let written = { offsetMs: 0, text: offsetText(0) };
  return at => {
    const offsetMs = offsetAt(zone, at);
    if (offsetMs !== written.offsetMs) written = { offsetMs, text: offsetText(offsetMs) };
    // RFC 3339 knows no seconds in an offset; such zones (Liberia until 1972) are written in UTC.
    if (written.text === undefined) return new Date(at).toISOString();
    return new Date(at + offsetMs).toISOString().slice(0, -1) + written.text;
  };
}

/** `undefined` where it has seconds. */
function offsetText(offsetMs: number): string | undefined {
  const minutes = Math.abs(offsetMs) / 60_000;
  if (!Number.isInteger(minutes)) return undefined;
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

/** Instants that are not named `…At`: in events, in what a clock knows, and in the details of rejections. */
const OTHER_INSTANTS = new Set([
  'at',
  'now',
  'since',
  'until',
  'earliest',
  'notLaterThan',
  'recordableUntil',
  'validUntil',
  'holdsFrom',
  'knownFrom',
]);

/** Fields that hold instants, by the house's way of naming them; a test compares it with every schema. */
export function isInstantField(name: string): boolean {
  return name.endsWith('At') || OTHER_INSTANTS.has(name);
}

/** A copy of plain data in which instants are texts. A field that says which one it is (`{ field, from, to }`) counts too. */
export function instantsToText(value: unknown, write: InstantWriter): unknown {
  if (Array.isArray(value)) return value.map(item => instantsToText(item, write));
  if (typeof value !== 'object' || value === null) return value;
  const corrected = 'field' in value && typeof value.field === 'string' && isInstantField(value.field);
  const copy: Record<string, unknown> = {};
  for (const [key, held] of Object.entries(value)) {
    const isInstant = isInstantField(key) || (corrected && (key === 'from' || key === 'to'));
    copy[key] = isInstant ? written(held, write) : instantsToText(held, write);
  }
  return copy;
}

function written(held: unknown, write: InstantWriter): unknown {
  if (Array.isArray(held)) return held.map(item => written(item, write));
  // A fraction (`warnAt`) is no instant.
  return Number.isInteger(held) ? write(Number(held)) : instantsToText(held, write);
}
