import { Readable } from 'node:stream';
import { z } from 'zod';
import type { Actor } from '../../domain/case/actor.ts';
import type { ActorStamp } from '../../domain/log/envelope.ts';
import { makeBundle } from '../audit/bundle/make-bundle.ts';
import { hasCheckpointForm } from '../audit/checkpoint-note.ts';
import { CheckpointRefusedError } from '../audit/checkpoints.ts';
import { consistencyOf, consistencySchema, proofOf, proofSchema } from '../audit/proof-documents.ts';
import { NotInTreeError } from '../audit/prove.ts';
import { runFolderTask } from '../audit/run-folder-task.ts';
import { parseVerifier } from '../audit/signed-note.ts';
import { TreeNotReadyError } from '../audit/tree.ts';
import { findingText } from '../audit/verify-findings.ts';
import type { VerifyReport } from '../audit/verify-log.ts';
import { type ApiRoute, apiRoute } from './api-route.ts';
import { type AuditRouteParts, auditedRoute, sentence } from './audit-session.ts';
import { READERS } from './authentication.ts';
import { findCase } from './case-routes.ts';
import { ProblemError } from './problems.ts';

const checkpointSchema = z.object({
  size: z.int().meta({ description: 'Events in the tree.' }),
  root: z.string().meta({ description: 'Base64 of SHA-256.' }),
  note: z.string().meta({ description: 'The signed note (c2sp.org/tlog-checkpoint): keep it elsewhere.' }),
  verifier: z.string().meta({ description: 'The verifier key of who signed it.' }),
  signedAt: z.string().meta({ format: 'date-time' }),
});
const verifySchema = z.object({
  logId: z.uuid(),
  ok: z.boolean().meta({ description: 'Nothing was found.' }),
  events: z.int(),
  root: z.string().meta({ description: 'Base64: what a checkpoint of now would say.' }),
  agreed: z.int().meta({ description: 'Checkpoints that the log agrees with.' }),
  provenEvents: z
    .int()
    .meta({ description: 'Of the largest of them: what came after it no signature covers.' }),
  hashedEvents: z.int().meta({ description: 'Have the hash that was taken when they were written.' }),
  findings: z.array(z.looseObject({ kind: z.string(), text: z.string() })),
});
const size = z.coerce.number('must be a number').int('must be a whole number').min(0, 'must not be negative');

