// Verifies an evidence bundle of Redress: node verify-bundle.mjs FILE

// Made from src/audit, types taken out; it needs Node 20.12 or newer, and nothing else.

// Licensed under the Apache License, Version 2.0.

import { createPrivateKey, createPublicKey, hash, randomBytes, sign, verify } from 'node:crypto';

import { readFileSync } from 'node:fs';

import { parseArgs } from 'node:util';

/**
 * The Merkle tree of RFC 9162 (SHA-256): hashes of leaves and nodes, and the verifiers of both proofs. This file
 * imports Node alone: it is part of the verifier that is handed out with a bundle.
 */
const HASH_BYTES = 32;

/** MTH of no leaves: the hash of nothing (RFC 9162, 2.1.1). */
const EMPTY_ROOT             = hash('sha256', '', 'buffer');

/** Of one event: `body` is its canonical JSON as it is stored. */
function leafHash(body        )             {
  // The zero byte is what tells a leaf from a node; in UTF-8 it is one byte too.
  return hash('sha256', `\0${body}`, 'buffer');
}

function nodeHash(left            , right            )             {
  const bytes = new Uint8Array(1 + 2 * HASH_BYTES);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 1 + HASH_BYTES);
  return hash('sha256', bytes, 'buffer');
}

/** That the leaf at `index` is in the tree of `size` leaves with this root. */

/** RFC 9162, 2.1.3.2. False for anything that is no such proof; never throws. */
function isIncluded({ leaf, index, size, path, root }                )          {
  if (!isCount(size) || !isCount(index) || index >= size || !areHashes([leaf, root, ...path])) return false;
  let node = index;
  let last = size - 1;
  let reached = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      reached = nodeHash(sibling, reached);
      while (node % 2 === 0 && node !== 0) {
        node = half(node);
        last = half(last);
      }
    } else {
      reached = nodeHash(reached, sibling);
    }
    node = half(node);
    last = half(last);
  }
  return last === 0 && sameHash(reached, root);
}

/** That the tree with `newRoot` only adds leaves to the one with `oldRoot`. */

/** RFC 9162, 2.1.4.2. A tree is consistent with itself and with the empty one by an empty proof. Never throws. */
function isConsistent(proof                  )          {
  const { oldSize, oldRoot, newSize, newRoot, path } = proof;
  if (!isCount(oldSize) || !isCount(newSize) || oldSize > newSize) return false;
  if (!areHashes([oldRoot, newRoot, ...path])) return false;
  if (oldSize === newSize) return path.length === 0 && sameHash(oldRoot, newRoot);
  if (oldSize === 0) return path.length === 0 && sameHash(oldRoot, EMPTY_ROOT);
  const [first, ...rest] = isPowerOfTwo(oldSize) ? [oldRoot, ...path] : path;
  if (first === undefined) return false;
  let node = oldSize - 1;
  let last = newSize - 1;
  while (node % 2 === 1) {
    node = half(node);
    last = half(last);
  }
  let old = first;
  let grown = first;
  for (const hashed of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      old = nodeHash(hashed, old);
      grown = nodeHash(hashed, grown);
      while (node % 2 === 0 && node !== 0) {
        node = half(node);
        last = half(last);
      }
    } else {
      grown = nodeHash(grown, hashed);
    }
    node = half(node);
    last = half(last);
  }
  return last === 0 && sameHash(old, oldRoot) && sameHash(grown, newRoot);
}

