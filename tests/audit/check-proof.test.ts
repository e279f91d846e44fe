import fc from 'fast-check';
import { v4 as uuidv4 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActorStamp } from '../../domain/log/envelope.ts';
import { checkProof } from '../../src/audit/check-proof.ts';
import { originOf, signCheckpoint } from '../../src/audit/checkpoint-note.ts';
import { leafHash } from '../../src/audit/merkle.ts';
import {
  type ConsistencyDocument,
  consistencyOf,
  type ProofDocument,
  proofOf,
} from '../../src/audit/proof-documents.ts';
import { newSigner } from '../../src/audit/signed-note.ts';
import { asker, type HttpHouse, httpHouse, receive } from '../http/http-house.ts';

const BY: ActorStamp = { id: uuidv4(), role: 'auditor', via: 'http' };
let house: HttpHouse;
let other: HttpHouse;
let ofCase: ProofDocument;
let growth: ConsistencyDocument;
/** Of a size that was never signed, and of the log's first events. */
let unsigned: ConsistencyDocument;
let older: string;
beforeAll(async () => {
  house = await httpHouse();
  other = await httpHouse();
  const ask = asker(house.app, (await house.person('agent')).token);
  const caseId = await receive(ask);
  const { checkpoints } = house.house.evidence;
  const before = await checkpoints.make(BY);
  older = before.note;
  await ask('POST', `/v1/complaints/${caseId}/acknowledge`, { channel: 'email' });
  const after = await checkpoints.make(BY);
  ofCase = await demand(proofOf(house.house, caseId, BY));
  growth = await consistencyOf(house.house, before.size, after.size);
  unsigned = await consistencyOf(house.house, before.size - 1, after.size);
}, 60_000);
afterAll(async () => {
  await house.close();
  await other.close();
});

async function demand<T>(value: Promise<T | undefined>): Promise<T> {
  const found = await value;
  if (found === undefined) throw new Error('there is none');
  return found;
}
const trusted = () => house.house.evidence.checkpoints.trusted();
const faults = (document: unknown, ...kept: string[]) => {
  const checked = checkProof(
    document,
    trusted(),
    kept.map(note => ({ note, source: 'kept.txt' })),
  );
  return checked.ok ? [] : checked.faults;
};

describe('a proof of events', () => {
  it('of a case, and of one event by its id, holds and says what it proves', async () => {
    expect(checkProof(ofCase, trusted())).toEqual({
      ok: true,
      proves: expect.stringMatching(
        /^\d+ events of complaint-\S+, revisions 0 to \d+, are in the log \S+ as it was signed at \d+ events$/,
      ),
    });
    const last = ofCase.events.at(-1);
    const ofEvent = await demand(proofOf(house.house, last?.eventId ?? '', BY));
    expect(ofEvent.events).toEqual([last]);
    expect(faults(ofEvent)).toEqual([]);
    expect(await proofOf(house.house, uuidv4(), BY)).toBeUndefined();
  });

  it('is held against the checkpoints that were kept', () => {
    expect(faults(ofCase, older, ofCase.checkpoint)).toEqual([]);
    expect(faults(ofCase, 'hello world')).toEqual(['kept.txt is no signed note']);
  });

  it('of another event, for another tree, by a stranger or of another log is told so', () => {
    const [first, second] = ofCase.events;
    if (first === undefined || second === undefined) throw new Error('too few');
    const with_ = (more: object) => faults({ ...ofCase, events: [{ ...first, ...more }] });
    const anotherTree = [expect.stringContaining('is of another event or another tree')];
    expect(with_({ index: second.index })).toEqual(anotherTree);
    expect(with_({ path: second.path })).toEqual(anotherTree);
    expect(with_({ body: first.body.replace('phone', 'email') })).toEqual(anotherTree);
    const another = [expect.stringContaining('its body is that of another event')];
    expect(with_({ body: second.body })).toEqual(another);
    expect(with_({ eventId: second.eventId })).toEqual(another);
    expect(with_({ revision: 7 })).toEqual(another);
    expect(with_({ type: 'CaseClosed' })).toEqual(another);
    const stranger = checkProof(ofCase, [newSigner('another').signer.verifier]);
    expect(stranger).toEqual({ ok: false, faults: [expect.stringContaining('is signed by a stranger')] });
    expect(faults({ ...ofCase, logId: other.house.store.logId })).toEqual([
      'its checkpoint is of another log',
    ]);
    expect(faults({ ...ofCase, verifier: `${ofCase.verifier}x` })).toEqual([
      expect.stringContaining('the verifier key in it'),
    ]);
    expect(faults([])).toEqual(['this is no proof of this system']);
  });

  it('that leaves an event of the case out, or all, is told so', () => {
    expect(faults({ ...ofCase, events: [] })).toEqual(['it holds no event']);
    expect(faults({ ...ofCase, events: ofCase.events.toSpliced(1, 1) })).toEqual([
      expect.stringContaining('an event of the case before it is missing'),
    ]);
  });
});

