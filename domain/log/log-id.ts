/** The version of the log's format that this release writes (docs/decisions/0001-log-format.md). */
export const LOG_FORMAT_VERSION = 1;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * The log's id in the data of its first event, `LogCreated`; `undefined` where it is not of a format that this release
 * reads. Checked by hand: the threads that write and hash the log do without schemas, and the memory these take.
 */
export function logIdIn(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null || !('logId' in data && 'formatVersion' in data))
    return undefined;
  const { logId, formatVersion } = data;
  return formatVersion === LOG_FORMAT_VERSION && typeof logId === 'string' && UUID.test(logId)
    ? logId
    : undefined;
}