function sameHash(a            , b            )          {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** Standard base64 of exactly one hash, written the one right way; `undefined` for anything else. */
function hashFromBase64(text        )                         {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === HASH_BYTES && bytes.toString('base64') === text ? bytes : undefined;
}

function base64Of(bytes            )         {
  return Buffer.from(bytes).toString('base64');
}

// Sizes may pass 2^32, where JavaScript's bit operators end.
function half(number        )         {
  return Math.floor(number / 2);
}

function isCount(number        )          {
  return Number.isSafeInteger(number) && number >= 0;
}

function isPowerOfTwo(number        )          {
  let odd = number;
  while (odd % 2 === 0) odd /= 2;
  return odd === 1;
}

function areHashes(values                       )          {
  return values.every(value => value.length === HASH_BYTES);
}

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

/** Why a note is not believed. */

/** `undefined` for what is no verifier key, or whose id is not that of its name and bytes. */
function parseVerifier(text        )                           {
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
function parseSigner(text        )                         {
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
function newSigner(name        )                                                           {
  if (!isKeyName(name)) throw new TypeError(`"${name}" cannot name a key: no spaces, no plus signs`);
  const seed = randomBytes(KEY_BYTES);
  const signer = signerOf(name, seed);
  const encoded = Buffer.concat([Buffer.of(ED25519), seed]).toString('base64');
  return { secret: `PRIVATE+KEY+${name}+${signer.verifier.keyId}+${encoded}`, signer };
}

/** @throws TypeError for a text that no note can have: it ends in a line end and holds no other control characters */
function signNote(text        , signer            )         {
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
function openNote(note        , trusted                         )             {
  const parsed = parseNote(note);
  if (parsed === undefined) return { outcome: 'malformed', names: [] };
  const names = parsed.signatures.map(({ name, keyId }) => `${name}+${keyId}`);
  const signedBy                 = [];
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

function parseNote(
  note        ,
)                                                                                       {
  if (note.length > MAX_NOTE_BYTES || !isPlainText(note) || !note.endsWith('\n')) return undefined;
  const split = note.lastIndexOf('\n\n');
  if (split < 0) return undefined;
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) return undefined;
  const signatures                  = [];
  for (const line of lines) {
    const [, name = '', encoded = ''] = /^— ([^ ]+) ([A-Za-z0-9+/=]+)$/.exec(line) ?? [];
    const bytes = bytesOf(encoded);
    if (!isKeyName(name) || bytes === undefined || bytes.length <= KEY_ID_BYTES) return undefined;
    const keyId = bytes.subarray(0, KEY_ID_BYTES).toString('hex');
    signatures.push({ name, keyId, signature: bytes.subarray(KEY_ID_BYTES) });
  }
  return { text: note.slice(0, split + 1), signatures };
}

function verifierOf(name        , raw            )               {
  const keyId = keyIdOf(name, raw);
  const encoded = Buffer.concat([Buffer.of(ED25519), raw]).toString('base64');
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI_HEAD, raw]), format: 'der', type: 'spki' });
  return { name, keyId, text: `${name}+${keyId}+${encoded}`, publicKey };
}

function signerOf(name        , seed            )             {
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_HEAD, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return { privateKey, verifier: verifierOf(name, spki.subarray(SPKI_HEAD.length)) };
}

function keyIdOf(name        , raw            )         {
  const bytes = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ED25519), raw]);
  return hash('sha256', bytes, 'buffer').subarray(0, KEY_ID_BYTES).toString('hex');
}

function isKeyName(name        )          {
  return (
    name.length > 0 &&
    name.length <= MAX_NAME_CHARACTERS &&
    !/[\p{White_Space}+]/u.test(name) &&
    isPlainText(name)
  );
}

/** UTF-8 can carry it, and no control character but line ends is in it. */
function isPlainText(text        )          {
  return !/\p{Surrogate}|(?!\n)\p{Cc}/u.test(text);
}

/** Base64 written the one right way: what else decodes to the same bytes is no second form of a signature. */
function bytesOf(encoded        )                     {
  const bytes = Buffer.from(encoded, 'base64');
  return encoded !== '' && bytes.toString('base64') === encoded ? bytes : undefined;
}

/** What a log was at a size (c2sp.org/tlog-checkpoint). */

/** The origin line, and the name of the keys that sign for a log. */
function originOf(logId        )         {
  return `redress/${logId}`;
}

function signCheckpoint({ origin, size, root }            , signer            )         {
  return signNote(`${origin}\n${size}\n${base64Of(root)}\n`, signer);
}

/** Opens a checkpoint that one of the trusted signed, of the log `origin` if one is named. Never throws. */
function openCheckpoint(
  note        ,
  trusted                         ,
  origin         ,
)                   {
  const opened = openNote(note, trusted);
  if (opened.outcome !== 'signed') return opened;
  const names = opened.signedBy.map(({ text }) => text);
  const checkpoint = parseCheckpoint(opened.text);
  if (checkpoint === undefined) return { outcome: 'notACheckpoint', names };
  if (origin !== undefined && checkpoint.origin !== origin) return { outcome: 'otherLog', names };
  return { outcome: 'signed', checkpoint, signedBy: opened.signedBy };
}

