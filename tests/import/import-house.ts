import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import type { Workflow } from '../../domain/case/workflow.ts';
import { openDirectory } from '../../src/directory/directory-file.ts';
import { createDirectoryService } from '../../src/directory/directory-service.ts';
import { createCommandHandler } from '../../src/engine/command-handler.ts';
import { type ImportOptions, type ImportTarget, importLog } from '../../src/import/importer.ts';
import type { LogLine } from '../../src/import/log-lines.ts';
import { readMapping } from '../../src/import/mapping-file.ts';
import { createMemoryKeyStore } from '../../src/privacy/memory-key-store.ts';
import { createSealer } from '../../src/privacy/sealer.ts';
import type { EventStore } from '../../src/store/event-store.ts';
import { memoryStore } from '../../src/store/memory-store.ts';
import { policyBook, type TestClock, testClock } from '../engine/house.ts';
import { parcel } from '../engine/parcel-lifecycle.ts';

/** Long after every row of the tests' histories. */
const LONG_AFTER = Date.parse('2026-06-01T10:00:00+08:00');

/** What an import writes through, in memory: the real handler, directory and sealer. */
export async function importHouse(
  options: {
    clock?: TestClock;
    lifecycle?: AnyLifecycle;
    workflows?: readonly Workflow[];
    logId?: string;
    store?: EventStore;
  } = {},
) {
  const clock = options.clock ?? testClock(LONG_AFTER);
  const { lifecycle = parcel, workflows = [], logId } = options;
  const store =
    options.store ?? memoryStore({ clock, ...(logId === undefined ? {} : { newLogId: () => logId }) });
  const sealer = createSealer(createMemoryKeyStore());
  const following = await openDirectory({ path: ':memory:', log: store });
  const { directory } = following;
  const people = createDirectoryService({ store, sealer, clock, directory: following });
  const warnings: object[] = [];
  const handler = createCommandHandler({
    store,
    sealer,
    directory,
    policies: policyBook(),
    clock,
    lifecycles: [lifecycle],
    log: { warn: (about: object) => warnings.push(about) },
  });
  const target: ImportTarget = {
    store,
    handler,
    directory,
    people,
    sealer,
    lifecycles: [lifecycle],
    workflows,
    clock,
    timerGraceMs: 2_000,
  };
  const runOn = (on: ImportTarget) => ({
    run: (lines: readonly LogLine[], mapping: string, more: ImportOptions = {}) =>
      importLog(lines, readMapping(mapping, 'mapping.yaml', [lifecycle]), on, more),
  });
  /** The same house with something else in place of a part. */
  const withParts = (parts: Partial<ImportTarget>) => runOn({ ...target, ...parts });
  /** Every event of the log's cases, in log order. */
  const events = async () =>
    (await store.readAll('', 1_000_000)).filter(event => event.streamId.startsWith(`${lifecycle.category}-`));
  return {
    clock,
    store,
    handler,
    directory,
    people,
    target,
    ...runOn(target),
    with: withParts,
    events,
    warnings,
  };
}

/** Rows as the lines of a file, from line 1. */
export function linesOf(rows: readonly (object | string)[]): readonly LogLine[] {
  return rows.map((row, index) => ({
    line: index + 1,
    text: typeof row === 'string' ? row : JSON.stringify(row),
  }));
}

/** A mapping of the tests' parcels: each activity is the name of a command. */
export const PARCEL_MAPPING = `
source: depot
lifecycle: complaint
keys:
  case: parcel
  activity: what
  row: n
  time: { key: at, format: rfc3339 }
  actor: who
team: { name: Depot, department: logistics }
people: { name: 'Depot {value}', roles: [agent, lead] }
open:
  command: open
  fields: { label: '{parcel}', description: 'Lost, said {who}' }
activities:
  missed: { leaveOut: the parcel is opened by it }
  note: { give: { command: note, fields: { text: '{text}' } } }
  reply: { give: { command: reply } }
  inspect: { give: { command: inspect } }
  merge: { give: { command: mergeInto, fields: { survivorId: { $case: other } } } }
  close: { give: { command: close } }
  heard: { leaveOut: hearsay }
`;
