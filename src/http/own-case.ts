import { z } from 'zod';
import type { Actor } from '../../domain/case/actor.ts';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { uuidSchema } from '../../domain/log/envelope.ts';
import type { HttpEngine } from './engine-port.ts';
import { ProblemError } from './problems.ts';

/** Every lifecycle calls whom it is about by this name. */
const withContact = z.object({ contactId: uuidSchema });

/**
 * A customer's account sees and changes the cases that it opened itself, and those that were opened for its contact: a
 * liaison whose form went there, a sample that it waits for, its visit. It is not told of others.
 * @throws ProblemError as for a case that there is not
 */
export async function demandOwnCase(
  { store, handler, directory }: Pick<HttpEngine, 'store' | 'handler' | 'directory'>,
  lifecycle: AnyLifecycle,
  caseId: string,
  actor: Actor,
): Promise<void> {
  const [first] = await store.readStream(`${lifecycle.category}-${caseId}`);
  if (first === undefined) throw new ProblemError('noSuchCase');
  if (first.metadata.actor.id === actor.id) return;
  const contactId = directory.user(actor.id)?.contactId;
  if (contactId === undefined) throw new ProblemError('noSuchCase');
  const about = withContact.safeParse((await handler.load(lifecycle, caseId))?.state);
  if (about.data?.contactId !== contactId) throw new ProblemError('noSuchCase');
}
