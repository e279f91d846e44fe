import type { Position } from '../../domain/log/envelope.ts';
import type { StoreAddress } from '../store/store-address.ts';
import type { Progress } from './current-views.ts';

/** Given to the worker at its start. */
export interface WorkerData {
  readonly folder: string;
  readonly store: StoreAddress;
  readonly timeZone: string;
}

export type ToWorker =
  /** The log has grown. */
  | { readonly kind: 'grown' }
  /** Somebody waits for the views to have seen what the log has. */
  | { readonly kind: 'awaited' }
  | { readonly kind: 'rebuild' }
  /** Nobody reads files before this generation any more. */
  | { readonly kind: 'release'; readonly generation: number }
  | { readonly kind: 'close' };

export type FromWorker =
  | ({ readonly kind: 'progress' } & Progress)
  | { readonly kind: 'building'; readonly events: number }
  | { readonly kind: 'open' }
  | { readonly kind: 'caughtUp' }
  | { readonly kind: 'rebuilt'; readonly events: number; readonly position: Position }
  | { readonly kind: 'closed' };
