import { z } from 'zod';
import { type SealedBlock, type StoredEvent, uuidOf } from '../../domain/log/envelope.ts';
import { ERASED, SEALED } from '../../domain/log/personal.ts';
import { type PersonalValue, personalPathsOf } from '../../domain/log/personal-paths.ts';
import { hmacSha256, hmacSha256Hex } from './hmac.ts';
import {
  type JsonEdit,
  type JsonObject,
  type JsonPath,
  pathOf,
  pathsHolding,
  pointerOf,
  valueAt,
  withEdits,
} from './json-edit.ts';
import { type DataKey, type KeyStore, SubjectErasedError } from './key-store.ts';
import { openBox, sealBox } from './sealed-box.ts';

type Command = NonNullable<StoredEvent['metadata']['command']>;

export interface SealInput {
  readonly eventId: string;
  readonly streamId: string;
  readonly type: string;
  readonly schemaVersion: number;
  /** As the event's schema gave it out: keys that it does not know are not looked at. */
  readonly data: StoredEvent['data'];
  /** As the command's schema gave it out. */
  readonly command?: Command;
  /**
   * Names the key of this subject in the event even if nothing of it is sealed. To be given with the first
   * event of a stream whose `bodyMac` is made under that key: after a crash the log alone knows which it was.
   */
  readonly anchor?: string;
}

export interface SealSchemas {
  /** Of `data`. */
  readonly event: z.core.$ZodType;
  /** Of `command.data`; required with a command. */
  readonly command?: z.core.$ZodType;
}

interface SealOutput {
  readonly data: StoredEvent['data'];
  readonly command?: Command;
  readonly sealed: SealedBlock[];
}

export interface Sealer {
  /**
   * Takes the personal values out of an event's data and of its journalled command, and puts `[sealed]` in
   * their place: one block a subject (0001-log-format, 11–14). Values of an erased subject become `[erased]`,
   * without a block, so that commands on an erased case still work. The input stays as it was.
   */
  seal(event: SealInput, schemas: SealSchemas): SealOutput;
  /**
   * Puts the values back, `[erased]` where the key is gone. Before any upcast: a block is bound to the
   * event's id and to the schema version that it was written in. An event without blocks is returned as it is.
   * @throws SealBrokenError
   */
  open<E extends StoredEvent>(event: E): E;
  hasSealed(event: Pick<StoredEvent, 'sealed'>): boolean;
  /**
   * HMAC-SHA-256 (hex) of a canonical body under a key derived from the subject's data key;
   * `undefined` once the subject is erased.
   */
  bodyMac(subject: string, canonicalBody: string): string | undefined;
}

/** The event's sealed values, or the places that they belong to, are not what was written. */
export class SealBrokenError extends Error {
  override readonly name = 'SealBrokenError';
  readonly eventId: string;
  constructor(eventId: string, what: string) {
    super(`event ${eventId} has a broken seal: ${what}`);
    this.eventId = eventId;
  }
}

/** What is in a box, as canonical JSON: each value with the JSON pointers to where it belongs. */
const contentsSchema = z.array(z.tuple([z.string(), z.array(z.string())]));
/** Value → pointers. */
type Contents = Map<string, string[]>;

