/**
 * The one form of ZIP archive that a bundle has: files stored as they are, one behind the other, every field of every
 * header fixed. Any ZIP program opens it; and as there is one way to write it, the reader refuses any other byte:
 * compressed files (which could unpack to anything), names that leave the folder, gaps, remarks, a cut-off end. This
 * file imports Node alone: it is part of the verifier that is handed out with a bundle.
 */
export interface ZipFile {
  readonly name: string;
  readonly bytes: Buffer;
}

export type ZipFault =
  /** It does not begin as a bundle does. */
  | 'notABundle'
  /** Its end is missing. */
  | 'truncated'
  | 'compressed'
  | 'unsafeName'
  | 'twice'
  /** A byte that is not as it was written. */
  | 'damaged';

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const MAX_FILES = 1_000;
/** Names are in UTF-8. */
const FLAGS = 0x0800;
const VERSION = 20;
/** 1 January 1980, midnight: a bundle says inside when it was made. */
const DOS_DATE = 0x0021;
const NAME = /^(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,60}\/){0,3}[A-Za-z0-9_-][A-Za-z0-9._-]{0,60}$/;

/** The archive, piece by piece. @throws TypeError for a name that a bundle cannot hold */
export function* zipOf(files: Iterable<ZipFile>): Generator<Buffer> {
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of files) {
    if (!NAME.test(name)) throw new TypeError(`a bundle holds no file "${name}"`);
    const crc = crc32(bytes);
    const local = localHeader(name, bytes.length, crc);
    directory.push(centralHeader(name, bytes.length, crc, offset));
    yield local;
    yield bytes;
    offset += local.length + bytes.length;
  }
  const central = Buffer.concat(directory);
  yield central;
  yield endRecord(directory.length, central.length, offset);
}

/** The files of an archive in their order, or what is wrong with it. Never throws. */
export function readZip(
  archive: Buffer,
): { readonly files: ReadonlyMap<string, Buffer> } | { readonly fault: ZipFault } {
  if (archive.length < END_BYTES || archive.readUInt32LE(0) !== LOCAL) return { fault: 'notABundle' };
  const files = new Map<string, Buffer>();
  const directory: Buffer[] = [];
  let offset = 0;
  while (offset + 4 <= archive.length && archive.readUInt32LE(offset) === LOCAL) {
    if (offset + LOCAL_BYTES > archive.length) return { fault: 'truncated' };
    if (archive.readUInt16LE(offset + 8) !== 0) return { fault: 'compressed' };
    const size = archive.readUInt32LE(offset + 22);
    const from = offset + LOCAL_BYTES + archive.readUInt16LE(offset + 26);
    if (from + size > archive.length) return { fault: 'truncated' };
    const name = archive.toString('utf8', offset + LOCAL_BYTES, from);
    if (!NAME.test(name)) return { fault: 'unsafeName' };
    if (files.has(name)) return { fault: 'twice' };
    const bytes = archive.subarray(from, from + size);
    const crc = crc32(bytes);
    if (!localHeader(name, size, crc).equals(archive.subarray(offset, from))) return { fault: 'damaged' };
    files.set(name, bytes);
    directory.push(centralHeader(name, size, crc, offset));
    offset = from + size;
    if (files.size > MAX_FILES) return { fault: 'damaged' };
  }
  const central = Buffer.concat(directory);
  const rest = Buffer.concat([central, endRecord(directory.length, central.length, offset)]);
  const found = archive.subarray(offset);
  if (found.equals(rest)) return { files };
  return {
    fault:
      found.length < rest.length && rest.subarray(0, found.length).equals(found) ? 'truncated' : 'damaged',
  };
}

function localHeader(name: string, size: number, crc: number): Buffer {
  const header = Buffer.alloc(LOCAL_BYTES);
  header.writeUInt32LE(LOCAL, 0);
  writeCommon(header, 4, name, size, crc);
  return Buffer.concat([header, Buffer.from(name)]);
}

function centralHeader(name: string, size: number, crc: number, offset: number): Buffer {
  const header = Buffer.alloc(CENTRAL_BYTES);
  header.writeUInt32LE(CENTRAL, 0);
  header.writeUInt16LE(VERSION, 4);
  writeCommon(header, 6, name, size, crc);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, Buffer.from(name)]);
}

/** What both headers have, from "version needed" to the length of the name. */
function writeCommon(header: Buffer, at: number, name: string, size: number, crc: number): void {
  header.writeUInt16LE(VERSION, at);
  header.writeUInt16LE(FLAGS, at + 2);
  header.writeUInt16LE(DOS_DATE, at + 8);
  header.writeUInt32LE(crc, at + 10);
  header.writeUInt32LE(size, at + 14);
  header.writeUInt32LE(size, at + 18);
  header.writeUInt16LE(Buffer.byteLength(name), at + 22);
}

function endRecord(count: number, centralBytes: number, offset: number): Buffer {
  const record = Buffer.alloc(END_BYTES);
  record.writeUInt32LE(END, 0);
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(centralBytes, 12);
  record.writeUInt32LE(offset, 16);
  return record;
}

/** Node has one of its own since 22; the verifier runs on 20 too. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
