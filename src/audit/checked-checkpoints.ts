import { openCheckpoint, originOf } from './checkpoint-note.ts';
import { sameHash } from './merkle.ts';
import type { NoteVerifier } from './signed-note.ts';
import type { Finding } from './verify-findings.ts';

/** A signed note, and where it is from, for people. */
export interface CheckpointToCheck {
  readonly note: string;
  /** As "checkpoint 3 in the log" or a file's name. */
  readonly source: string;
}

/** Rightly signed, and of this log: whether the log agrees is another question. */
export interface CheckedCheckpoint {
  readonly size: number;
  readonly root: Uint8Array;
  readonly source: string;
}

/** Those that count, by size, and what is wrong with the others. */
export function checkAll(
  given: readonly CheckpointToCheck[],
  trusted: readonly NoteVerifier[],
  logId: string,
): { readonly checkpoints: readonly CheckedCheckpoint[]; readonly findings: readonly Finding[] } {
  const bySize = new Map<number, CheckedCheckpoint>();
  const findings: Finding[] = [];
  for (const { note, source } of given) {
    const opened = openCheckpoint(note, trusted, originOf(logId));
    if (opened.outcome !== 'signed') {
      findings.push({ kind: 'badCheckpoint', source, why: opened.outcome, names: opened.names });
      continue;
    }
    const { size, root } = opened.checkpoint;
    const known = bySize.get(size);
    if (known === undefined) bySize.set(size, { size, root, source });
    else if (!sameHash(known.root, root)) {
      findings.push({ kind: 'fork', size, sources: [known.source, source] });
    }
  }
  return { checkpoints: [...bySize.values()].sort((a, b) => a.size - b.size), findings };
}
