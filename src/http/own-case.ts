import type { Actor } from '../../domain/case/actor.ts';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { isOwnCase } from '../engine/own-case.ts';
import type { HttpEngine } from './engine-port.ts';
import { ProblemError } from './problems.ts';

/**
 * A customer's account sees and changes its own cases, and is not told of others.
 * @throws ProblemError as for a case that there is not
 */
export async function demandOwnCase(
  { store, handler, directory }: Pick<HttpEngine, 'store' | 'handler' | 'directory'>,
  lifecycle: AnyLifecycle,
  caseId: string,
  actor: Actor,
): Promise<void> {
  const load = handler.load.bind(handler);
  if (!(await isOwnCase({ store, directory, load }, lifecycle, caseId, actor.id)))
    throw new ProblemError('noSuchCase');
}
