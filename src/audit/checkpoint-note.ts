import { base64Of, hashFromBase64 } from './merkle.ts';
import { type NoteFault, type NoteSigner, type NoteVerifier, openNote, signNote } from './signed-note.ts';

/** What a log was at a size (c2sp.org/tlog-checkpoint). */
export interface Checkpoint {
  /** Which log: `redress/<log id>`. */
  readonly origin: string;
  /** Events in the tree. */
  readonly size: number;
  readonly root: Uint8Array;
}

export type OpenedCheckpoint =
  | {
      readonly outcome: 'signed';
      readonly checkpoint: Checkpoint;
      readonly signedBy: readonly NoteVerifier[];
    }
  /** `otherLog`: rightly signed, but for another log. */
  | { readonly outcome: NoteFault | 'notACheckpoint' | 'otherLog'; readonly names: readonly string[] };

/** The origin line, and the name of the keys that sign for a log. */
export function originOf(logId: string): string {
  return `redress/${logId}`;
}

export function signCheckpoint({ origin, size, root }: Checkpoint, signer: NoteSigner): string {
  return signNote(`${origin}\n${size}\n${base64Of(root)}\n`, signer);
}

/** Opens a checkpoint that one of the trusted signed, of the log `origin` if one is named. Never throws. */
export function openCheckpoint(
  note: string,
  trusted: readonly NoteVerifier[],
  origin?: string,
): OpenedCheckpoint {
  const opened = openNote(note, trusted);
  if (opened.outcome !== 'signed') return opened;
  const names = opened.signedBy.map(({ text }) => text);
  const checkpoint = parseCheckpoint(opened.text);
  if (checkpoint === undefined) return { outcome: 'notACheckpoint', names };
  if (origin !== undefined && checkpoint.origin !== origin) return { outcome: 'otherLog', names };
  return { outcome: 'signed', checkpoint, signedBy: opened.signedBy };
}

/** Whether a text has the form of a signed checkpoint, whoever signed it and whether they did. */
export function hasCheckpointForm(note: string): boolean {
  const end = note.lastIndexOf('\n\n');
  return (
    end >= 0 &&
    openNote(note, []).outcome === 'stranger' &&
    parseCheckpoint(note.slice(0, end + 1)) !== undefined
  );
}

/** Of the text alone, whoever signed it: to be believed only by what `openCheckpoint` says. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [origin = '', digits = '', encoded = '', ...rest] = text.split('\n');
  const root = hashFromBase64(encoded);
  const size = Number(digits);
  if (origin === '' || !/^(0|[1-9]\d{0,15})$/.test(digits) || !Number.isSafeInteger(size)) return undefined;
  // What follows are extension lines, none of them empty, and the end of the last line.
  if (root === undefined || rest.at(-1) !== '' || rest.slice(0, -1).includes('')) return undefined;
  return { origin, size, root };
}
