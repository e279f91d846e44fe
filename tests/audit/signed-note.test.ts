import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openCheckpoint, parseCheckpoint, signCheckpoint } from '../../src/audit/checkpoint-note.ts';
import { EMPTY_ROOT, leafHash } from '../../src/audit/merkle.ts';
import {
  type NoteSigner,
  type NoteVerifier,
  newSigner,
  openNote,
  parseSigner,
  parseVerifier,
  signNote,
} from '../../src/audit/signed-note.ts';

/** The keys, text and signatures that Go's sumdb/note is tested with. */
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const PETERS_SECRET = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const ENOCH = 'EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop';
const TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const BY_PETER =
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
const BY_ENOCH =
  '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n';

function demand<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it was not read');
  return value;
}
const peter: NoteVerifier = demand(parseVerifier(PETER));
const enoch: NoteVerifier = demand(parseVerifier(ENOCH));
const signer: NoteSigner = demand(parseSigner(PETERS_SECRET));

describe('keys', () => {
  it('are read as Go writes them, and refused with any part missing or one character changed', () => {
    expect(peter).toMatchObject({ name: 'PeterNeumann', keyId: 'c74f20a3', text: PETER });
    expect(signer.verifier.text).toBe(PETER);
    for (const [text, parse] of [
      [PETER, parseVerifier],
      [PETERS_SECRET, parseSigner],
    ] as const) {
      for (let from = 0; from < text.length; from++) {
        for (let to = from + 1; to <= text.length; to++) {
          if (from !== 0 || to !== text.length) expect(parse(text.slice(from, to))).toBeUndefined();
        }
        const next = String.fromCharCode(text.charCodeAt(from) + 1);
        expect(parse(text.slice(0, from) + next + text.slice(from + 1))).toBeUndefined();
      }
    }
    expect(
      parseVerifier('PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=='),
    ).toBeUndefined();
    expect(
      parseVerifier('PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'),
    ).toBeUndefined();
  });

  it('are made anew, and read again as they were made', () => {
    const made = newSigner('redress/a');
    expect(parseSigner(made.secret)?.verifier.text).toBe(made.signer.verifier.text);
    expect(openNote(signNote('text\n', made.signer), [made.signer.verifier]).outcome).toBe('signed');
    for (const name of ['', 'with space', 'with+plus', 'line\nend'])
      expect(() => newSigner(name)).toThrow(TypeError);
  });
});

describe('a signed note', () => {
  it('is signed byte for byte as Go signs it', () => {
    expect(signNote(TEXT, signer)).toBe(`${TEXT}\n${BY_PETER}`);
  });

  it('is opened by whom we trust, whoever else signed it', () => {
    const note = `${TEXT}\n${BY_PETER}${BY_ENOCH}`;
    expect(openNote(note, [peter])).toMatchObject({ outcome: 'signed', text: TEXT, signedBy: [peter] });
    expect(openNote(note, [peter, enoch])).toMatchObject({
      outcome: 'signed',
      text: TEXT,
      signedBy: [peter, enoch],
    });
    expect(openNote(note, [])).toEqual({
      outcome: 'stranger',
      names: ['PeterNeumann+c74f20a3', 'EnochRoot+af0cfe78'],
    });
  });

  it('is refused as malformed where it has not the form', () => {
    const notes = [
      TEXT,
      `${TEXT}\n`,
      `${TEXT}\n${BY_PETER.slice(0, -1)}`,
      `\u0001${TEXT}\n${BY_PETER}`,
      `\ud800${TEXT}\n${BY_PETER}`,
      `${TEXT}\n— Bad Name x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`,
      `${TEXT}\n${BY_PETER}Unexpected line.\n`,
      `${TEXT}\n${BY_PETER.repeat(101)}`,
      '',
    ];
    for (const note of notes) expect(openNote(note, [peter]).outcome).toBe('malformed');
  });

  it('is refused where a key that we trust did not sign it', () => {
    expect(openNote(`${TEXT}more\n\n${BY_PETER}`, [peter]).outcome).toBe('badSignature');
    // Another's good signature does not mend it.
    expect(openNote(`more ${TEXT}\n${BY_PETER}${BY_ENOCH}`, [peter, enoch]).outcome).toBe('badSignature');
    // Nor does its own, above one that it did not make.
    const [head, name, signature = ''] = BY_PETER.trimEnd().split(' ');
    const bytes = Buffer.from(signature, 'base64');
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    const spoilt = `${head} ${name} ${bytes.toString('base64')}\n`;
    expect(openNote(`${TEXT}\n${BY_PETER}${spoilt}`, [peter]).outcome).toBe('badSignature');
  });

  it('is never opened with one character changed, and never makes the verifier throw', () => {
    const note = `${TEXT}\n${BY_PETER}`;
    const characters = [...note];
    fc.assert(
      fc.property(fc.nat(characters.length - 1), fc.string({ unit: 'binary', maxLength: 2 }), (at, put) => {
        const changed = characters.toSpliced(at, 1, put).join('');
        fc.pre(changed !== note);
        expect(openNote(changed, [peter]).outcome).not.toBe('signed');
      }),
      { numRuns: 400 },
    );
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        text => openNote(text, [peter]).outcome !== 'signed',
      ),
    );
  });
});

describe('a checkpoint', () => {
  const root = leafHash('root');
  const checkpoint = { origin: 'redress/one', size: 4711, root };

  it('is a note of origin, size and root, and is read as it was written', () => {
    const note = signCheckpoint(checkpoint, signer);
    expect(note.split('\n').slice(0, 3)).toEqual([
      'redress/one',
      '4711',
      Buffer.from(root).toString('base64'),
    ]);
    const opened = openCheckpoint(note, [peter], 'redress/one');
    expect(opened).toEqual({
      outcome: 'signed',
      checkpoint: { ...checkpoint, root: Buffer.from(root) },
      signedBy: [peter],
    });
  });

  it('is told apart: of another log, by a stranger, spoilt, and a note that is no checkpoint', () => {
    const note = signCheckpoint(checkpoint, signer);
    expect(openCheckpoint(note, [peter], 'redress/two').outcome).toBe('otherLog');
    expect(openCheckpoint(note, [enoch]).outcome).toBe('stranger');
    expect(openCheckpoint(note.replace('4711', '4712'), [peter]).outcome).toBe('badSignature');
    expect(openCheckpoint(signNote(TEXT, signer), [peter]).outcome).toBe('notACheckpoint');
    expect(openCheckpoint('4711', [peter]).outcome).toBe('malformed');
  });

  it('has one way to write a size and a root', () => {
    const text = (size: string, encoded: string) => `redress/one\n${size}\n${encoded}\n`;
    const encoded = Buffer.from(EMPTY_ROOT).toString('base64');
    expect(parseCheckpoint(text('0', encoded))?.size).toBe(0);
    expect(parseCheckpoint(`${text('1', encoded)}extension\n`)?.size).toBe(1);
    for (const size of ['', '01', '+1', '1.0', ' 1', '-1', '9007199254740993', '1e3']) {
      expect(parseCheckpoint(text(size, encoded))).toBeUndefined();
    }
    for (const bad of ['', encoded.slice(1), encoded.slice(0, -1), `${encoded}=`, 'AAAA']) {
      expect(parseCheckpoint(text('1', bad))).toBeUndefined();
    }
    expect(parseCheckpoint(text('1', encoded).slice(0, -1))).toBeUndefined();
    expect(parseCheckpoint(`${text('1', encoded)}\n`)).toBeUndefined();
  });
});
