import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { uuidOf } from '../../domain/log/envelope.ts';
import type { Linked } from './decision-context.ts';
import type { FoldedCase } from './folded-case.ts';

/** A case as it stands now, looked for in one lifecycle after the other; `undefined` where there is no such case. */
export async function findLinkedCase(
  caseId: string,
  lifecycles: readonly AnyLifecycle[],
  read: (lifecycle: AnyLifecycle, streamId: string) => Promise<FoldedCase>,
): Promise<Linked | undefined> {
  for (const lifecycle of lifecycles) {
    const streamId = `${lifecycle.category}-${caseId}`;
    const folded = await read(lifecycle, streamId);
    if (folded.revision >= 0 && folded.unknownType === undefined)
      return linkedTo(lifecycle, streamId, folded);
  }
  return undefined;
}

/** What a decision on another case is told of this one. */
export function linkedTo(
  lifecycle: AnyLifecycle,
  streamId: string,
  { state, revision }: Pick<FoldedCase, 'state' | 'revision'>,
): Linked {
  const { phase, receivedAt, clocks, takenOver, ended } = state;
  return {
    streamId,
    linkedCase: {
      caseId: uuidOf(streamId),
      lifecycle: lifecycle.name,
      revision,
      phase,
      receivedAt,
      clocks,
      takenOver,
      ...(ended?.survivorId === undefined ? {} : { mergedInto: ended.survivorId }),
      ...(ended?.mergeRevision === undefined ? {} : { mergeRevision: ended.mergeRevision }),
    },
  };
}
