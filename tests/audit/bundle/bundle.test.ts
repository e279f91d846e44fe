import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../../domain/case/actor.ts';
import { lifecycleByName, lifecycles } from '../../../domain/lifecycles.ts';
import { BUNDLE_FILES, sha256Of } from '../../../src/audit/bundle/bundle-format.ts';
import { bundleText } from '../../../src/audit/bundle/bundle-text.ts';
import { eventNameZh } from '../../../src/audit/bundle/event-names.ts';
import { makeBundle } from '../../../src/audit/bundle/make-bundle.ts';
import { type BundleTrust, verifyBundle } from '../../../src/audit/bundle/verify-bundle.ts';
import { readZip, type ZipFile, zipOf } from '../../../src/audit/bundle/zip-format.ts';
import { originOf, signCheckpoint } from '../../../src/audit/checkpoint-note.ts';
import { leafHash } from '../../../src/audit/merkle.ts';
import { newSigner, signNote } from '../../../src/audit/signed-note.ts';
import { asker, type HttpHouse, httpHouse, receive, STAFF_NAME } from '../../http/http-house.ts';

let house: HttpHouse;
let caseId: string;
let archive: Buffer;
const SECRET = '<script>alert("坏")</script> the slider';

beforeAll(async () => {
  house = await httpHouse();
  const { token, userId } = await house.person('agent');
  const ask = asker(house.app, token);
  caseId = await receive(ask, { description: SECRET });
  await receive(ask);
  await house.house.evidence.checkpoints.make({ id: userId, role: 'agent', via: 'http' });
  await ask('POST', `/v1/complaints/${caseId}/acknowledge`, { channel: 'email' });
  await ask('POST', `/v1/complaints/${caseId}/acknowledge`, { channel: 'email' });
  archive = await bundleAs(['lead']);
});
afterAll(() => house.close());

async function bundleAs(roles: Actor['roles']): Promise<Buffer> {
  const lifecycle = lifecycleByName('complaint');
  if (lifecycle === undefined) throw new Error('there is no complaint');
  const id = '4d3b7a52-6f0e-4c57-9f4e-0d2a1c9b8e11';
  const role = roles[0] ?? 'auditor';
  const reader: Actor = { id, role, roles: [...roles], via: 'cli', qualifications: [] };
  const wanted = {
    lifecycle,
    caseId,
    reader,
    by: { id, role, via: 'cli' as const },
    timeZone: 'Asia/Shanghai',
  };
  const made = await makeBundle(house.house, wanted);
  if (made === undefined) throw new Error('there is no such case');
  return Buffer.concat([...made]);
}

const trustedKeys = () => house.house.evidence.checkpoints.trusted().map(({ text }) => text);
const codes = (bytes: Buffer, trust: BundleTrust = {}) =>
  verifyBundle(bytes, trust).faults.map(({ code }) => code);
const filesOf = (bytes: Buffer): ZipFile[] => {
  const read = readZip(bytes);
  if ('fault' in read) throw new Error(read.fault);
  return [...read.files].map(([name, file]) => ({ name, bytes: file }));
};
const fileOf = (bytes: Buffer, name: string) =>
  filesOf(bytes)
    .find(each => each.name === name)
    ?.bytes.toString() ?? '';
/** The archive put together again with some of its files changed. */
const rebuilt = (change: (files: ZipFile[]) => ZipFile[]) =>
  Buffer.concat([...zipOf(change(filesOf(archive)))]);