/** Whether a text has the form of a signed checkpoint, whoever signed it and whether they did. */
function hasCheckpointForm(note        )          {
  const end = note.lastIndexOf('\n\n');
  return (
    end >= 0 &&
    openNote(note, []).outcome === 'stranger' &&
    parseCheckpoint(note.slice(0, end + 1)) !== undefined
  );
}

/** Of the text alone, whoever signed it: to be believed only by what `openCheckpoint` says. */
function parseCheckpoint(text        )                         {
  const [origin = '', digits = '', encoded = '', ...rest] = text.split('\n');
  const root = hashFromBase64(encoded);
  const size = Number(digits);
  if (origin === '' || !/^(0|[1-9]\d{0,15})$/.test(digits) || !Number.isSafeInteger(size)) return undefined;
  // What follows are extension lines, none of them empty, and the end of the last line.
  if (root === undefined || rest.at(-1) !== '' || rest.slice(0, -1).includes('')) return undefined;
  return { origin, size, root };
}

/**
 * The one form of ZIP archive that a bundle has: files stored as they are, one behind the other, every field of every
 * header fixed. Any ZIP program opens it; and as there is one way to write it, the reader refuses any other byte:
 * compressed files (which could unpack to anything), names that leave the folder, gaps, remarks, a cut-off end. This
 * file imports Node alone: it is part of the verifier that is handed out with a bundle.
 */

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const MAX_FILES = 1_000;
/** Names are in UTF-8. */
const FLAGS = 0x0800;
const VERSION = 20;
/** 1 January 1980, midnight: a bundle says inside when it was made. */
const DOS_DATE = 0x0021;
const NAME = /^(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,60}\/){0,3}[A-Za-z0-9_-][A-Za-z0-9._-]{0,60}$/;

/** The archive, piece by piece. @throws TypeError for a name that a bundle cannot hold */
function* zipOf(files                   )                    {
  const directory           = [];
  let offset = 0;
  for (const { name, bytes } of files) {
    if (!NAME.test(name)) throw new TypeError(`a bundle holds no file "${name}"`);
    const crc = crc32(bytes);
    const local = localHeader(name, bytes.length, crc);
    directory.push(centralHeader(name, bytes.length, crc, offset));
    yield local;
    yield bytes;
    offset += local.length + bytes.length;
  }
  const central = Buffer.concat(directory);
  yield central;
  yield endRecord(directory.length, central.length, offset);
}

/** The files of an archive in their order, or what is wrong with it. Never throws. */
function readZip(
  archive        ,
)                                                                                 {
  if (archive.length < END_BYTES || archive.readUInt32LE(0) !== LOCAL) return { fault: 'notABundle' };
  const files = new Map                ();
  const directory           = [];
  let offset = 0;
  while (offset + 4 <= archive.length && archive.readUInt32LE(offset) === LOCAL) {
    if (offset + LOCAL_BYTES > archive.length) return { fault: 'truncated' };
    if (archive.readUInt16LE(offset + 8) !== 0) return { fault: 'compressed' };
    const size = archive.readUInt32LE(offset + 22);
    const from = offset + LOCAL_BYTES + archive.readUInt16LE(offset + 26);
    if (from + size > archive.length) return { fault: 'truncated' };
    const name = archive.toString('utf8', offset + LOCAL_BYTES, from);
    if (!NAME.test(name)) return { fault: 'unsafeName' };
    if (files.has(name)) return { fault: 'twice' };
    const bytes = archive.subarray(from, from + size);
    const crc = crc32(bytes);
    if (!localHeader(name, size, crc).equals(archive.subarray(offset, from))) return { fault: 'damaged' };
    files.set(name, bytes);
    directory.push(centralHeader(name, size, crc, offset));
    offset = from + size;
    if (files.size > MAX_FILES) return { fault: 'damaged' };
  }
  const central = Buffer.concat(directory);
  const rest = Buffer.concat([central, endRecord(directory.length, central.length, offset)]);
  const found = archive.subarray(offset);
  if (found.equals(rest)) return { files };
  return {
    fault:
      found.length < rest.length && rest.subarray(0, found.length).equals(found) ? 'truncated' : 'damaged',
  };
}

