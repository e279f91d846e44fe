import type { RecordedEvent } from '../../domain/log/envelope.ts';

/** When and by whom something of the house was written, and why. */
export interface Written {
  /** Epoch milliseconds. */
  readonly writtenAt: number;
  /** The user; the command line and the first start are the house itself. */
  readonly by: string;
  /** Somebody whom the command line named. */
  readonly onBehalfOf?: string;
  /** As its author gave it; what was written at first start has none. */
  readonly reason?: string;
}

/** The author of an event is in its envelope, the reason in the command that it keeps. */
export function writtenBy({ metadata }: RecordedEvent): Written {
  const { actor, command, recordedAt } = metadata;
  const { data } = command ?? {};
  const reason = typeof data === 'object' && data !== null && 'reason' in data ? data.reason : undefined;
  return {
    writtenAt: recordedAt,
    by: actor.id,
    ...(actor.onBehalfOf === undefined ? {} : { onBehalfOf: actor.onBehalfOf }),
    ...(typeof reason === 'string' ? { reason } : {}),
  };
}
