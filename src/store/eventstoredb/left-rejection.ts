/**
 * A server that dies while the library waits to write makes it reject a promise that nobody can hold. The append's own
 * promise ends by our time limit: such a rejection is no news, and no reason to end the process.
 */
export function isLeftByClient(reason: unknown): boolean {
  if (reason instanceof Error && reason.stack?.includes('db-client') === true) return true;
  return typeof reason === 'object' && reason !== null && 'code' in reason && reason.code === 14;
}