function localHeader(name        , size        , crc        )         {
  const header = Buffer.alloc(LOCAL_BYTES);
  header.writeUInt32LE(LOCAL, 0);
  writeCommon(header, 4, name, size, crc);
  return Buffer.concat([header, Buffer.from(name)]);
}

function centralHeader(name        , size        , crc        , offset        )         {
  const header = Buffer.alloc(CENTRAL_BYTES);
  header.writeUInt32LE(CENTRAL, 0);
  header.writeUInt16LE(VERSION, 4);
  writeCommon(header, 6, name, size, crc);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, Buffer.from(name)]);
}

/** What both headers have, from "version needed" to the length of the name. */
function writeCommon(header        , at        , name        , size        , crc        )       {
  header.writeUInt16LE(VERSION, at);
  header.writeUInt16LE(FLAGS, at + 2);
  header.writeUInt16LE(DOS_DATE, at + 8);
  header.writeUInt32LE(crc, at + 10);
  header.writeUInt32LE(size, at + 14);
  header.writeUInt32LE(size, at + 18);
  header.writeUInt16LE(Buffer.byteLength(name), at + 22);
}

function endRecord(count        , centralBytes        , offset        )         {
  const record = Buffer.alloc(END_BYTES);
  record.writeUInt32LE(END, 0);
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(centralBytes, 12);
  record.writeUInt32LE(offset, 16);
  return record;
}

/** Node has one of its own since 22; the verifier runs on 20 too. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes        )         {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

/**
 * What a bundle holds. The manifest is a signed note that names every other file with its hash, so that nothing of the
 * bundle can be changed without the house's key. This file imports Node alone: it is part of the verifier.
 */
const BUNDLE_FORMAT = 'redress-evidence-bundle/1';

const BUNDLE_FILES = {
  manifest: 'manifest.txt',
  events: 'events.ndjson',
  proofs: 'proofs.ndjson',
  checkpoint: 'checkpoint.txt',
  earlier: 'earlier-checkpoints.ndjson',
  verifier: 'verifier-key.txt',
  policies: 'policies.json',
  calendars: 'calendars.json',
  readable: 'case.json',
  report: 'report.html',
  readMe: 'README.txt',
  program: 'verify-bundle.mjs',
}         ;

/** A line of `proofs.ndjson`, of the event in the same line of `events.ndjson`. */

/** A line of `earlier-checkpoints.ndjson`: an earlier checkpoint, and that the bundle's own follows on it. */

function manifestText({ logId, caseStream, madeAt, files }          )         {
  const lines = files.map(({ name, bytes, sha256 }) => `${sha256} ${bytes} ${name}`);
  return [BUNDLE_FORMAT, `log ${logId}`, `case ${caseStream}`, `made ${madeAt}`, ...lines, ''].join('\n');
}

function parseManifest(text        )                       {
  const [format, log = '', caseLine = '', made = '', ...rest] = text.split('\n');
  const files = rest.slice(0, -1).map(line => {
    const [, sha256 = '', bytes = '', name = ''] = /^([0-9a-f]{64}) (\d{1,12}) (\S+)$/.exec(line) ?? [];
    return { name, bytes: Number(bytes), sha256 };
  });
  const manifest = {
    logId: log.replace(/^log /, ''),
    caseStream: caseLine.replace(/^case /, ''),
    madeAt: made.replace(/^made /, ''),
    files,
  };
  // One way to write it.
  return format === BUNDLE_FORMAT && manifestText(manifest) === text ? manifest : undefined;
}

function sha256Of(bytes            )         {
  return hash('sha256', bytes, 'hex');
}

/**
 * Verifies a bundle with nothing but the bundle and, if given, a verifier key and checkpoints that were kept elsewhere.
 * This file imports Node alone: it is part of the verifier that is handed out with a bundle.
 */

/** What of it is the caller's own mistake, and says nothing of any bundle; a sentence. */
function unusableTrust({ keys = [], kept = [] }             )                     {
  const key = keys.find(text => parseVerifier(text) === undefined);
  if (key !== undefined)
    return `--key: "${key.slice(0, 100)}" is no verifier key: <name>+<8 hex digits>+<base64>, as redress audit key shows it`;
  const other = kept.find(({ note }) => !hasCheckpointForm(note));
  if (other !== undefined)
    return `--checkpoint: ${other.source} is no signed checkpoint, as redress audit checkpoint gives one: name the file that was kept`;
  return undefined;
}

