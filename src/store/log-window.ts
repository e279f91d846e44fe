/** UTF-16 to UTF-8, at most. */
const MOST_BYTES_A_UNIT = 3;
const LENGTH_BYTES = 4;

/**
 * The texts that were put last, as bytes in one ring of fixed size. Kept as strings they would be moved about by the
 * garbage collector, which costs more than to read them twice. A place is the number of bytes put before it in all.
 */
export class LogWindow {
  readonly #ring: Buffer;
  #head = 0;
  #tail = 0;

  constructor(bytes: number) {
    this.#ring = Buffer.allocUnsafeSlow(bytes);
  }

  /**
   * @returns its place; `undefined` when there is no room: something must be let go first
   * @throws RangeError for a text that never fits
   */
  put(text: string): number | undefined {
    const size = this.#ring.length;
    const most = LENGTH_BYTES + text.length * MOST_BYTES_A_UNIT;
    if (most > size) throw new RangeError(`a text of ${text.length} characters in a window of ${size} bytes`);
    const left = size - (this.#head % size);
    // A text is never cut in two by the end of the ring.
    const place = most > left ? this.#head + left : this.#head;
    if (place + most - this.#tail > size) return undefined;
    const at = place % size;
    const bytes = this.#ring.write(text, at + LENGTH_BYTES);
    this.#ring.writeUInt32LE(bytes, at);
    this.#head = place + LENGTH_BYTES + bytes;
    return place;
  }

  get(place: number): string {
    const at = place % this.#ring.length;
    const from = at + LENGTH_BYTES;
    return this.#ring.toString('utf8', from, from + this.#ring.readUInt32LE(at));
  }

  /** Lets go of what was put before a place; of everything when none is given. */
  forgetBefore(place = this.#head): void {
    this.#tail = place;
  }
}
