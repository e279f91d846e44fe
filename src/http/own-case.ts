import type { Actor } from '../../domain/case/actor.ts';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import type { HttpEngine } from './engine-port.ts';
import { ProblemError } from './problems.ts';

/**
 * A customer's account sees and changes the cases that it opened itself, and is not told of others.
 * @throws ProblemError as for a case that there is not
 */
export async function demandOwnCase(
  { store }: HttpEngine,
  lifecycle: AnyLifecycle,
  caseId: string,
  actor: Actor,
): Promise<void> {
  const [first] = await store.readStream(`${lifecycle.category}-${caseId}`);
  if (first === undefined || first.metadata.actor.id !== actor.id) throw new ProblemError('noSuchCase');
}