/** Never throws; stops at the first fault of a kind that leaves nothing to go on with. */
function verifyBundle(archive        , { keys = [], kept = [] }              = {})               {
  const read = readZip(archive);
  if ('fault' in read) return failed(read.fault, 'the bundle', FAULTS[read.fault]);
  const { files } = read;
  const text = (name        )                     => textOf(files.get(name));

  const trusted                 = [];
  for (const key of keys.length > 0 ? keys : [(text(BUNDLE_FILES.verifier) ?? '').trim()]) {
    const verifier = parseVerifier(key);
    if (verifier === undefined) return failed('badKey', key.slice(0, 100), 'is no verifier key');
    trusted.push(verifier);
  }

  const signedManifest = text(BUNDLE_FILES.manifest);
  if (signedManifest === undefined) return missing(BUNDLE_FILES.manifest);
  const note = openNote(signedManifest, trusted);
  if (note.outcome !== 'signed') return failed(note.outcome, BUNDLE_FILES.manifest, FAULTS[note.outcome]);
  // The house signs the list once: whatever else stands under it was put in.
  if (note.names.length !== 1) return failed('extra', BUNDLE_FILES.manifest, FAULTS.signedTwice);
  const manifest = parseManifest(note.text);
  if (manifest === undefined) return failed('notABundle', BUNDLE_FILES.manifest, 'is no list of a bundle');
  const changed = changedFiles(files, manifest);
  if (changed.length > 0) return { ok: false, faults: changed };

  const checkpointNote = text(BUNDLE_FILES.checkpoint);
  if (checkpointNote === undefined) return missing(BUNDLE_FILES.checkpoint);
  const opened = openCheckpoint(checkpointNote, trusted, originOf(manifest.logId));
  if (opened.outcome !== 'signed')
    return failed(opened.outcome, BUNDLE_FILES.checkpoint, FAULTS[opened.outcome]);
  const { size, root } = opened.checkpoint;

  const faults                = [];
  const events = provenEvents(text(BUNDLE_FILES.events), text(BUNDLE_FILES.proofs), size, root, faults);
  const caseEvents = completeCase(events, manifest.caseStream, faults);
  demandSame(
    text(BUNDLE_FILES.policies),
    BUNDLE_FILES.policies,
    publishedIn(events, 'PolicyPublished', 'policy'),
    faults,
  );
  demandSame(
    text(BUNDLE_FILES.calendars),
    BUNDLE_FILES.calendars,
    publishedIn(events, 'CalendarPublished', 'calendar'),
    faults,
  );

  const known = new Map([[size, root]]);
  const earlier = linesOf(text(BUNDLE_FILES.earlier));
  for (const [at, line] of earlier.entries()) {
    const what = `line ${at + 1} of ${BUNDLE_FILES.earlier}`;
    const before = openCheckpoint(stringIn(line, 'note'), trusted, originOf(manifest.logId));
    if (before.outcome !== 'signed') {
      faults.push({ code: before.outcome, what, text: FAULTS[before.outcome] });
      continue;
    }
    const { size: oldSize, root: oldRoot } = before.checkpoint;
    if (!isConsistent({ oldSize, oldRoot, newSize: size, newRoot: root, path: hashesIn(line) })) {
      faults.push({ code: 'inconsistent', what, text: 'is of another history than the bundle' });
    }
    known.set(oldSize, oldRoot);
  }
  let keptAgree = 0;
  for (const { note: keptNote, source } of kept) {
    const mine = openCheckpoint(keptNote, trusted, originOf(manifest.logId));
    if (mine.outcome !== 'signed') {
      faults.push({ code: mine.outcome, what: source, text: FAULTS[mine.outcome] });
      continue;
    }
    const { size: keptSize, root: keptRoot } = mine.checkpoint;
    const here = known.get(keptSize);
    if (here === undefined) {
      faults.push({
        code: 'notCovered',
        what: source,
        text: `no checkpoint of ${keptSize} events is in the bundle`,
      });
    } else if (!sameHash(here, keptRoot)) {
      faults.push({
        code: 'otherHistory',
        what: source,
        text: `names another root for ${keptSize} events than the bundle`,
      });
    } else keptAgree++;
  }
  if (faults.length > 0) return { ok: false, faults };
  const { logId, caseStream, madeAt } = manifest;
  const verifier = note.signedBy.map(each => each.text).join(', ');
  const keyWasGiven = keys.length > 0;
  const counted = { events: events.length, caseEvents, size, earlierCheckpoints: earlier.length, keptAgree };
  return { ok: true, faults, facts: { logId, caseStream, madeAt, verifier, keyWasGiven, ...counted } };
}

