/**
 * The port to the data keys, apart from the log and with a backup of its own. A data key belongs to one
 * subject (a party or a case), never to two. Keys are made ahead and are durable before an event can name one.
 */
export interface DataKey {
  /** A uuid. */
  readonly keyId: string;
  /** 32 bytes. Not to be kept: who holds it can read on after an erasure. */
  readonly key: Uint8Array;
}

export interface KeyStore {
  /**
   * The subject's current key: the one it has, or one of those made ahead. Synchronous: it stands in the
   * append path.
   * @throws SubjectErasedError for a subject whose keys were destroyed
   */
  keyFor(subject: string): DataKey;
  /** A key by its id; `undefined` when it was destroyed (or never existed): the fields show `[erased]`. */
  keyById(keyId: string): DataKey | undefined;
  /**
   * Destroys every key of the subject, durably, write-ahead file included; returns how many. A later
   * `keyFor` is refused, for a subject that never had a key too.
   */
  eraseSubject(subject: string): Promise<number>;
  isErased(subject: string): boolean;
  close(): Promise<void>;
}

/** The subject's keys were destroyed for good: nothing new can be sealed for it. */
export class SubjectErasedError extends Error {
  override readonly name = 'SubjectErasedError';
  readonly subject: string;
  constructor(subject: string) {
    super(`the keys of subject ${subject} were destroyed`);
    this.subject = subject;
  }
}
