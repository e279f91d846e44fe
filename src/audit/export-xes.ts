import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { categoryOf, type RecordedEvent } from '../../domain/log/envelope.ts';
import { isInstantField } from '../http/instants.ts';
import type { EventLog } from '../store/event-store.ts';
import { type ExportSelection, plainAttributes, selects } from './export-selection.ts';
import { eventsOf } from './log-pages.ts';

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<global scope="trace"><string key="concept:name" value=""/></global>
<global scope="event"><string key="concept:name" value=""/><date key="time:timestamp" value="1970-01-01T00:00:00.000Z"/><string key="lifecycle:transition" value="complete"/></global>
<classifier name="Activity" scope="event" keys="concept:name"/>
`;

/**
 * XES (IEEE 1849-2016): a trace for each case, with its whole stream in the order in which it was recorded. A case is
 * read where it begins, so that one at a time is in memory. Streams that are no case are not in it.
 */
export async function* xesExport(
  log: Pick<EventLog, 'readAll' | 'readStream' | 'head'>,
  lifecycles: readonly AnyLifecycle[],
  selection: ExportSelection,
): AsyncGenerator<string> {
  const upTo = await log.head();
  const wanted = selects(selection, lifecycles);
  const names = new Map(lifecycles.map(({ category, name }) => [category, name]));
  yield HEAD;
  for await (const { revision, streamId } of eventsOf(log, upTo)) {
    const lifecycle = names.get(categoryOf(streamId));
    if (revision !== 0 || lifecycle === undefined) continue;
    const stream = await log.readStream(streamId);
    const events = stream.filter(event => event.position <= upTo && wanted(event));
    if (events.length === 0) continue;
    yield `<trace>${text('concept:name', streamId)}${text('lifecycle', lifecycle)}\n${events.map(xesEvent).join('')}</trace>\n`;
  }
  yield '</log>\n';
}

function xesEvent(event: RecordedEvent): string {
  const { eventId, type, revision, metadata } = event;
  const { actor, command, occurredAt, recordedAt } = metadata;
  const parts = [
    text('concept:name', type),
    date('time:timestamp', occurredAt),
    text('lifecycle:transition', 'complete'),
    text('org:resource', actor.id),
    text('org:role', actor.role),
    `<id key="eventId" value="${eventId}"/>`,
    `<int key="revision" value="${revision}"/>`,
    date('recordedAt', recordedAt),
    text('via', actor.via),
    ...(command === undefined ? [] : [text('command', command.type)]),
    ...plainAttributes(event).map(({ name, value }) => attribute(`data.${name}`, name, value)),
  ];
  return `<event>${parts.join('')}</event>\n`;
}

function attribute(key: string, name: string, value: string | number | boolean): string {
  if (typeof value === 'string') return text(key, value);
  if (typeof value === 'boolean') return `<boolean key="${xmlText(key)}" value="${value}"/>`;
  if (!Number.isSafeInteger(value)) return `<float key="${xmlText(key)}" value="${value}"/>`;
  return isInstantField(name) ? date(key, value) : `<int key="${xmlText(key)}" value="${value}"/>`;
}

function text(key: string, value: string): string {
  return `<string key="${xmlText(key)}" value="${xmlText(value)}"/>`;
}

function date(key: string, at: number): string {
  return `<date key="${xmlText(key)}" value="${new Date(at).toISOString()}"/>`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: those that XML 1.0 cannot hold in any form
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

/** In an attribute: a line break or tab is written by its number, or a reader makes a blank of it. */
export function xmlText(value: string): string {
  return value
    .replace(NOT_XML, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[\t\n\r]/g, character => `&#${character.charCodeAt(0)};`);
}
