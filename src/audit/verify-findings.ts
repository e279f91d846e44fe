import { type ForeignObject, foreignText } from '../store/foreign-objects.ts';
import type { StoredBody } from '../store/stored-bodies.ts';

/** An event, as far as it can be named. */
export interface NamedEvent {
  /** Its place in the tree, from 0. */
  readonly index: number;
  readonly eventId?: string;
  readonly streamId?: string;
  readonly revision?: number;
  readonly type?: string;
  /** UTC epoch milliseconds. */
  readonly recordedAt?: number;
  readonly position?: string;
}

/** The checkpoint that shows it: it was signed when the events were as the taken hashes say. */
export interface Proof {
  readonly provenBy?: { readonly size: number; readonly source: string };
}

export type Finding =
  /** The event holds something else than when its hash was taken. */
  | ({ readonly kind: 'changed' } & NamedEvent & Proof)
  /** The event is not in the log any more; `count` of them from here, as far as that can be told. */
  | ({ readonly kind: 'removed'; readonly count: number } & NamedEvent & Proof)
  /** The event was not there when the hashes were taken. */
  | ({ readonly kind: 'inserted'; readonly count: number } & NamedEvent & Proof)
  /** The event stands at another place than it did: `wasAt` then. */
  | ({ readonly kind: 'reordered'; readonly wasAt: number } & NamedEvent & Proof)
  /** The log is not what was signed, and no hashes that agree with what was signed tell where: they were rewritten too. */
  | {
      readonly kind: 'rewritten';
      readonly hashes: 'rewritten' | 'missing';
      /** The first changed event is one of these: from `fromIndex` up to, not with, `toIndex`. */
      readonly fromIndex: number;
      readonly toIndex: number;
      readonly checkpoint: string;
    }
  /** The log agrees with what was signed, the taken hashes do not (from `index` on), or cannot be read. */
  | { readonly kind: 'treeDamaged'; readonly index?: number; readonly message?: string }
  /** Found by the store under another stream or revision than the event itself says. */
  | ({ readonly kind: 'misfiled' } & NamedEvent)
  /** The log's file has something beside its events that the house did not make. */
  | ({ readonly kind: 'foreignObject'; readonly file: string } & ForeignObject)
  /** The store cannot read on after so many events. */
  | { readonly kind: 'unreadable'; readonly index: number; readonly message: string }
  /** A checkpoint that is no checkpoint of this log by a key that is trusted. */
  | {
      readonly kind: 'badCheckpoint';
      readonly source: string;
      readonly why: 'malformed' | 'stranger' | 'badSignature' | 'notACheckpoint' | 'otherLog';
      readonly names: readonly string[];
    }
  /** Two checkpoints of one size, rightly signed, with different roots: somebody signed two histories. */
  | { readonly kind: 'fork'; readonly size: number; readonly sources: readonly string[] };

/** What a body says of itself; a body that is no JSON any more says nothing. */
export function nameOf(index: number, { position, streamId, revision, body }: StoredBody): NamedEvent {
  const filed = { index, position, streamId, revision };
  try {
    const event: unknown = JSON.parse(body);
    if (typeof event !== 'object' || event === null) return filed;
    const { eventId, type, metadata }: Record<string, unknown> = { ...event };
    const recordedAt =
      typeof metadata === 'object' && metadata !== null && 'recordedAt' in metadata
        ? metadata.recordedAt
        : undefined;
    return {
      ...filed,
      ...(typeof eventId === 'string' ? { eventId } : {}),
      ...(typeof type === 'string' ? { type } : {}),
      ...(typeof recordedAt === 'number' ? { recordedAt } : {}),
    };
  } catch {
    return filed;
  }
}

export function unreadableAfter(index: number, error: unknown): Finding {
  return { kind: 'unreadable', index, message: error instanceof Error ? error.message : String(error) };
}

/** One sentence for people. */
export function findingText(finding: Finding): string {
  switch (finding.kind) {
    case 'changed':
      return `event ${eventText(finding)} was changed after it was written${proofText(finding)}`;
    case 'removed':
      return `${manyText(finding)} removed${proofText(finding)}`;
    case 'inserted':
      return `${manyText(finding)} inserted after the hashes were taken${proofText(finding)}`;
    case 'reordered':
      return `event ${eventText(finding)} was moved: it was event ${finding.wasAt}${proofText(finding)}`;
    case 'rewritten':
      return (
        `${finding.hashes === 'missing' ? 'the log was changed' : 'the log and its hashes were both rewritten'}: the first ` +
        `change is in the events ${finding.fromIndex} to ${finding.toIndex - 1}, since ${finding.checkpoint} was signed for others`
      );
    case 'treeDamaged':
      return (
        `the taken hashes are damaged${finding.index === undefined ? '' : ` from event ${finding.index} on`}` +
        `${finding.message === undefined ? '' : ` (${finding.message})`}: once the rest is in order, redress audit rebuild-tree makes them anew`
      );
    case 'misfiled':
      return `event ${eventText(finding)} is filed under another stream or revision than it says of itself`;
    case 'foreignObject':
      return foreignText(finding.file, finding);
    case 'unreadable':
      return `the log cannot be read after event ${finding.index - 1}: ${finding.message}`;
    case 'badCheckpoint':
      return `${finding.source} counts for nothing: ${WHY[finding.why]}${finding.names.length === 0 ? '' : ` (${finding.names.join(', ')})`}`;
    case 'fork':
      return `two histories were signed: ${finding.sources.join(' and ')} name different roots for ${finding.size} events`;
  }
}

const WHY = {
  malformed: 'it is no signed note',
  stranger: 'it is signed by a stranger, none of the keys that are trusted',
  badSignature: 'it names a trusted key, and that key did not sign this text',
  notACheckpoint: 'it is signed, but is no checkpoint',
  otherLog: 'it is of another log',
} as const;

function eventText({ index, eventId, type, streamId, revision, recordedAt, position }: NamedEvent): string {
  const parts = [
    type,
    streamId === undefined ? undefined : `${streamId} revision ${revision}`,
    eventId,
    recordedAt === undefined ? undefined : `recorded ${new Date(recordedAt).toISOString()}`,
    position === undefined ? undefined : `position ${position}`,
  ].filter(part => part !== undefined);
  return parts.length === 0 ? String(index) : `${index} (${parts.join(', ')})`;
}

function manyText(finding: NamedEvent & { readonly count: number }): string {
  const { count } = finding;
  return count === 1
    ? `event ${eventText(finding)} was`
    : `${count} events from event ${eventText(finding)} on were`;
}

function proofText({ provenBy }: Proof): string {
  return provenBy === undefined
    ? '; no checkpoint covers it, so that the taken hashes alone say so'
    : `, as ${provenBy.source} shows`;
}
