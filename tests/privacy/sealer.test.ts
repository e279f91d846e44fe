import fc from 'fast-check';
import { v4 } from 'uuid';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { StoredEvent } from '../../domain/log/envelope.ts';
import { ERASED, personal, SEALED } from '../../domain/log/personal.ts';
import { createMemoryKeyStore } from '../../src/privacy/memory-key-store.ts';
import { createSealer, SealBrokenError, type SealInput, type SealSchemas } from '../../src/privacy/sealer.ts';
import { personalSchemaAndData } from './personal-schema.ts';

const caseUuid = '01930000-0000-7000-8000-000000000001';
const contactId = '01930000-0000-7000-8000-000000000002';

const received = z.object({
  text: personal(z.string().max(4000)),
  contactId: z.uuid().optional(),
  contactName: personal(z.string().max(80), 'contactId').optional(),
  items: z.array(z.object({ product: z.string(), remark: personal(z.string()).optional() })).default([]),
});
const receive = z.object({ text: personal(z.string()), contactName: personal(z.string()).optional() });
const schemas: SealSchemas = { event: received, command: receive };

function input(data: z.infer<typeof received>, rest: Partial<SealInput> = {}): SealInput {
  return {
    eventId: v4(),
    streamId: `complaint-${caseUuid}`,
    type: 'ComplaintReceived',
    schemaVersion: 1,
    data: JSON.parse(JSON.stringify(data)),
    ...rest,
  };
}

function stored(sealer: ReturnType<typeof createSealer>, event: SealInput, by = schemas): StoredEvent {
  const { data, command, sealed } = sealer.seal(event, by);
  return {
    eventId: event.eventId,
    streamId: event.streamId,
    revision: 0,
    type: event.type,
    schemaVersion: event.schemaVersion,
    data,
    sealed,
    metadata: {
      occurredAt: 1,
      decidedAt: 1,
      recordedAt: 1,
      actor: { id: contactId, role: 'agent', via: 'http' },
      commandId: v4(),
      correlationId: v4(),
      deciderVersion: 1,
      ...(command === undefined ? {} : { command }),
    },
  };
}

function setUp() {
  const keys = createMemoryKeyStore();
  return { keys, sealer: createSealer(keys) };
}

const full = {
  text: '拉头脱落，客户王小姐来电',
  contactId,
  contactName: '王小姐',
  items: [{ product: 'P-5', remark: 'zip breaks' }, { product: 'P-6' }],
};

describe('sealing', () => {
  test('leaves [sealed] where a personal value was, and the rest as it is', () => {
    const { sealer } = setUp();
    expect(sealer.seal(input(full), schemas).data).toEqual({
      text: SEALED,
      contactId,
      contactName: SEALED,
      items: [{ product: 'P-5', remark: SEALED }, { product: 'P-6' }],
    });
  });

  test('makes one block for each subject', () => {
    const { sealer } = setUp();
    expect(sealer.seal(input(full), schemas).sealed.map(block => block.subject)).toEqual([
      caseUuid,
      contactId,
    ]);
  });

  test('makes no block when there is nothing personal', () => {
    const { sealer } = setUp();
    const event = input(full);
    const { data, sealed } = sealer.seal(event, { event: z.object({ text: z.string() }) });
    expect({ data, sealed }).toEqual({ data: event.data, sealed: [] });
  });

  test('gives a field whose sibling names nobody to the case', () => {
    const { sealer } = setUp();
    const { sealed } = sealer.seal(input({ text: 'a', contactName: 'b', items: [] }), schemas);
    expect(sealed.map(block => block.subject)).toEqual([caseUuid]);
  });

  test('keeps a value that the command repeats once, under the subject that the event gives it', () => {
    const { sealer, keys } = setUp();
    const command = { type: 'receive', data: { text: full.text, contactName: '王小姐' } };
    const event = stored(sealer, input(full, { command }));
    const alone = stored(sealer, input(full));
    expect(event.sealed.map(({ box }) => box.length)).not.toEqual(alone.sealed.map(({ box }) => box.length));
    expect(event.metadata.command?.data).toEqual({ text: SEALED, contactName: SEALED });
    expect(sealer.open(event).metadata.command).toEqual(command);
    return keys.eraseSubject(contactId).then(() => {
      expect(sealer.open(event).metadata.command?.data).toEqual({ text: full.text, contactName: ERASED });
    });
  });

  test('names the key of the anchor though nothing of it is sealed', () => {
    const { sealer, keys } = setUp();
    const event = stored(sealer, input(full, { anchor: caseUuid }), { event: z.object({}) });
    expect(event.sealed.map(block => block.keyId)).toEqual([keys.keyFor(caseUuid).keyId]);
    expect(sealer.open(event).data).toEqual(full);
  });

  test('does not touch its input', () => {
    const { sealer } = setUp();
    const event = input(full, { command: { type: 'receive', data: { text: full.text } } });
    const before = structuredClone(event);
    stored(sealer, event);
    expect(event).toEqual(before);
  });

  test('refuses a command without a schema to tell its personal fields by', () => {
    const { sealer } = setUp();
    const event = input(full, { command: { type: 'receive', data: {} } });
    expect(() => sealer.seal(event, { event: received })).toThrow(TypeError);
  });
});