const FAULTS = {
  notABundle: 'is no archive of the form that a bundle has',
  truncated: 'is cut off',
  compressed: 'holds a compressed file, as no bundle does: it may unpack to anything',
  unsafeName: 'holds a file whose name no bundle has: it may lead out of the folder',
  twice: 'holds two files of one name',
  damaged: 'was changed: a byte of it is not as it is written',
  malformed: 'is no signed note',
  stranger: 'is signed by a stranger, by none of the keys that are trusted',
  signedTwice: 'has another signature under that of who made the bundle',
  badSignature: 'names a trusted key, and that key did not sign it',
  notACheckpoint: 'is signed, but is no checkpoint',
  otherLog: 'is of another log',
}         ;

function changedFiles(
  files                             ,
  { files: listed }          ,
)                         {
  const faults                = [];
  for (const { name, bytes, sha256 } of listed) {
    const file = files.get(name);
    if (file === undefined) faults.push({ code: 'missing', what: name, text: 'is missing' });
    else if (file.length !== bytes || sha256Of(file) !== sha256) {
      faults.push({ code: 'changed', what: name, text: 'is not the file that was signed' });
    }
  }
  const names = new Set(listed.map(({ name }) => name));
  for (const name of files.keys()) {
    if (name !== BUNDLE_FILES.manifest && !names.has(name)) {
      faults.push({ code: 'extra', what: name, text: 'was added: it is not in the list that was signed' });
    }
  }
  return faults;
}

/** Every event that its proof puts into the tree; a fault for each other. */
function provenEvents(
  eventText                    ,
  proofText                    ,
  size        ,
  root            ,
  faults               ,
)                          {
  const bodies = eventText === undefined ? [] : eventText.split('\n').slice(0, -1);
  const proofs = linesOf(proofText);
  if (bodies.length === 0 || bodies.length !== proofs.length) {
    faults.push({
      code: 'incomplete',
      what: BUNDLE_FILES.proofs,
      text: 'does not hold one proof for each event',
    });
  }
  const events                 = [];
  for (const [at, body] of bodies.entries()) {
    const event = eventIn(body);
    const what =
      event === undefined
        ? `line ${at + 1} of ${BUNDLE_FILES.events}`
        : `${event.type}, ${event.streamId} revision ${event.revision}`;
    const proof = proofs[at];
    if (event === undefined) {
      faults.push({ code: 'noEvent', what, text: 'is no event' });
    } else if (
      !isIncluded({
        leaf: leafHash(body),
        index: numberIn(proof, 'index'),
        size,
        path: hashesIn(proof),
        root,
      })
    ) {
      faults.push({ code: 'notProven', what, text: 'has a proof for another event or another tree' });
    } else {
      events.push(event);
    }
  }
  return events;
}

/** All events of the case from its first on. That none followed cannot be shown by a proof of what is there. */
function completeCase(events                         , caseStream        , faults               )         {
  const own = events.filter(({ streamId }) => streamId === caseStream);
  if (own.length === 0 || own.some(({ revision }, at) => revision !== at)) {
    faults.push({
      code: 'gap',
      what: caseStream,
      text: 'is not whole: events of the case are missing from the bundle',
    });
  }
  return own.length;
}

function publishedIn(events                         , type        , field        )                    {
  return events.filter(event => event.type === type).flatMap(({ data }) => jsonOf(data[field]) ?? []);
}

/** What is there to be read is what stands in a proven event. */
function demandSame(
  text                    ,
  name        ,
  published                   ,
  faults               ,
)       {
  const list          = parsed(text ?? '');
  const isPublished = (each         ) => {
    const json = jsonOf(each);
    return json !== undefined && published.includes(json);
  };
  if (!Array.isArray(list) || !list.every(isPublished)) {
    faults.push({ code: 'notPublished', what: name, text: 'holds what no event in the bundle published' });
  }
}