/** Checkpoints, proofs and bundles, for those with an audit role. */
export function evidenceRoutes(parts: AuditRouteParts): readonly ApiRoute[] {
  const { engine, write, timeZone } = parts;
  const { evidence } = engine;
  return [
    apiRoute({
      method: 'GET',
      url: '/v1/audit/checkpoint',
      operationId: 'audit.checkpoint',
      tag: 'audit',
      summary: 'The newest signed checkpoint of the log, as text: for whoever keeps copies elsewhere',
      description:
        'A signed note (c2sp.org/tlog-checkpoint). It says nothing of any case, so that fetching it is no look into the record.',
      access: READERS,
      success: { status: 200, description: 'The note.', mediaType: 'text/plain' },
      problems: ['notProvable'],
      async handle() {
        const latest = evidence.checkpoints.latest();
        if (latest === undefined)
          throw new ProblemError('notProvable', {
            detail: 'No checkpoint was made yet: ask for one (POST /v1/audit/checkpoints).',
          });
        return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: latest.note };
      },
    }),
    auditedRoute(parts, {
      method: 'POST',
      url: '/v1/audit/checkpoints',
      operationId: 'audit.signCheckpoint',
      action: 'checkpoint',
      summary: 'Sign what the log is now',
      success: { status: 201, description: 'The checkpoint.', schema: checkpointSchema },
      problems: ['notProvable'],
      handle: ({ actor }, look) =>
        provable(async () => {
          const {
            size: events,
            root,
            note,
            verifier,
            signedAt,
          } = await evidence.checkpoints.make(stampOf(actor));
          await look.ended('done', { size: events });
          return { status: 201, body: { size: events, root, note, verifier, signedAt: write(signedAt) } };
        }),
    }),
    auditedRoute(parts, {
      method: 'GET',
      url: '/v1/audit/checkpoints',
      operationId: 'audit.checkpoints',
      action: 'checkpoints',
      summary: 'Every checkpoint in the log, and whose signatures count',
      success: {
        status: 200,
        description: 'Oldest first.',
        schema: z.object({
          checkpoints: z.array(checkpointSchema),
          verifiers: z.array(z.string()).meta({
            description: 'The key that signs first. Get it by another way too, and compare.',
          }),
        }),
      },
      problems: ['notProvable'],
      handle: (_call, look) =>
        provable(async () => {
          const verifiers = evidence.checkpoints.trusted().map(({ text }) => text);
          const all = await evidence.checkpoints.all();
          await look.ended('done', { checkpoints: all.length });
          const checkpoints = all.map(({ size: events, root, note, verifier, signedAt }) => ({
            ...{ size: events, root, note, verifier },
            signedAt: write(signedAt),
          }));
          return { status: 200, body: { checkpoints, verifiers } };
        }),
    }),
    auditedRoute(parts, {
      method: 'GET',
      url: '/v1/audit/verify',
      operationId: 'audit.verify',
      action: 'verify',
      summary: 'Read the whole log and compare it with every checkpoint',
      description:
        'Names the first event that was changed, removed, inserted or moved. Takes as long as reading the log: seconds for a hundred thousand events.',
      query: z.strictObject({
        checkpoint: z.string().min(1).max(20_000).optional().meta({
          description: 'A signed note that was kept elsewhere, as text.',
        }),
        key: z.string().min(1).max(400).optional().meta({
          description: 'Trust this verifier key, and none that lies on the machine.',
        }),
      }),
      success: { status: 200, description: 'What was found.', schema: verifySchema },
      problems: ['notProvable'],
      handle: ({ query: { checkpoint, key } }, look, gone) =>
        provable(async () => {
          if (key !== undefined && parseVerifier(key) === undefined) {
            const message = 'is no verifier key: <name>+<8 hex digits>+<base64>';
            throw new ProblemError('invalidFields', { errors: [{ path: 'key', message }] });
          }
          // What is no checkpoint says nothing of the log.
          if (checkpoint !== undefined && !hasCheckpointForm(checkpoint)) {
            const message = 'is no signed checkpoint: send the text that was kept, whole';
            throw new ProblemError('invalidFields', { errors: [{ path: 'checkpoint', message }] });
          }
          const keys = key === undefined ? evidence.checkpoints.trusted().map(({ text }) => text) : [key];
          const kept = checkpoint === undefined ? [] : [{ note: checkpoint, source: 'the checkpoint sent' }];
          const wanted = { keyFile: '', keys, checkpoints: kept };
          // What `verifyFolder` answered, in the thread.
          const report = (await runFolderTask(
            'verify',
            { folder: engine.folder, store: engine.address },
            wanted,
            () => {},
            gone,
          )) as VerifyReport;
          await look.ended('done', { events: report.events, ok: report.ok });
          const findings = report.findings.map(finding => ({ ...finding, text: findingText(finding) }));
          return { status: 200, body: { ...report, findings } };
        }),
    }),
    auditedRoute(parts, {
      method: 'GET',
      url: '/v1/audit/proofs/:caseOrEvent',
      operationId: 'audit.prove',
      action: 'prove',
      summary: 'That the events of a case, or one event, are in the log as it was signed',
      params: z.strictObject({ caseOrEvent: z.string().min(1).max(60) }),
      success: { status: 200, description: 'The proofs.', schema: proofSchema },
      problems: ['noSuchCase', 'notProvable'],
      handle: ({ params: { caseOrEvent }, actor }, look) =>
        provable(async () => {
          const proof = await proofOf(engine, caseOrEvent, stampOf(actor));
          if (proof === undefined) throw new ProblemError('noSuchCase');
          await look.ended('done', { events: proof.events.length });
          return { status: 200, body: proof };
        }),
    }),
    auditedRoute(parts, {
      method: 'GET',
      url: '/v1/audit/consistency',
      operationId: 'audit.consistency',
      action: 'consistency',
      summary: 'That the log of so many events only adds to that of fewer',
      query: z.strictObject({ oldSize: size, newSize: size }),
      success: { status: 200, description: 'The proof.', schema: consistencySchema },
      problems: ['notProvable'],
      handle: ({ query: { oldSize, newSize } }, look) =>
        provable(async () => {
          const proof = await consistencyOf(engine, oldSize, newSize);
          await look.ended('done', {});
          return { status: 200, body: proof };
        }),
    }),
    auditedRoute(parts, {
      method: 'GET',
      url: '/v1/audit/cases/:idOrNumber/bundle',
      operationId: 'audit.bundle',
      action: 'bundle',
      summary: 'Everything about a case with its proofs in one archive',
      description:
        'A ZIP file that is verified with nothing but Node (`node verify-bundle.mjs FILE`, which is in it). Names and words of persons are in it for who has a role of staff too; to others they are `[sealed]`.',
      params: z.strictObject({ idOrNumber: z.string().min(1).max(60) }),
      success: { status: 200, description: 'The archive.', mediaType: 'application/zip' },
      problems: ['noSuchCase', 'notProvable', 'upgradeNeeded'],
      handle: ({ params: { idOrNumber }, actor, request }, look) =>
        provable(async () => {
          const found = await findCase(engine, idOrNumber);
          if (found === undefined) throw new ProblemError('noSuchCase');
          request.logFields.caseId = found.caseId;
          const bundle = await makeBundle(engine, { ...found, reader: actor, by: stampOf(actor), timeZone });
          if (bundle === undefined) throw new ProblemError('noSuchCase');
          await look.ended('done', {});
          const name = /^[A-Za-z0-9-]+$/.test(idOrNumber) ? idOrNumber : found.caseId;
          return {
            status: 200,
            headers: {
              'content-type': 'application/zip',
              'content-disposition': `attachment; filename="${name}.zip"`,
            },
            body: Readable.from(bundle, { objectMode: false }),
          };
        }),
    }),
  ];
}

function stampOf({ id, role, via }: Actor): ActorStamp {
  return { id, role, via };
}

/** What keeps the log from being proven is told in its own words. */
async function provable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isTold =
      error instanceof CheckpointRefusedError ||
      error instanceof TreeNotReadyError ||
      error instanceof NotInTreeError ||
      error instanceof RangeError;
    if (!isTold) throw error;
    throw new ProblemError('notProvable', { detail: sentence(error.message) });
  }
}
