import type { Actor } from '../../domain/case/actor.ts';
import type { Rejected } from '../../domain/case/decision.ts';
import type { AnyCommand, AnyLifecycle } from '../../domain/case/lifecycle.ts';
import type { Position, StoredEvent } from '../../domain/log/envelope.ts';
import type { FoldedCase } from './folded-case.ts';

/** One command on one case, as every sender gives it: people, timers, workflows, imports, the command line. */
export interface CommandRequest {
  readonly lifecycle: AnyLifecycle;
  /** Absent: the command opens a case, whose id follows from the command's. */
  readonly caseId?: string;
  /** As parsed by `lifecycle.commands[type].schema`. */
  readonly command: AnyCommand;
  readonly actor: Actor;
  /** By meaning (command-id.ts), or random. */
  readonly commandId: string;
  /** The sender gave an idempotency key: the same id with another body is refused. */
  readonly keyed: boolean;
  /** The instant to decide at, in an import; otherwise the wall clock's. */
  readonly now?: number;
  /** The revision that the sender saw, as given by `etag`. */
  readonly ifMatch?: number;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly traceparent?: string;
  readonly importId?: string;
}

export type CommandOutcome =
  | {
      readonly outcome: 'accepted';
      readonly caseId: string;
      readonly streamId: string;
      /** The last revision of the command's events (of the stream, where it has none). */
      readonly revision: number;
      readonly etag: number;
      /** Of the command's last event (of the stream's, where it has none). */
      readonly position: Position;
      /** As stored: personal values are sealed. */
      readonly events: readonly StoredEvent[];
      /** The command had been accepted before; nothing was added. */
      readonly replayed: boolean;
      /** The case as it is after them; left out of a replay. Personal values are `[sealed]`. */
      readonly folded?: FoldedCase;
    }
  | {
      readonly outcome: 'rejected';
      readonly reason: string;
      /** With `possible`: the commands that the case is open to now. */
      readonly details: Rejected['details'];
      readonly revision: number;
    }
  | { readonly outcome: 'forbidden'; readonly needs: readonly string[] }
  | { readonly outcome: 'keyReused' }
  | { readonly outcome: 'conflict'; readonly revision: number }
  | { readonly outcome: 'preconditionFailed'; readonly etag: number }
  | { readonly outcome: 'notFound' }
  | { readonly outcome: 'caseTooLong'; readonly limit: number }
  /** The stream holds an event of a newer release. */
  | { readonly outcome: 'upgradeNeeded'; readonly type: string };
