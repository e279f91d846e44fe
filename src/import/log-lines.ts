import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

export interface LogLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** A packed log is cut off or damaged: nothing of it was imported, as all rows are read before the first command. */
class DamagedLogError extends Error {
  override readonly name = 'DamagedLogError';
}

/**
 * Reads a text file line by line, unpacked if it is gzip (by its first bytes, whatever its name).
 * @throws DamagedLogError that names the file, or what the system says, at the first line that cannot be had
 */
export async function* logLines(path: string): AsyncGenerator<LogLine> {
  const packed = await isGzip(path);
  // Opened last: its error must find somebody who listens, or it ends the whole process.
  const file = createReadStream(path);
  // A failing pipeline destroys its last stream with the error, which the loop below then throws.
  const stream = packed ? pipeline(file, createGunzip(), () => {}) : file;
  stream.setEncoding('utf8');
  let line = 0;
  let rest = '';
  const next = (text: string): LogLine => {
    line++;
    const unmarked = line === 1 ? text.replace(/^\uFEFF/, '') : text;
    return { line, text: unmarked.endsWith('\r') ? unmarked.slice(0, -1) : unmarked };
  };
  for await (const chunk of packed ? unpacked(stream, path) : stream) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) yield next(text);
  }
  if (rest !== '') yield next(rest);
}

/** What is unpacked, and of what cannot be, which file it is. */
async function* unpacked(stream: AsyncIterable<unknown>, path: string): AsyncGenerator<unknown> {
  try {
    yield* stream;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DamagedLogError(`${path} cannot be unpacked: ${why}. Nothing of it was imported`, {
      cause: error,
    });
  }
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}
