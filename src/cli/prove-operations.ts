import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { type Actor, ROLES } from '../../domain/case/actor.ts';
import type { ActorStamp } from '../../domain/log/envelope.ts';
import type { Looker } from '../audit/access-recorder.ts';
import { makeBundle } from '../audit/bundle/make-bundle.ts';
import { CheckpointRefusedError } from '../audit/checkpoints.ts';
import { consistencyOf, proofOf } from '../audit/proof-documents.ts';
import { NotInTreeError } from '../audit/prove.ts';
import { TreeNotReadyError } from '../audit/tree.ts';
import { findCase } from '../http/case-routes.ts';
import { auditOperation } from './audit-operation.ts';
import { OperationError } from './operation-error.ts';
import { writeOutput } from './output-file.ts';

const VIEWS_TIMEOUT_MS = 5_000;
const size = z.int().min(0);

/** Proofs and bundles; each is a look on record. */
export const proveOperations = {
  'audit.prove': auditOperation(
    'prove',
    z.object({ what: z.string().max(100) }),
    async (house, { what }, { look, who }) =>
      inWords(async () => {
        await house.views.waitFor(await house.store.head(), VIEWS_TIMEOUT_MS);
        const proof = await proofOf(house, what, stampOf(who));
        if (proof === undefined) throw new OperationError(`there is no case and no event ${what}`);
        await look.ended('done', { events: proof.events.length });
        return proof;
      }),
  ),

  'audit.consistency': auditOperation(
    'consistency',
    z.object({ oldSize: size, newSize: size }),
    async (house, { oldSize, newSize }, { look }) =>
      inWords(async () => {
        const proof = await consistencyOf(house, oldSize, newSize);
        await look.ended('done', {});
        return proof;
      }),
  ),

  'audit.bundle': auditOperation(
    'bundle',
    z.object({
      idOrNumber: z.string().max(60),
      file: z.string().max(4_000).refine(isAbsolute, 'must be a whole path'),
      sealed: z.boolean().default(false),
    }),
    async (house, { idOrNumber, file, sealed }, { look, who, timeZone }) =>
      inWords(async () => {
        await house.views.waitFor(await house.store.head(), VIEWS_TIMEOUT_MS);
        const found = await findCase(house, idOrNumber);
        const by = stampOf(who);
        const reader = readerOf(who, sealed);
        const bundle = found && (await makeBundle(house, { ...found, reader, by, timeZone }));
        if (bundle === undefined) throw new OperationError(`there is no case ${idOrNumber}`);
        const archive = Buffer.concat([...bundle]);
        writeOutput('--output', file, archive, 0o600);
        await look.ended('done', { bytes: archive.length });
        return { bytes: archive.length };
      }),
  ),
} as const;

function stampOf({ userId, roles, via }: Looker): ActorStamp {
  return { id: userId, role: roles[0] ?? 'auditor', via };
}

/** Whoever may open the data folder may read what is in it. */
function readerOf({ userId, roles, via }: Looker, sealed: boolean): Actor {
  const all = sealed ? [...roles] : ROLES.filter(role => role !== 'system');
  return { id: userId, role: sealed ? (roles[0] ?? 'auditor') : 'lead', roles: all, via, qualifications: [] };
}

/** What keeps a proof from being given is told in its own words, not as a fault of the program. */
async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isTold =
      error instanceof CheckpointRefusedError ||
      error instanceof TreeNotReadyError ||
      error instanceof NotInTreeError ||
      error instanceof RangeError;
    throw isTold ? new OperationError(error.message) : error;
  }
}