function eventIn(body        )                           {
  const value = parsed(body);
  const [streamId, type] = [stringIn(value, 'streamId'), stringIn(value, 'type')];
  const data = fieldOf(value, 'data');
  if (streamId === '' || type === '' || typeof data !== 'object' || data === null) return undefined;
  return { streamId, type, revision: numberIn(value, 'revision'), data: { ...data } };
}

function linesOf(text                    )                     {
  return text === undefined ? [] : text.split('\n').slice(0, -1).map(parsed);
}

function parsed(text        )          {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `undefined` for what is nested deeper than it can be written: it is read all the same. */
function jsonOf(value         )                     {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function fieldOf(value         , name        )          {
  return typeof value === 'object' && value !== null
    ? Object.getOwnPropertyDescriptor(value, name)?.value
    : undefined;
}

function stringIn(value         , name        )         {
  const field = fieldOf(value, name);
  return typeof field === 'string' ? field : '';
}

function numberIn(value         , name        )         {
  const field = fieldOf(value, name);
  return typeof field === 'number' ? field : -1;
}

function hashesIn(value         )                        {
  const path = fieldOf(value, 'path');
  if (!Array.isArray(path)) return [new Uint8Array(0)];
  return path.map(each => (typeof each === 'string' ? hashFromBase64(each) : undefined) ?? new Uint8Array(0));
}

/** `undefined` for what is not there, and for what is no UTF-8. */
function textOf(bytes                    )                     {
  try {
    return bytes === undefined
      ? undefined
      : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function missing(name        )               {
  return failed('missing', name, 'is missing');
}

function failed(code        , what        , text        )               {
  return { ok: false, faults: [{ code, what, text }] };
}

/** What a verifier says, for a terminal. This file imports nothing: it is part of the verifier that is handed out. */
function bundleText({ ok, faults, facts }              )         {
  if (!ok || facts === undefined) {
    return [
      '✗ 此证据包不可信。 The bundle is not to be believed.',
      ...faults.map(({ code, what, text }) => `  ${shown(what)} ${text} (${code})`),
      '',
    ].join('\n');
  }
  return [
    facts.keyWasGiven
      ? '✓ 此证据包可信。 The bundle is as it was made.'
      : '? 此证据包前后一致,制作者未经证实。 The bundle agrees with itself; who made it is not proven.',
    `  ${facts.caseStream}: ${facts.caseEvents} events of the case, from its first on, and ${facts.events - facts.caseEvents} others`,
    `  each is proven to be in the log ${facts.logId} as it was signed at ${facts.size} events`,
    `  made ${facts.madeAt}; ${facts.earlierCheckpoints} earlier checkpoints are of the same history`,
    `  signed by ${facts.verifier}`,
    ...(facts.keyWasGiven
      ? []
      : [
          '  This key came out of the bundle itself, and anybody can make one: give the one you were given elsewhere (--key).',
        ]),
    ...(facts.keptAgree > 0
      ? [`  ${facts.keptAgree} checkpoints that you kept agree.`]
      : [
          '  No checkpoint that was kept elsewhere was given (--checkpoint): who holds the key could have rewritten the log before.',
        ]),
    '',
  ].join('\n');
}

/** Names come out of the bundle: nothing in them is to move a cursor. */
function shown(text        )         {
  return text.replace(/[^\x20-\x7e\u4e00-\u9fff]/g, '?').slice(0, 300);
}

const USAGE = 'usage: node verify-bundle.mjs FILE [--key VERIFIER-KEY] [--checkpoint FILE]\n';

/** `node verify-bundle.mjs FILE`: the whole program, on a machine that has nothing but Node 20.12 or newer. */
try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      key: { type: 'string', multiple: true, default: [] },
      checkpoint: { type: 'string', multiple: true, default: [] },
    },
  });
  const [file] = positionals;
  if (file === undefined) throw new Error('which file?');
  const kept = values.checkpoint.map(source => ({ source, note: readFileSync(source, 'utf8') }));
  const trust = { keys: values.key, kept };
  const unusable = unusableTrust(trust);
  if (unusable !== undefined) throw new Error(unusable);
  const report = verifyBundle(readFileSync(file), trust);
  process.stdout.write(bundleText(report));
  process.exitCode = report.ok ? 0 : 1;
} catch (error) {
  // Nothing was verified: a file that cannot be read, an option that there is not.
  process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  process.exitCode = 2;
}

