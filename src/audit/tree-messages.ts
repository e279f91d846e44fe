import type { Position } from '../../domain/log/envelope.ts';
import type { StoreAddress } from '../store/store-address.ts';

/** Given to the worker at its start. */
export interface TreeWorkerData {
  readonly folder: string;
  readonly store: StoreAddress;
}

export type ToTreeWorker =
  /** The log has grown. */
  | { readonly kind: 'grown' }
  /** Somebody waits for the hashes of what the log has. */
  | { readonly kind: 'awaited' }
  | { readonly kind: 'close' };

export type FromTreeWorker =
  | { readonly kind: 'progress'; readonly size: number; readonly position: Position }
  /** It does not go on: `TreeMismatchError`'s words or, of a file that is unreadable, `TreeFileError`'s, and what to do. */
  | { readonly kind: 'stopped'; readonly isUnreadable: boolean; readonly why: string };
