import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { canonicalJson } from '../store/canonical-json.ts';
import type { EventLog } from '../store/event-store.ts';
import { CSV_HEAD, csvRow } from './export-csv.ts';
import { ocelExport } from './export-ocel.ts';
import { type ExportFormat, type ExportSelection, selects } from './export-selection.ts';
import { xesExport } from './export-xes.ts';
import { eventsOf } from './log-pages.ts';

/** Handed on at once, in characters. */
const CHUNK = 128 * 1024;

/**
 * The log, or a selection of it, in one of the formats: in pieces of text, never more than a page of events in memory.
 * Personal values are `[sealed]`: an export opens nothing.
 */
export async function* exportLog(
  log: EventLog,
  lifecycles: readonly AnyLifecycle[],
  wanted: ExportSelection & { readonly format: ExportFormat },
): AsyncGenerator<string> {
  let chunk = '';
  for await (const piece of piecesOf(log, lifecycles, wanted)) {
    chunk += piece;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

function piecesOf(
  log: EventLog,
  lifecycles: readonly AnyLifecycle[],
  { format, ...selection }: ExportSelection & { readonly format: ExportFormat },
): AsyncGenerator<string> {
  switch (format) {
    case 'ndjson':
      return ndjsonExport(log, lifecycles, selection);
    case 'csv':
      return csvExport(log, lifecycles, selection);
    case 'ocel':
      return ocelExport(log, lifecycles, selection);
    case 'xes':
      return xesExport(log, lifecycles, selection);
  }
}

/** The evidence: each line is an envelope as it is stored and hashed. */
async function* ndjsonExport(
  log: EventLog,
  lifecycles: readonly AnyLifecycle[],
  selection: ExportSelection,
): AsyncGenerator<string> {
  const wanted = selects(selection, lifecycles);
  for await (const recorded of eventsOf(log, await log.head())) {
    const { position: _place, ...event } = recorded;
    if (wanted(recorded)) yield `${canonicalJson(event)}\n`;
  }
}

async function* csvExport(
  log: EventLog,
  lifecycles: readonly AnyLifecycle[],
  selection: ExportSelection,
): AsyncGenerator<string> {
  const wanted = selects(selection, lifecycles);
  yield CSV_HEAD;
  for await (const event of eventsOf(log, await log.head())) if (wanted(event)) yield csvRow(event);
}
