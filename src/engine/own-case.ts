import { z } from 'zod';
import type { CaseState } from '../../domain/case/case-state.ts';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { uuidSchema } from '../../domain/log/envelope.ts';
import type { Directory } from '../directory/directory.ts';
import type { EventStore } from '../store/event-store.ts';

/** Every lifecycle calls whom it is about by this name. */
const withContact = z.object({ contactId: uuidSchema });

export interface OwnCaseParts {
  readonly store: Pick<EventStore, 'readStream'>;
  readonly directory: Pick<Directory, 'user'>;
  load(lifecycle: AnyLifecycle, caseId: string): Promise<{ readonly state: CaseState } | undefined>;
}

/**
 * Whether a case is a customer's account's own: one that it opened itself, or that was opened for its contact (a
 * liaison whose form went there, a sample that it waits for, its visit). Of one that there is not: no.
 */
export async function isOwnCase(
  { store, load, directory }: OwnCaseParts,
  lifecycle: AnyLifecycle,
  caseId: string,
  userId: string,
): Promise<boolean> {
  const [first] = await store.readStream(`${lifecycle.category}-${caseId}`);
  if (first === undefined) return false;
  if (first.metadata.actor.id === userId) return true;
  const contactId = directory.user(userId)?.contactId;
  if (contactId === undefined) return false;
  return withContact.safeParse((await load(lifecycle, caseId))?.state).data?.contactId === contactId;
}
