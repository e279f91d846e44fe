import { StoreUnavailableError } from '../event-store.ts';

/**
 * What a failing call to EventStoreDB means to callers of the port. Classes are not relied on, since some errors
 * come as plain ones (no node found, the channel closed): `type`, `code` and text tell. Of a write all but a conflict
 * is ambiguous: a server that said "deadline exceeded" was seen to have written the event.
 */
export function esdbFailure(error: unknown, what: string, ambiguous: boolean): StoreUnavailableError {
  if (error instanceof StoreUnavailableError) return error;
  const { type, code } = traitsOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const named = [type, code, message].filter(each => each !== undefined && each !== '').join(', ');
  return new StoreUnavailableError('unreachable', `the event store did not ${what}: ${named}`, {
    cause: error,
    ambiguous,
  });
}

/** The stream's last revision when the append met others; `undefined` for any other failure. */
export function conflictOf(error: unknown): { readonly actualRevision: number } | undefined {
  if (traitsOf(error).type !== 'wrong-expected-version') return undefined;
  const actual =
    typeof error === 'object' && error !== null && 'actualVersion' in error ? error.actualVersion : undefined;
  return { actualRevision: typeof actual === 'bigint' ? Number(actual) : -1 };
}

export function isStreamNotFound(error: unknown): boolean {
  return traitsOf(error).type === 'stream-not-found';
}

function traitsOf(error: unknown): { readonly type?: string; readonly code?: number } {
  if (typeof error !== 'object' || error === null) return {};
  return {
    ...('type' in error && typeof error.type === 'string' ? { type: error.type } : {}),
    ...('code' in error && typeof error.code === 'number' ? { code: error.code } : {}),
  };
}
