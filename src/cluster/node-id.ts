import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { writeWhole } from '../store/data-folder.ts';

const FILE = 'node-id';

/** The file that says which node this is cannot be read as one. */
export class NodeIdError extends Error {
  override readonly name = 'NodeIdError';
}

/** Which node this is: as configured, or as the data folder says; made at first start. @throws NodeIdError */
export function nodeIdOf(configured: string, folder: string): string {
  if (configured !== 'auto') return configured;
  const path = join(folder, FILE);
  if (!existsSync(path)) writeWhole(path, `${uuidv7()}\n`);
  const read = uuidSchema.safeParse(readFileSync(path, 'utf8').trim());
  if (read.success) return read.data;
  throw new NodeIdError(
    `${path} holds no UUID: put back what it held, or remove it, and this is a node of its own from now on`,
  );
}
