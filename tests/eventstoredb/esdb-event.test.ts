import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { encodeAppend } from '../../src/store/encoded-append.ts';
import { esdbEventOf } from '../../src/store/eventstoredb/esdb-event.ts';
import { newEvent, newStreamId } from '../contract/new-event.ts';

const ID = uuidv7();
/** Keys and texts that look like the parts of a body. */
const nasty = fc.constantFrom(
  'eventId',
  'metadata',
  'revision',
  'streamId',
  'type',
  '","metadata":',
  ID,
  `,"eventId":"${ID}","metadata":`,
);
const json = fc.letrec(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.integer(),
    fc.string(),
    nasty,
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.dictionary(fc.oneof(nasty, fc.string()), tie('value'), { maxKeys: 4 }),
})).object;

describe('an event as it is kept on EventStoreDB', () => {
  it('has all parts of its envelope, whatever it holds', () => {
    fc.assert(
      fc.property(json, json, (data, context) => {
        const event = newEvent(JSON.parse(JSON.stringify(data)));
        const metadata = { ...event.metadata, context: JSON.parse(JSON.stringify(context)) };
        const sealed = [{ keyId: ID, subject: ID, box: 'AQID' }];
        const { bodies } = encodeAppend(newStreamId(), 6, [{ ...event, eventId: ID, metadata, sealed }]);
        const kept = esdbEventOf(bodies[0] ?? '');
        const text = new TextDecoder().decode(
          kept.metadata instanceof Uint8Array ? kept.metadata : undefined,
        );
        expect({ ...kept, metadata: JSON.parse(text) }).toEqual({
          id: ID,
          contentType: 'application/json',
          type: event.type,
          data: event.data,
          metadata: JSON.parse(JSON.stringify({ metadata, schemaVersion: 1, sealed })),
        });
      }),
    );
  });
});
