const PREFIX = 'key-';

/**
 * Streams of wrapped keys, on a store that nodes share: beside the log and no part of it, neither in its tree nor in
 * what is read or copied of it, as a destroyed key is cut away (docs/decisions/0001-log-format.md, 13 and 15).
 */
export function isKeyStream(streamId: string): boolean {
  return streamId.startsWith(PREFIX);
}

export function keyStreamOf(keyId: string): string {
  return PREFIX + keyId;
}
