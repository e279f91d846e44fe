import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
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
    const { state, revision, unknownType } = await read(lifecycle, streamId);
    if (revision < 0 || unknownType !== undefined) continue;
    const mergedInto = state.ended?.survivorId;
    return {
      streamId,
      linkedCase: {
        caseId,
        lifecycle: lifecycle.name,
        revision,
        phase: state.phase,
        receivedAt: state.receivedAt,
        clocks: state.clocks,
        ...(mergedInto === undefined ? {} : { mergedInto }),
      },
    };
  }
  return undefined;
}