describe('a bundle', () => {
  it('is believed by whoever has the key, and says what it proves', () => {
    const report = verifyBundle(archive, { keys: trustedKeys() });
    expect(report).toMatchObject({
      ok: true,
      facts: { caseStream: `complaint-${caseId}`, keyWasGiven: true, earlierCheckpoints: 1 },
    });
    expect(report.facts?.caseEvents).toBeGreaterThan(3);
    expect(bundleText(report)).toContain('✓');
  });

  it('is not called trustworthy where the key came out of it too: anybody can make one', () => {
    const report = verifyBundle(archive);
    expect(report).toMatchObject({ ok: true, facts: { keyWasGiven: false } });
    expect(bundleText(report)).toContain('who made it is not proven');
    expect(bundleText(report)).not.toContain('此证据包可信');
  });

  it('agrees with a checkpoint that was kept from before, and with no other', () => {
    const earlier = JSON.parse(fileOf(archive, BUNDLE_FILES.earlier).split('\n')[0] ?? '').note;
    expect(verifyBundle(archive, { kept: [{ source: 'kept', note: earlier }] }).facts?.keptAgree).toBe(1);
    const { logId } = house.house.store;
    const forged = (size: number) =>
      signCheckpoint(
        { origin: originOf(logId), size, root: leafHash('') },
        newSigner(originOf(logId)).signer,
      );
    expect(codes(archive, { kept: [{ source: 'x', note: forged(5) }] })).toEqual(['stranger']);
    expect(codes(archive, { kept: [{ source: 'x', note: 'a letter' }] })).toEqual(['malformed']);
    const sign = (text: string) => house.house.evidence.checkpoints.sign(text);
    expect(codes(archive, { kept: [{ source: 'x', note: sign('a letter\n') }] })).toEqual(['notACheckpoint']);
  });

  it('shows names and words to staff, and to an auditor that there are some', async () => {
    expect(fileOf(archive, BUNDLE_FILES.readable)).toContain('the slider');
    const sealed = await bundleAs(['auditor']);
    expect(verifyBundle(sealed).ok).toBe(true);
    for (const { bytes } of filesOf(sealed)) {
      expect(bytes.toString()).not.toContain('the slider');
      expect(bytes.toString()).not.toContain(STAFF_NAME);
    }
  });

  it('has a report in both languages that needs no network and runs no script', () => {
    const page = fileOf(archive, BUNDLE_FILES.report);
    expect(page).toContain('受理投诉');
    expect(page).toContain('Complaint received');
    expect(page).toContain('&#60;script&#62;alert(');
    expect(page).not.toMatch(/<script|src=|href=|https?:\/\/|url\(/i);
  });

  it('names what happened in Chinese, under names that some event has', () => {
    const types = lifecycles.flatMap(({ events }) => Object.keys(events));
    const unnamed = types.filter(type => eventNameZh(type) === undefined);
    // A type that came since is shown by its own name alone.
    expect(unnamed.length).toBeLessThan(types.length / 4);
    expect(eventNameZh('ComplaintReceived')).toBe('受理投诉');
  });
});

describe('a bundle that is not as it was made', () => {
  it('is told apart: cut off, no archive, compressed, a name that leads out, two of one name', () => {
    expect(codes(archive.subarray(0, archive.length - 1))).toEqual(['truncated']);
    expect(codes(archive.subarray(0, 5_000))).toEqual(['truncated']);
    expect(codes(archive.subarray(0, 3))).toEqual(['notABundle']);
    expect(codes(Buffer.from('<html>'))).toEqual(['notABundle']);
    const compressed = Buffer.from(archive);
    compressed.writeUInt16LE(8, 8);
    expect(codes(compressed)).toEqual(['compressed']);
    const named = (name: string) => {
      const bytes = Buffer.from(archive);
      bytes.write(name, 30);
      return codes(bytes);
    };
    expect(named('../nifest.txt')).toEqual(['unsafeName']);
    expect(named('/anifest.txt')).toEqual(['unsafeName']);
    expect(named('a\\nifest.txt')).toEqual(['unsafeName']);
    const bomb = Buffer.from(archive);
    // It says that the first file has 4 GB: nothing is made room for by what a header says.
    bomb.writeUInt32LE(0xffffffff, 22);
    expect(codes(bomb)).toEqual(['truncated']);
    const twice = rebuilt(files => [...files, { name: BUNDLE_FILES.readMe, bytes: Buffer.from('') }]);
    expect(codes(twice)).toEqual(['twice']);
    expect(() => [...zipOf([{ name: '../x', bytes: Buffer.from('') }])]).toThrow(TypeError);
  });

  it('is told apart: a file changed, taken away or put in', () => {
    const changed = (name: string) => (files: ZipFile[]) =>
      files.map(file =>
        file.name === name ? { name, bytes: Buffer.concat([file.bytes, Buffer.from(' ')]) } : file,
      );
    expect(codes(rebuilt(changed(BUNDLE_FILES.report)))).toEqual(['changed']);
    expect(codes(rebuilt(changed(BUNDLE_FILES.manifest)))).toEqual(['malformed']);
    expect(codes(rebuilt(files => files.filter(({ name }) => name !== BUNDLE_FILES.proofs)))).toEqual([
      'missing',
    ]);
    expect(codes(rebuilt(files => [...files, { name: 'more.txt', bytes: Buffer.from('') }]))).toEqual([
      'extra',
    ]);
  });

  it('is told apart: signed by a stranger, and by the house for what it is not', async () => {
    const stranger = newSigner(originOf(house.house.store.logId)).signer;
    const resigned = (
      sign: (text: string) => string,
      change: (files: ZipFile[]) => ZipFile[] = files => files,
    ) =>
      rebuilt(files => {
        const changed = change(files).filter(({ name }) => name !== BUNDLE_FILES.manifest);
        const head = fileOf(archive, BUNDLE_FILES.manifest).split('\n').slice(0, 4);
        const lines = changed.map(({ name, bytes }) => `${sha256Of(bytes)} ${bytes.length} ${name}`);
        const manifest = sign(`${[...head, ...lines].join('\n')}\n`);
        return [{ name: BUNDLE_FILES.manifest, bytes: Buffer.from(manifest) }, ...changed];
      });
    const put = (name: string, edit: (text: string) => string) => (files: ZipFile[]) =>
      files.map(file =>
        file.name === name ? { name, bytes: Buffer.from(edit(file.bytes.toString())) } : file,
      );
    expect(codes(resigned(text => signNote(text, stranger)))).toEqual(['stranger']);
    const byHouse = (text: string) => house.house.evidence.checkpoints.sign(text);
    expect(codes(resigned(byHouse))).toEqual([]);
    const [line] = signNote('another text\n', stranger).split('\n').slice(-2);
    expect(codes(resigned(text => `${byHouse(text)}${line}\n`))).toEqual(['extra']);
    const bottomless = put(BUNDLE_FILES.policies, () => `[${'['.repeat(200_000)}${']'.repeat(200_000)}]`);
    expect(codes(resigned(byHouse, bottomless))).toEqual(['notPublished']);
    // Who holds the key, and changes what the bundle says, is found out by the proofs all the same.
    const anotherChannel = put(BUNDLE_FILES.events, text => text.replace('"phone"', '"email"'));
    expect(codes(resigned(byHouse, anotherChannel))).toContain('notProven');
    const swapped = put(BUNDLE_FILES.proofs, text =>
      text.split('\n').toSorted().join('\n').trimStart().concat('\n'),
    );
    expect(codes(resigned(byHouse, swapped))).toContain('notProven');
    const oneLess = (text: string) => text.split('\n').toSpliced(1, 1).join('\n');
    const gap = (files: ZipFile[]) =>
      put(BUNDLE_FILES.proofs, oneLess)(put(BUNDLE_FILES.events, oneLess)(files));
    expect(codes(resigned(byHouse, gap))).toEqual(['gap']);
    expect(
      codes(
        resigned(
          byHouse,
          put(BUNDLE_FILES.policies, () => '[{"policyId":"mine"}]'),
        ),
      ),
    ).toEqual(['notPublished']);
    const inconsistent = put(BUNDLE_FILES.earlier, text =>
      text.replace(/"path":\["[^"]*"/, '"path":["AAAA"'),
    );
    expect(codes(resigned(byHouse, inconsistent))).toEqual(['inconsistent']);
    const { event, other } = { event: BUNDLE_FILES.checkpoint, other: 'a letter\n' };
    expect(
      codes(
        resigned(
          byHouse,
          put(event, () => byHouse(other)),
        ),
      ),
    ).toEqual(['notACheckpoint']);
  });

  it('is never believed with one bit turned, a piece cut out or put in, and never makes the verifier throw', () => {
    fc.assert(
      fc.property(
        fc.nat(archive.length - 1),
        fc.nat(7),
        fc.nat(40),
        fc.constantFrom('turn', 'cut', 'put'),
        (at, bit, length, how) => {
          let mutated = Buffer.from(archive);
          if (how === 'turn') mutated[at] = (mutated[at] ?? 0) ^ (1 << bit);
          if (how === 'cut')
            mutated = Buffer.concat([archive.subarray(0, at), archive.subarray(at + length + 1)]);
          if (how === 'put')
            mutated = Buffer.concat([
              archive.subarray(0, at),
              Buffer.alloc(length + 1),
              archive.subarray(at),
            ]);
          expect(verifyBundle(mutated).ok).toBe(false);
        },
      ),
      { numRuns: 150 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), noise => {
        expect(verifyBundle(Buffer.from(noise)).ok).toBe(false);
        expect(verifyBundle(Buffer.concat([archive.subarray(0, 30), Buffer.from(noise)])).ok).toBe(false);
      }),
    );
  });
});
