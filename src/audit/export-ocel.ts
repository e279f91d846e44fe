import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { categoryOf, type RecordedEvent, uuidOf } from '../../domain/log/envelope.ts';
import { isInstantField } from '../http/instants.ts';
import type { EventLog } from '../store/event-store.ts';
import { type ExportSelection, isWhole, plainAttributes, selects } from './export-selection.ts';
import { eventsOf } from './log-pages.ts';

type AttributeType = 'string' | 'integer' | 'float' | 'boolean' | 'time';

/** Fields of an event's data that name another object, and what they say of it. */
const REFERENCES: Readonly<Record<string, string>> = {
  contactId: 'contact',
  assigneeId: 'assignee',
  previousAssigneeId: 'previous assignee',
  teamId: 'team',
  survivorId: 'merged into',
  loserId: 'absorbed',
};

/**
 * OCEL 2.0 in JSON: cases, users, teams and parties are the objects. What is declared of types stands at the end, when
 * it is known. Besides one page of events it keeps the ids of the objects: some 100 bytes each.
 */
export async function* ocelExport(
  log: Pick<EventLog, 'readAll' | 'head'>,
  lifecycles: readonly AnyLifecycle[],
  selection: ExportSelection,
): AsyncGenerator<string> {
  const upTo = await log.head();
  const wanted = selects(selection, lifecycles);
  const objectType = objectTypes(lifecycles);
  const known = new Set<string>();
  for await (const { revision, streamId } of eventsOf(log, upTo)) {
    if (revision === 0 && objectType(streamId) !== undefined) known.add(uuidOf(streamId));
  }

  const eventTypes = new Map<string, Map<string, AttributeType>>();
  const named = isWhole(selection) ? undefined : new Set<string>();
  yield '{"events":[';
  let first = true;
  for await (const event of eventsOf(log, upTo)) {
    if (!wanted(event)) continue;
    const ocel = ocelEvent(event, objectType, known, eventTypes);
    if (named !== undefined) for (const { objectId } of ocel.relationships) named.add(objectId);
    yield `${first ? '' : ','}\n${JSON.stringify(ocel)}`;
    first = false;
  }
  yield '\n],"objects":[';
  const used = new Set<string>();
  first = true;
  for await (const event of eventsOf(log, upTo)) {
    const type = event.revision === 0 ? objectType(event.streamId) : undefined;
    const id = uuidOf(event.streamId);
    if (type === undefined || named?.has(id) === false) continue;
    used.add(type);
    const time = new Date(event.metadata.occurredAt).toISOString();
    const object = { id, type, attributes: [{ name: 'streamId', value: event.streamId, time }] };
    yield `${first ? '' : ','}\n${JSON.stringify(object)}`;
    first = false;
  }
  const types = [...eventTypes].map(([name, attributes]) => ({
    name,
    attributes: [...attributes].map(([attribute, type]) => ({ name: attribute, type })),
  }));
  const kinds = [...used].map(name => ({ name, attributes: [{ name: 'streamId', type: 'string' }] }));
  yield `\n],"eventTypes":${JSON.stringify(types)},"objectTypes":${JSON.stringify(kinds)}}\n`;
}

/** What of a stream's kind is an object: a case by its lifecycle, or somebody. */
function objectTypes(lifecycles: readonly AnyLifecycle[]): (streamId: string) => string | undefined {
  const types = new Map([
    ...lifecycles.map(({ category, name }) => [category, name] as const),
    ...['user', 'team', 'party'].map(category => [category, category] as const),
  ]);
  return streamId => types.get(categoryOf(streamId));
}

function ocelEvent(
  event: RecordedEvent,
  objectType: (streamId: string) => string | undefined,
  known: ReadonlySet<string>,
  eventTypes: Map<string, Map<string, AttributeType>>,
) {
  const { eventId, type, streamId, revision, metadata } = event;
  const declared = eventTypes.get(type) ?? new Map<string, AttributeType>();
  eventTypes.set(type, declared);
  const attributes: { name: string; value: string }[] = [];
  const add = (name: string, value: string | number | boolean, kind: AttributeType): void => {
    const before = declared.get(name);
    declared.set(name, before === undefined || before === kind ? kind : 'string');
    attributes.push({ name, value: kind === 'time' ? new Date(Number(value)).toISOString() : String(value) });
  };
  add('revision', revision, 'integer');
  add('recordedAt', metadata.recordedAt, 'time');
  add('role', metadata.actor.role, 'string');
  add('via', metadata.actor.via, 'string');
  if (metadata.command !== undefined) add('command', metadata.command.type, 'string');
  for (const { name, value } of plainAttributes(event)) add(`data.${name}`, value, kindOf(name, value));

  const related: { objectId: string; qualifier: string }[] = [];
  const relate = (objectId: string, qualifier: string): void => {
    if (known.has(objectId)) related.push({ objectId, qualifier });
  };
  if (objectType(streamId) !== undefined) relate(uuidOf(streamId), 'subject');
  relate(metadata.actor.id, 'actor');
  for (const [field, qualifier] of Object.entries(REFERENCES)) {
    const id = event.data[field];
    if (typeof id === 'string') relate(id, qualifier);
  }
  const time = new Date(metadata.occurredAt).toISOString();
  return { id: eventId, type, time, attributes, relationships: related };
}

function kindOf(name: string, value: string | number | boolean): AttributeType {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'boolean';
  if (!Number.isSafeInteger(value)) return 'float';
  return isInstantField(name) ? 'time' : 'integer';
}
