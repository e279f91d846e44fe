import {
  createPrivateKey,
  createPublicKey,
  hash,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';

/**
 * Signed notes (c2sp.org/signed-note) with Ed25519 keys, as Go's checksum database and transparency logs write
 * them. This file imports Node alone: it is part of the verifier that is handed out with a bundle.
 */
const ED25519 = 1;
const KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
const MAX_SIGNATURES = 100;
const MAX_NOTE_BYTES = 1_000_000;
const MAX_NAME_CHARACTERS = 200;
/** The DER in front of 32 raw bytes (RFC 8410): Node's crypto takes keys in no shorter form. */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Who may have signed: a name and a public key, written `<name>+<key id>+<base64>`. */
export interface NoteVerifier {
  readonly name: string;
  /** Hex, 8 digits. */
  readonly keyId: string;
  readonly text: string;
  readonly publicKey: KeyObject;
}

export interface NoteSigner {
  readonly verifier: NoteVerifier;
  readonly privateKey: KeyObject;
}

/** Why a note is not believed. */
export type NoteFault =
  /** It is no signed note. */
  | 'malformed'
  /** Signed, but by none of those who are trusted. */
  | 'stranger'
  /** It names a trusted key, and that key did not sign this text. */
  | 'badSignature';

export type OpenedNote =
  | {
      readonly outcome: 'signed';
      readonly text: string;
      readonly signedBy: readonly NoteVerifier[];
      /** All who are said to have signed, strangers among them. */
      readonly names: readonly string[];
    }
  | { readonly outcome: NoteFault; readonly names: readonly string[] };

/** `undefined` for what is no verifier key, or whose id is not that of its name and bytes. */
export function parseVerifier(text: string): NoteVerifier | undefined {
  const [, name = '', keyId = '', encoded = ''] =
    /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text) ?? [];
  const bytes = bytesOf(encoded);
  if (!isKeyName(name) || bytes === undefined || bytes.length !== 1 + KEY_BYTES || bytes[0] !== ED25519) {
    return undefined;
  }
  const raw = bytes.subarray(1);
  return keyIdOf(name, raw) === keyId ? verifierOf(name, raw) : undefined;
}

/** `PRIVATE+KEY+<name>+<key id>+<base64 of the seed>`; `undefined` for anything else. */
export function parseSigner(text: string): NoteSigner | undefined {
  const [, name = '', keyId = '', encoded = ''] =
    /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text) ?? [];
  const bytes = bytesOf(encoded);
  if (!isKeyName(name) || bytes === undefined || bytes.length !== 1 + KEY_BYTES || bytes[0] !== ED25519) {
    return undefined;
  }
  const signer = signerOf(name, bytes.subarray(1));
  return signer.verifier.keyId === keyId ? signer : undefined;
}

/** A new key; `secret` is what `parseSigner` reads. @throws TypeError for a name that no key can have */
export function newSigner(name: string): { readonly secret: string; readonly signer: NoteSigner } {
  if (!isKeyName(name)) throw new TypeError(`"${name}" cannot name a key: no spaces, no plus signs`);
  const seed = randomBytes(KEY_BYTES);
  const signer = signerOf(name, seed);
  const encoded = Buffer.concat([Buffer.of(ED25519), seed]).toString('base64');
  return { secret: `PRIVATE+KEY+${name}+${signer.verifier.keyId}+${encoded}`, signer };
}

/** @throws TypeError for a text that no note can have: it ends in a line end and holds no other control characters */
export function signNote(text: string, signer: NoteSigner): string {
  if (!text.endsWith('\n') || !isPlainText(text)) throw new TypeError('this text cannot be signed as a note');
  const { name, keyId } = signer.verifier;
  const signature = sign(null, Buffer.from(text), signer.privateKey);
  const encoded = Buffer.concat([Buffer.from(keyId, 'hex'), signature]).toString('base64');
  return `${text}\n— ${name} ${encoded}\n`;
}

/**
 * The text of a note, if one of the trusted signed it. A signature that a trusted key is said to have made and has
 * not spoils the note, whoever else signed it. Never throws.
 */
export function openNote(note: string, trusted: readonly NoteVerifier[]): OpenedNote {
  const parsed = parseNote(note);
  if (parsed === undefined) return { outcome: 'malformed', names: [] };
  const names = parsed.signatures.map(({ name, keyId }) => `${name}+${keyId}`);
  const signedBy: NoteVerifier[] = [];
  for (const { name, keyId, signature } of parsed.signatures) {
    const verifier = trusted.find(each => each.name === name && each.keyId === keyId);
    if (verifier === undefined) continue;
    if (!verify(null, Buffer.from(parsed.text), verifier.publicKey, signature)) {
      return { outcome: 'badSignature', names };
    }
    if (!signedBy.includes(verifier)) signedBy.push(verifier);
  }
  if (signedBy.length === 0) return { outcome: 'stranger', names };
  return { outcome: 'signed', text: parsed.text, signedBy, names };
}

interface NoteSignature {
  readonly name: string;
  readonly keyId: string;
  readonly signature: Uint8Array;
}

function parseNote(
  note: string,
): { readonly text: string; readonly signatures: readonly NoteSignature[] } | undefined {
  if (note.length > MAX_NOTE_BYTES || !isPlainText(note) || !note.endsWith('\n')) return undefined;
  const split = note.lastIndexOf('\n\n');
  if (split < 0) return undefined;
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) return undefined;
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const [, name = '', encoded = ''] = /^— ([^ ]+) ([A-Za-z0-9+/=]+)$/.exec(line) ?? [];
    const bytes = bytesOf(encoded);
    if (!isKeyName(name) || bytes === undefined || bytes.length <= KEY_ID_BYTES) return undefined;
    const keyId = bytes.subarray(0, KEY_ID_BYTES).toString('hex');
    signatures.push({ name, keyId, signature: bytes.subarray(KEY_ID_BYTES) });
  }
  return { text: note.slice(0, split + 1), signatures };
}

function verifierOf(name: string, raw: Uint8Array): NoteVerifier {
  const keyId = keyIdOf(name, raw);
  const encoded = Buffer.concat([Buffer.of(ED25519), raw]).toString('base64');
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI_HEAD, raw]), format: 'der', type: 'spki' });
  return { name, keyId, text: `${name}+${keyId}+${encoded}`, publicKey };
}

function signerOf(name: string, seed: Uint8Array): NoteSigner {
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_HEAD, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return { privateKey, verifier: verifierOf(name, spki.subarray(SPKI_HEAD.length)) };
}

function keyIdOf(name: string, raw: Uint8Array): string {
  const bytes = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ED25519), raw]);
  return hash('sha256', bytes, 'buffer').subarray(0, KEY_ID_BYTES).toString('hex');
}

function isKeyName(name: string): boolean {
  return (
    name.length > 0 &&
    name.length <= MAX_NAME_CHARACTERS &&
    !/[\p{White_Space}+]/u.test(name) &&
    isPlainText(name)
  );
}

/** UTF-8 can carry it, and no control character but line ends is in it. */
function isPlainText(text: string): boolean {
  return !/\p{Surrogate}|(?!\n)\p{Cc}/u.test(text);
}

/** Base64 written the one right way: what else decodes to the same bytes is no second form of a signature. */
function bytesOf(encoded: string): Buffer | undefined {
  const bytes = Buffer.from(encoded, 'base64');
  return encoded !== '' && bytes.toString('base64') === encoded ? bytes : undefined;
}
