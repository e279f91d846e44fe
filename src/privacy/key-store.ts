/**
 * The port to the data keys, apart from the log and with a backup of its own. A data key belongs to one
 * subject (a party or a case). Keys are made ahead and are durable before an event can name one.
 */
export interface DataKey {
  readonly keyId: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

export interface KeyStore {
  /** The subject's current key: the one it has, or one of those made ahead. Synchronous: it stands in the append path. */
  keyFor(subject: string): DataKey;
  /** A key by its id; `undefined` when it was destroyed (or never existed): the fields show `[erased]`. */
  keyById(keyId: string): DataKey | undefined;
  /** Destroys every key of the subject, durably, write-ahead file included; returns how many. A later `keyFor` is refused. */
  eraseSubject(subject: string): Promise<number>;
  isErased(subject: string): boolean;
  close(): Promise<void>;
}
