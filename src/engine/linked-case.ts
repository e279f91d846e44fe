import type { AnyCommand, AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { uuidSchema } from '../../domain/log/envelope.ts';
import type { Linked } from './decision-context.ts';
import type { FoldedCase } from './folded-case.ts';

/** The case that a command names beside its own: the one to merge with, or to link. */
export function linkedCaseId({ data }: AnyCommand): string | undefined {
  const { survivorId, loserId, to } = data;
  const linkedTo =
    typeof to === 'object' && to !== null && !Array.isArray(to) && to.kind === 'case' ? to.caseId : undefined;
  const found = uuidSchema.safeParse(survivorId ?? loserId ?? linkedTo);
  return found.success ? found.data : undefined;
}

/** Finds it as it stands now, in the command's own lifecycle first; `undefined` where there is no such case. */
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
