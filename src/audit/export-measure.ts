import { createHash } from 'node:crypto';

/** What the log keeps of an export: how much it was, and which bytes. */
export interface ExportResult {
  readonly bytes: number;
  /** Of the whole text in UTF-8, hex. */
  readonly sha256: string;
}

/** Takes the pieces of an export as they go by. */
export function exportMeasure(): { take(piece: string): void; result(): ExportResult } {
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    take(piece) {
      const buffer = Buffer.from(piece);
      bytes += buffer.length;
      hash.update(buffer);
    },
    result: () => ({ bytes, sha256: hash.digest('hex') }),
  };
}
