import type { Position } from '../../domain/log/envelope.ts';
import type { Projection } from '../../projections/projection.ts';
import { currentGeneration } from './generation-files.ts';
import { type Checkpoint, openViewFile, readCheckpoints } from './view-file.ts';

/** A file of views that holds, and how far they are in it. */
export interface Progress {
  readonly generation: number;
  readonly path: string;
  readonly checkpoints: readonly Checkpoint[];
}

/**
 * The views that are there, if they are of this log and of these projections' versions. Views that have seen more than
 * there is (`head`) are of a log that was put back to an earlier state.
 */
export function currentViews(
  folder: string,
  log: { readonly logId: string; readonly head: Position },
  projections: readonly Pick<Projection, 'name' | 'version'>[],
): Progress | undefined {
  const found = currentGeneration(folder);
  if (found === undefined) return undefined;
  let db: ReturnType<typeof openViewFile> | undefined;
  try {
    db = openViewFile(found.path);
    const { logId, checkpoints } = readCheckpoints(db);
    const versions = new Map(checkpoints.map(c => [c.name, c.version]));
    const fits =
      logId === log.logId &&
      versions.size === projections.length &&
      projections.every(({ name, version }) => versions.get(name) === version) &&
      checkpoints.every(({ position }) => position <= log.head);
    return fits ? { ...found, checkpoints } : undefined;
  } catch {
    // Not a file of ours, or damaged: it is derived, and made anew.
    return undefined;
  } finally {
    db?.close();
  }
}
