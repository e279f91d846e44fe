import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../domain/log/envelope.ts';
import { SEALED } from '../../domain/log/personal.ts';
import { personalPathsOf } from '../../domain/log/personal-paths.ts';
import { upcast } from '../../domain/log/upcast.ts';
import { createSealer } from '../../src/privacy/sealer.ts';
import type { EventStore } from '../../src/store/event-store.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import { leafHash } from './leaf-hash.ts';
import { sampleOf } from './new-sample.ts';
import { eventTypes } from './registry.ts';
import { sampleKeys } from './sample-keys.ts';
import { readSamples, writeSamples } from './samples-file.ts';

function nameOf({ type, schemaVersion }: { type: string; schemaVersion: number }): string {
  return `${type} v${schemaVersion}`;
}

const types = eventTypes();
const samples = readSamples();
if (process.env['REDRESS_ADD_SAMPLES'] === '1') {
  const known = new Set(samples.map(({ stored }) => nameOf(stored)));
  samples.push(...types.filter(type => !known.has(nameOf(type))).map(sampleOf));
  writeSamples(samples);
}

describe('every event type', () => {
  it.each(types.map(type => [nameOf(type)]))('%s has a sample (if not: README.md here)', name => {
    expect(samples.filter(({ stored }) => nameOf(stored) === name)).toHaveLength(1);
  });
});

describe('a stored sample', () => {
  let folder: string;
  let store: EventStore;
  const read = new Map<string, RecordedEvent>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'redress-log-format-'));
    store = await openSqliteStore({ path: join(folder, 'events.db'), clock: { now: () => 0 } });
    for (const { stored } of samples) {
      const { streamId, revision: _first, ...event } = stored;
      await store.append(streamId, -1, [event]);
    }
    for (const { stored } of samples) {
      const [event] = await store.readStream(stored.streamId);
      if (event !== undefined) read.set(nameOf(stored), event);
    }
  });
  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  const readBack = (name: string): RecordedEvent => {
    const event = read.get(name);
    if (event === undefined) throw new Error(`${name} was not read back`);
    return event;
  };
  const each = samples.map(sample => [nameOf(sample.stored), sample] as const);

  it.each(each)('%s is hashed as it was when it was first written', (name, { hash }) => {
    expect(leafHash(readBack(name))).toBe(hash);
  });

  it.each(each)('%s opens to what was sealed', (name, { opened, openedCommand }) => {
    const event = createSealer(sampleKeys).open(readBack(name));
    expect(event.data).toEqual(opened);
    expect(event.metadata.command ?? null).toEqual(openedCommand);
  });

  it.each(each)('%s has no personal value outside its seals', (_name, { stored, opened }) => {
    const schema = types.find(type => nameOf(type) === nameOf(stored))?.schema;
    if (schema === undefined) return;
    const personal = personalPathsOf(schema)(opened, stored.streamId.slice(stored.streamId.indexOf('-') + 1));
    for (const { path } of personal) {
      const found = path.reduce<unknown>((at, key) => Object(at)[key], stored.data);
      expect(found, path.join('/')).toBe(SEALED);
    }
  });
});

describe('what is read of a sample', () => {
  const definitions = Object.fromEntries(types.map(({ type, ...definition }) => [type, definition]));

  it.each(samples.map(sample => [nameOf(sample.stored), sample] as const))(
    '%s is known to this release, and is what its schema takes, sealed and opened, with nothing left out',
    (_name, { stored, opened }) => {
      for (const data of [stored.data, opened]) {
        const current = upcast({ ...stored, data }, definitions);
        if (current.outcome === 'unknown') throw new Error('no schema reads it any more');
        expect(definitions[stored.type]?.schema.parse(current.data)).toEqual(current.data);
      }
    },
  );
});