export function createSealer(
  keyStore: KeyStore,
  options: {
    /** Of such a subject nothing is opened: `[sealed]` stays, as if there were no key at hand. */
    readonly isWithheld?: (subject: string) => boolean;
  } = {},
): Sealer {
  const { isWithheld = () => false } = options;
  return {
    seal(event, schemas) {
      const caseUuid = uuidOf(event.streamId);
      const inData = personalPathsOf(schemas.event)(event.data, caseUuid);
      const inCommand = withSubjectsOf(inData, commandValues(event, schemas, caseUuid));
      const blocks = new Map<string, Contents>();
      if (event.anchor !== undefined) blocks.set(event.anchor, new Map());
      addTo(blocks, inData, '/data');
      addTo(blocks, inCommand, '/command/data');

      const sealed: SealedBlock[] = [];
      const erased = new Set<string>();
      for (const [subject, contents] of blocks) {
        const key = usableKey(keyStore, subject);
        if (key === undefined) erased.add(subject);
        else sealed.push({ keyId: key.keyId, subject, box: sealContents(key, event, contents) });
      }
      const marks = (values: readonly PersonalValue[]): readonly JsonEdit[] =>
        values.map(({ path, subject }) => ({ path, value: erased.has(subject) ? ERASED : SEALED }));
      const data = withEdits(event.data, marks(inData));
      const { command } = event;
      if (command === undefined) return { data, sealed };
      return {
        data,
        command: { data: withEdits(command.data, marks(inCommand)), type: command.type },
        sealed,
      };
    },

    open(event) {
      if (event.sealed.length === 0) return event;
      const edits: Record<Place, JsonEdit[]> = { data: [], command: [] };
      const { command } = event.metadata;
      const roots: Record<Place, JsonObject> = { data: event.data, command: command ?? {} };
      let keysGone = false;
      for (const block of event.sealed) {
        const key = keyStore.keyById(block.keyId);
        if (key === undefined) {
          keysGone = true;
          continue;
        }
        const withheld = isWithheld(block.subject);
        for (const [held, pointers] of openContents(key, event, block)) {
          const value = withheld ? SEALED : held;
          for (const pointer of pointers) {
            const { place, path } = placeOf(pointer, event.eventId);
            if (valueAt(roots[place], path) !== SEALED) {
              throw new SealBrokenError(event.eventId, `${pointer} does not hold ${SEALED}`);
            }
            edits[place].push({ path, value });
          }
        }
      }
      const put = (place: Place): JsonObject => {
        const root = roots[place];
        // Which places a lost block had is in the block alone: all are erased first, then the readable put back.
        const emptied = keysGone
          ? withEdits(
              root,
              pathsHolding(root, SEALED).map(path => ({ path, value: ERASED })),
            )
          : root;
        return withEdits(emptied, edits[place]);
      };
      const data = put('data');
      if (command === undefined) return { ...event, data };
      const opened: Command = { type: command.type, data: put('command').data ?? null };
      return { ...event, data, metadata: { ...event.metadata, command: opened } };
    },

    hasSealed: event => event.sealed.length > 0,

    bodyMac(subject, canonicalBody) {
      const key = usableKey(keyStore, subject);
      if (key === undefined) return undefined;
      // Never the data key itself for a second purpose. HKDF's extract step is for keys that are not uniformly
      // random (RFC 5869, 3.3); this is its first block of expansion.
      const macKey = hmacSha256(key.key, 'redress bodyMac v1\x01');
      return hmacSha256Hex(macKey, canonicalBody);
    },
  };
}

function commandValues(event: SealInput, schemas: SealSchemas, caseUuid: string): readonly PersonalValue[] {
  if (event.command === undefined) return [];
  if (schemas.command === undefined) {
    throw new TypeError(`the command of ${event.type} has no schema to tell its personal fields by`);
  }
  return personalPathsOf(schemas.command)(event.command.data, caseUuid);
}

/**
 * The command's values, each that the event holds as well with the event's subject: kept a second time
 * under another key it would outlive an erasure. Which of two equal texts is whose does not matter here,
 * as the event's copy can be read for as long.
 */
function withSubjectsOf(
  inData: readonly PersonalValue[],
  inCommand: readonly PersonalValue[],
): readonly PersonalValue[] {
  return inCommand.map(own => {
    const equal = inData.filter(({ value }) => value === own.value);
    const subject = equal.some(each => each.subject === own.subject) ? own.subject : equal[0]?.subject;
    return subject === undefined ? own : { ...own, subject };
  });
}

function addTo(blocks: Map<string, Contents>, values: readonly PersonalValue[], root: string): void {
  for (const { path, subject, value } of values) {
    let contents = blocks.get(subject);
    if (contents === undefined) {
      contents = new Map();
      blocks.set(subject, contents);
    }
    const pointer = root + pointerOf(path);
    const pointers = contents.get(value);
    if (pointers === undefined) contents.set(value, [pointer]);
    else pointers.push(pointer);
  }
}

function usableKey(keyStore: KeyStore, subject: string): DataKey | undefined {
  try {
    return keyStore.keyFor(subject);
  } catch (error) {
    if (error instanceof SubjectErasedError) return undefined;
    throw error;
  }
}

type Bound = Pick<StoredEvent, 'eventId' | 'schemaVersion'>;

/** Strings and integers alone: for these `JSON.stringify` writes RFC 8785. */
function additionalDataOf(event: Bound, keyId: string): Buffer {
  return Buffer.from(JSON.stringify([event.eventId, keyId, event.schemaVersion]));
}

function sealContents(key: DataKey, event: Bound, contents: Contents): string {
  const plaintext = Buffer.from(JSON.stringify([...contents]));
  return sealBox(key.key, plaintext, additionalDataOf(event, key.keyId)).toString('base64');
}

function openContents(key: DataKey, event: Bound, block: SealedBlock): readonly [string, string[]][] {
  const box = Buffer.from(block.box, 'base64');
  const plaintext = openBox(key.key, box, additionalDataOf(event, block.keyId));
  if (plaintext === undefined) {
    throw new SealBrokenError(event.eventId, `the block of key ${block.keyId} fails authentication`);
  }
  return contentsSchema.parse(JSON.parse(plaintext.toString()));
}

type Place = 'data' | 'command';

function placeOf(pointer: string, eventId: string): { place: Place; path: JsonPath } {
  const [place, ...path] = pathOf(pointer);
  if ((place === 'data' || place === 'command') && path.length > 0) return { place, path };
  throw new SealBrokenError(eventId, `${pointer} is no place in an event`);
}
