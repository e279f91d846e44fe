import { hasCheckpointForm, openCheckpoint, originOf } from '../checkpoint-note.ts';
import { hashFromBase64, isConsistent, isIncluded, leafHash, sameHash } from '../merkle.ts';
import { type NoteVerifier, openNote, parseVerifier } from '../signed-note.ts';
import { BUNDLE_FILES, type Manifest, parseManifest, sha256Of } from './bundle-format.ts';
import { readZip } from './zip-format.ts';

/**
 * Verifies a bundle with nothing but the bundle and, if given, a verifier key and checkpoints that were kept elsewhere.
 * This file imports Node alone: it is part of the verifier that is handed out with a bundle.
 */
export interface BundleReport {
  readonly ok: boolean;
  readonly faults: readonly BundleFault[];
  /** Where `ok`. */
  readonly facts?: {
    readonly logId: string;
    readonly caseStream: string;
    readonly madeAt: string;
    readonly events: number;
    readonly caseEvents: number;
    /** Of the checkpoint that all of them are proven by. */
    readonly size: number;
    readonly earlierCheckpoints: number;
    readonly verifier: string;
    /** False: the key came out of the bundle itself, and is to be compared with one from elsewhere. */
    readonly keyWasGiven: boolean;
    /** Checkpoints kept elsewhere that agree. */
    readonly keptAgree: number;
  };
}

export interface BundleFault {
  /** Stable: the archive's faults (zip-format.ts), the notes' (signed-note.ts, checkpoint-note.ts) and those below. */
  readonly code: string;
  /** What is at fault: a file, an event, a checkpoint. */
  readonly what: string;
  /** One sentence. */
  readonly text: string;
}

export interface BundleTrust {
  /** Verifier keys from elsewhere; none: the one in the bundle is taken, and the report says so. */
  readonly keys?: readonly string[];
  readonly kept?: readonly { readonly note: string; readonly source: string }[];
}

/** What of it is the caller's own mistake, and says nothing of any bundle; a sentence. */
export function unusableTrust({ keys = [], kept = [] }: BundleTrust): string | undefined {
  const key = keys.find(text => parseVerifier(text) === undefined);
  if (key !== undefined)
    return `--key: "${key.slice(0, 100)}" is no verifier key: <name>+<8 hex digits>+<base64>, as redress audit key shows it`;
  const other = kept.find(({ note }) => !hasCheckpointForm(note));
  if (other !== undefined)
    return `--checkpoint: ${other.source} is no signed checkpoint, as redress audit checkpoint gives one: name the file that was kept`;
  return undefined;
}

/** Never throws; stops at the first fault of a kind that leaves nothing to go on with. */
export function verifyBundle(archive: Buffer, { keys = [], kept = [] }: BundleTrust = {}): BundleReport {
  const read = readZip(archive);
  if ('fault' in read) return failed(read.fault, 'the bundle', FAULTS[read.fault]);
  const { files } = read;
  const text = (name: string): string | undefined => textOf(files.get(name));

  const trusted: NoteVerifier[] = [];
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

  const faults: BundleFault[] = [];
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
} as const;

interface BundledEvent {
  readonly streamId: string;
  readonly revision: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

function changedFiles(
  files: ReadonlyMap<string, Buffer>,
  { files: listed }: Manifest,
): readonly BundleFault[] {
  const faults: BundleFault[] = [];
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
  eventText: string | undefined,
  proofText: string | undefined,
  size: number,
  root: Uint8Array,
  faults: BundleFault[],
): readonly BundledEvent[] {
  const bodies = eventText === undefined ? [] : eventText.split('\n').slice(0, -1);
  const proofs = linesOf(proofText);
  if (bodies.length === 0 || bodies.length !== proofs.length) {
    faults.push({
      code: 'incomplete',
      what: BUNDLE_FILES.proofs,
      text: 'does not hold one proof for each event',
    });
  }
  const events: BundledEvent[] = [];
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
function completeCase(events: readonly BundledEvent[], caseStream: string, faults: BundleFault[]): number {
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

function publishedIn(events: readonly BundledEvent[], type: string, field: string): readonly string[] {
  return events.filter(event => event.type === type).flatMap(({ data }) => jsonOf(data[field]) ?? []);
}

/** What is there to be read is what stands in a proven event. */
function demandSame(
  text: string | undefined,
  name: string,
  published: readonly string[],
  faults: BundleFault[],
): void {
  const list: unknown = parsed(text ?? '');
  const isPublished = (each: unknown) => {
    const json = jsonOf(each);
    return json !== undefined && published.includes(json);
  };
  if (!Array.isArray(list) || !list.every(isPublished)) {
    faults.push({ code: 'notPublished', what: name, text: 'holds what no event in the bundle published' });
  }
}

function eventIn(body: string): BundledEvent | undefined {
  const value = parsed(body);
  const [streamId, type] = [stringIn(value, 'streamId'), stringIn(value, 'type')];
  const data = fieldOf(value, 'data');
  if (streamId === '' || type === '' || typeof data !== 'object' || data === null) return undefined;
  return { streamId, type, revision: numberIn(value, 'revision'), data: { ...data } };
}

function linesOf(text: string | undefined): readonly unknown[] {
  return text === undefined ? [] : text.split('\n').slice(0, -1).map(parsed);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `undefined` for what is nested deeper than it can be written: it is read all the same. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.getOwnPropertyDescriptor(value, name)?.value
    : undefined;
}

function stringIn(value: unknown, name: string): string {
  const field = fieldOf(value, name);
  return typeof field === 'string' ? field : '';
}

function numberIn(value: unknown, name: string): number {
  const field = fieldOf(value, name);
  return typeof field === 'number' ? field : -1;
}

function hashesIn(value: unknown): readonly Uint8Array[] {
  const path = fieldOf(value, 'path');
  if (!Array.isArray(path)) return [new Uint8Array(0)];
  return path.map(each => (typeof each === 'string' ? hashFromBase64(each) : undefined) ?? new Uint8Array(0));
}

/** `undefined` for what is not there, and for what is no UTF-8. */
function textOf(bytes: Buffer | undefined): string | undefined {
  try {
    return bytes === undefined
      ? undefined
      : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function missing(name: string): BundleReport {
  return failed('missing', name, 'is missing');
}

function failed(code: string, what: string, text: string): BundleReport {
  return { ok: false, faults: [{ code, what, text }] };
}
