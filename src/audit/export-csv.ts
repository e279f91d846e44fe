import type { RecordedEvent } from '../../domain/log/envelope.ts';
import { canonicalJson } from '../store/canonical-json.ts';

/**
 * What a spreadsheet takes for a formula when it opens the file: a cell that begins so, behind blanks too, in
 * full-width form too (OWASP, CSV injection).
 */
const FORMULA = /^[\s\u00a0\u3000]*[=+\-@\t\r\n＝＋－＠﹦﹢﹣﹫]/;

/** One cell, quoted; a formula is disarmed by an apostrophe, which spreadsheets show as text. */
export function csvCell(value: string | number | undefined): string {
  if (value === undefined) return '""';
  const text = String(value);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

const COLUMNS: readonly (readonly [name: string, (event: RecordedEvent) => string | number | undefined])[] = [
  ['streamId', event => event.streamId],
  ['revision', event => event.revision],
  ['eventId', event => event.eventId],
  ['type', event => event.type],
  ['schemaVersion', event => event.schemaVersion],
  ['occurredAt', ({ metadata }) => iso(metadata.occurredAt)],
  ['decidedAt', ({ metadata }) => iso(metadata.decidedAt)],
  ['recordedAt', ({ metadata }) => iso(metadata.recordedAt)],
  ['actorId', ({ metadata }) => metadata.actor.id],
  ['actorRole', ({ metadata }) => metadata.actor.role],
  ['via', ({ metadata }) => metadata.actor.via],
  ['onBehalfOf', ({ metadata }) => metadata.actor.onBehalfOf],
  ['command', ({ metadata }) => metadata.command?.type],
  ['commandId', ({ metadata }) => metadata.commandId],
  ['correlationId', ({ metadata }) => metadata.correlationId],
  ['causationId', ({ metadata }) => metadata.causationId],
  ['importId', ({ metadata }) => metadata.importId],
  ['policyVersion', ({ metadata }) => metadata.policyVersion],
  ['calendarVersion', ({ metadata }) => metadata.calendarVersion],
  ['deciderVersion', ({ metadata }) => metadata.deciderVersion],
  ['data', ({ data }) => canonicalJson(data)],
];

/** RFC 4180 in UTF-8, with the mark by which spreadsheets know it. */
export const CSV_HEAD = `\ufeff${COLUMNS.map(([name]) => csvCell(name)).join(',')}\r\n`;

export function csvRow(event: RecordedEvent): string {
  return `${COLUMNS.map(([, of]) => csvCell(of(event))).join(',')}\r\n`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
