import { v5, v7 } from 'uuid';
import type { StoredEvent } from '../../domain/log/envelope.ts';
import { defaultPolicy } from '../../domain/sla/default-policy.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { createSealer } from '../../src/privacy/sealer.ts';
import { canonicalJson } from '../../src/store/canonical-json.ts';
import { leafHash } from './leaf-hash.ts';
import type { EventType } from './registry.ts';
import { sampleKeys } from './sample-keys.ts';
import type { Sample } from './samples-file.ts';
import { wholeValue } from './whole-value.ts';

const NAMESPACE = '6f1f0c3e-93a1-4f3f-8f0b-0b7f3f7c2f55';
const sealer = createSealer(sampleKeys);

const calendarContent = () => {
  const { version: _version, knownFrom: _knownFrom, ...calendar } = chinaCalendar();
  return calendar;
};
const policyContent = () => {
  const { policyId: _id, version: _version, holdsFrom: _holdsFrom, ...policy } = defaultPolicy();
  return policy;
};

/** What a generated value cannot know: rules between fields. */
const byHand: Readonly<Record<string, () => object>> = {
  CalendarPublished: () => ({ calendar: chinaCalendar() }),
  CheckpointSigned: () => ({
    size: 4711,
    root: 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=',
    note: 'redress/01a20bba-6482-72b3-9aa1-94fad2dd94b2\n4711\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— name c2ln\n',
    verifier:
      'redress/01a20bba-6482-72b3-9aa1-94fad2dd94b2+2aace68d+Ad6YHTUVDtMyw7iJcPUtyFfLawCpveZ09etB5Zr6lsWd',
  }),
  MasterKeyNamed: () => ({ fingerprint: '5b6a1c0f3d9e47a28c11f0e2d3b4a596' }),
  LogMoved: () => ({
    move: 1,
    from: 'sqlite',
    to: 'eventstoredb',
    size: 4711,
    root: 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=',
  }),
  CalendarDrafted: () => ({ draft: 1, calendar: calendarContent() }),
  PolicyPublished: () => ({ policy: defaultPolicy() }),
  PolicyDrafted: () => ({ draft: 1, policy: policyContent() }),
};
const commandsByHand: Readonly<Record<string, () => object>> = {
  draftCalendar: () => ({ calendar: calendarContent(), replaces: 1, basedOn: 1 }),
  draftPolicy: () => ({ policy: policyContent(), replaces: 1 }),
};

/** An event of the type as it would be stored today, with every field that it can have. */
export function sampleOf({ category, type, schemaVersion, schema, command }: EventType): Sample {
  const counter = { ids: 0 };
  const streamUuid = v5(`${type} v${schemaVersion}`, NAMESPACE);
  const streamId = `${category}-${streamUuid}`;
  const opened = plain(schema.parse(byHand[type]?.() ?? wholeValue(schema, counter)));
  const journalled =
    command === undefined
      ? undefined
      : {
          type: command.type,
          data: plain(
            command.schema.parse(commandsByHand[command.type]?.() ?? wholeValue(command.schema, counter)),
          ),
        };
  const eventId = v7();
  const sealed = sealer.seal(
    {
      eventId,
      streamId,
      type,
      schemaVersion,
      data: opened,
      ...(journalled === undefined ? {} : { command: journalled, anchor: streamUuid }),
    },
    { event: schema, ...(command === undefined ? {} : { command: command.schema }) },
  );
  const stored: StoredEvent = {
    eventId,
    streamId,
    revision: 0,
    type,
    schemaVersion,
    data: sealed.data,
    sealed: sealed.sealed,
    metadata: {
      occurredAt: 1_772_416_800_000,
      decidedAt: 1_772_416_860_000,
      recordedAt: 1_772_416_860_123,
      actor: {
        id: v5('actor', NAMESPACE),
        role: 'agent',
        via: 'http',
        onBehalfOf: v5('holder', NAMESPACE),
      },
      commandId: v5(`command of ${type}`, NAMESPACE),
      correlationId: v5('correlation', NAMESPACE),
      causationId: v5('cause', NAMESPACE),
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      policyVersion: 1,
      calendarVersion: 1,
      deciderVersion: 1,
      importId: v5('import', NAMESPACE),
      context: { actor: { roles: ['agent'], qualifications: [] } },
      ...(sealed.command === undefined ? {} : { command: sealed.command }),
      ...(journalled === undefined ? {} : macOf(streamUuid, journalled)),
    },
  };
  return { stored, hash: leafHash(stored), opened, openedCommand: journalled ?? null };
}

function macOf(streamUuid: string, command: object): { bodyMac?: string } {
  const bodyMac = sealer.bodyMac(streamUuid, canonicalJson(command));
  return bodyMac === undefined ? {} : { bodyMac };
}

/** As JSON carries it; both come from schemas that hold nothing else. */
function plain(value: object): StoredEvent['data'] {
  return JSON.parse(JSON.stringify(value)) as StoredEvent['data'];
}