describe('opening', () => {
  test('puts every value back, in the data and in the command', () => {
    const { sealer } = setUp();
    const command = { type: 'receive', data: { text: full.text, contactName: 'someone else' } };
    const opened = sealer.open(stored(sealer, input(full, { command })));
    expect({ data: opened.data, command: opened.metadata.command }).toEqual({ data: full, command });
  });

  test('does not touch the stored event', () => {
    const { sealer } = setUp();
    const event = stored(sealer, input(full));
    const before = structuredClone(event);
    sealer.open(event);
    expect(event).toEqual(before);
  });

  test('gives back a text that happens to be the mark itself', () => {
    const { sealer } = setUp();
    const data = { text: SEALED, items: [] };
    expect(sealer.open(stored(sealer, input(data))).data).toEqual(data);
  });

  test('shows [erased] where the key is gone, and what belongs to others', async () => {
    const { sealer, keys } = setUp();
    const event = stored(sealer, input(full));
    await keys.eraseSubject(contactId);
    expect(sealer.open(event).data).toEqual({ ...full, contactName: ERASED });
  });

  test('returns an event without blocks as it is', () => {
    const { sealer } = setUp();
    const event = stored(sealer, input(full), { event: z.object({}) });
    expect(sealer.open(event)).toBe(event);
  });
});

describe('after an erasure', () => {
  test('a new event of the subject is written with [erased] and no block', async () => {
    const { sealer, keys } = setUp();
    await keys.eraseSubject(caseUuid);
    const { data, sealed } = sealer.seal(input({ text: 'too late', items: [] }), schemas);
    expect({ data, sealed }).toEqual({ data: { text: ERASED, items: [] }, sealed: [] });
  });

  test('the MAC of a body cannot be computed', async () => {
    const { sealer, keys } = setUp();
    const mac = sealer.bodyMac(caseUuid, '{}');
    await keys.eraseSubject(caseUuid);
    expect([mac, sealer.bodyMac(caseUuid, '{}')]).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
      undefined,
    ]);
  });
});

describe('a MAC of a body', () => {
  test('is the same for the same body and subject, and differs for another of either', () => {
    const { sealer } = setUp();
    const macs = [
      sealer.bodyMac(caseUuid, '{"a":1}'),
      sealer.bodyMac(caseUuid, '{"a":1}'),
      sealer.bodyMac(caseUuid, '{"a":2}'),
      sealer.bodyMac(contactId, '{"a":1}'),
    ];
    expect(macs[0]).toBe(macs[1]);
    expect(new Set(macs).size).toBe(3);
  });
});

describe('tampering is named', () => {
  const cases: Record<string, (event: StoredEvent) => StoredEvent> = {
    'another event id': event => ({ ...event, eventId: v4() }),
    'another schema version': event => ({ ...event, schemaVersion: 2 }),
    'a value put in by hand': event => ({ ...event, data: { ...event.data, text: 'forged' } }),
    'a field taken away': event => ({ ...event, data: {} }),
    'a block cut short': event => ({
      ...event,
      sealed: event.sealed.map(block => ({ ...block, box: block.box.slice(0, 24) })),
    }),
    'an empty block': event => ({ ...event, sealed: event.sealed.map(block => ({ ...block, box: '' })) }),
  };
  test.each(Object.entries(cases))('%s', (_what, tamper) => {
    const { sealer } = setUp();
    const event = tamper(stored(sealer, input(full)));
    expect(() => sealer.open(event)).toThrow(SealBrokenError);
    expect(() => sealer.open(event)).toThrow(event.eventId);
  });

  test('any changed bit of a box', () => {
    const { sealer } = setUp();
    const event = stored(sealer, input(full));
    const box = Buffer.from(event.sealed[0]?.box ?? '', 'base64');
    fc.assert(
      fc.property(fc.nat(box.length * 8 - 1), bit => {
        const changed = Buffer.from(box);
        changed.writeUInt8(box.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        const sealed = event.sealed.map((block, at) =>
          at === 0 ? { ...block, box: changed.toString('base64') } : block,
        );
        expect(() => sealer.open({ ...event, sealed })).toThrow(SealBrokenError);
      }),
    );
  });

  test('a block moved to another event of the same subject', () => {
    const { sealer } = setUp();
    const one = stored(sealer, input(full));
    const other = stored(sealer, input(full));
    expect(() => sealer.open({ ...one, sealed: other.sealed })).toThrow(SealBrokenError);
  });
});

describe('for any schema and any data', () => {
  test('no personal value is in what is stored, and opening gives all of it back', () => {
    fc.assert(
      fc.property(personalSchemaAndData(), ({ schema, data, secrets }) => {
        const { sealer } = setUp();
        const command = { type: 'receive', data };
        const event = stored(
          sealer,
          { ...input(full), data: { body: data }, command },
          { event: z.object({ body: schema }), command: schema },
        );
        const text = JSON.stringify(event);
        expect(secrets.filter(secret => text.includes(secret))).toEqual([]);
        const opened = sealer.open(event);
        expect([opened.data, opened.metadata.command]).toEqual([{ body: data }, command]);
      }),
    );
  });

  test('what is left after erasing every subject passes the schema, and holds no secret', async () => {
    await fc.assert(
      fc.asyncProperty(personalSchemaAndData(), async ({ schema, data, secrets }) => {
        const { sealer, keys } = setUp();
        const by = { event: z.object({ body: schema }) };
        const event = stored(sealer, { ...input(full), data: { body: data } }, by);
        for (const { subject } of event.sealed) await keys.eraseSubject(subject);
        const opened = sealer.open(event);
        expect(by.event.safeParse(opened.data).success).toBe(true);
        expect(by.event.safeParse(event.data).success).toBe(true);
        expect(secrets.filter(secret => JSON.stringify(opened.data).includes(secret))).toEqual([]);
        expect(JSON.stringify(opened.data).includes(SEALED)).toBe(false);
      }),
    );
  });
});