describe('a proof that the log only grew', () => {
  it('holds where both of its sizes were signed, in it or on what was kept elsewhere', () => {
    const { oldSize, newSize } = growth;
    expect(checkProof(growth, trusted())).toEqual({
      ok: true,
      proves: `the log ${growth.logId} of ${newSize} events only adds to that of ${oldSize}`,
    });
    expect(faults({ ...growth, checkpoints: growth.checkpoints.slice(1) })).toEqual([
      `nothing that was signed says what the log of ${oldSize} events was: give its checkpoint (--checkpoint)`,
    ]);
    expect(faults({ ...growth, checkpoints: growth.checkpoints.slice(1) }, older)).toEqual([]);
  });

  it('for roots that nobody signed proves nothing: anybody can make one', () => {
    expect(faults(unsigned)).toEqual([expect.stringContaining('nothing that was signed says')]);
    const [oldRoot, newRoot] = [leafHash('a'), leafHash('b')];
    const own = {
      ...growth,
      oldSize: 0,
      oldRoot: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
      newSize: 1,
      newRoot: Buffer.from(newRoot).toString('base64'),
      path: [],
      checkpoints: [],
    };
    expect(oldRoot).not.toEqual(newRoot);
    expect(faults(own)).toEqual([expect.stringContaining('what the log of 1 events was')]);
  });

  it('for another tree than the checkpoint that was kept, or by a stranger, is told so', () => {
    const { logId, newSize } = growth;
    const origin = originOf(logId);
    const root = leafHash('another history');
    const forged = signCheckpoint({ origin, size: newSize, root }, newSigner(origin).signer);
    expect(faults(growth, forged)).toEqual([expect.stringContaining('kept.txt is signed by a stranger')]);
    const note = house.house.evidence.checkpoints;
    expect(faults(growth, note.sign('a letter\n'))).toEqual(['kept.txt is signed, but is no checkpoint']);
    expect(faults({ ...growth, newRoot: growth.oldRoot })).toEqual([
      expect.stringContaining('it is a proof for another tree'),
      'the later log does not follow on the earlier one',
    ]);
  });
});

/** Every place in a document where a value stands. */
function places(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (Array.isArray(value)) return value.flatMap((each, at) => places(each, [...path, at]));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, each]) => places(each, [...path, name]));
  return [path];
}
function edited(
  value: unknown,
  path: readonly (string | number)[],
  edit: (leaf: unknown) => unknown,
): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return edit(value);
  if (Array.isArray(value)) return value.map((each, at) => (at === head ? edited(each, rest, edit) : each));
  return Object.fromEntries(
    Object.entries(Object(value)).map(([name, each]) => [
      name,
      name === head ? edited(each, rest, edit) : each,
    ]),
  );
}

describe('a proof with anything in it changed', () => {
  it.each([
    ['of events', () => ofCase],
    ['of growth', () => growth],
  ])('is never taken, and never makes the check throw: %s', (_what, document) => {
    const all = places(document());
    fc.assert(
      fc.property(
        fc.nat(all.length - 1),
        fc.nat(),
        fc.nat(7),
        fc.oneof(fc.constant('bit'), fc.jsonValue()),
        (place, at, bit, how) => {
          const path = all[place] ?? [];
          const changed = edited(document(), path, leaf => {
            if (how !== 'bit') return how;
            if (typeof leaf === 'number') return leaf ^ (1 << bit);
            const bytes = Buffer.from(String(leaf));
            const index = at % bytes.length;
            bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
            return bytes.toString('latin1');
          });
          fc.pre(JSON.stringify(changed) !== JSON.stringify(document()));
          expect([path, checkProof(changed, trusted()).ok]).toEqual([path, false]);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('is never taken for what is any JSON at all', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        expect(checkProof(value, trusted()).ok).toBe(false);
      }),
    );
  });
});
