import { z } from 'zod';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { ERASURE_REFUSALS, erasure, erasureCommands } from '../../domain/privacy/erasure.ts';
import { hold, holdCommands } from '../../domain/privacy/hold.ts';
import { subjectSchema } from '../../domain/privacy/subjects.ts';
import { meaningOf } from '../privacy/certificate.ts';
import type { ListedErasure, ListedHold } from '../privacy/privacy-register.ts';
import { type ApiRoute, apiRoute } from './api-route.ts';
import {
  askingOf,
  type DirectoryParts,
  directoryCommandRoute,
  idParams,
  writtenAnswer,
  writtenSchema,
} from './directory-command.ts';
import { instantsToText } from './instants.ts';
import { ProblemError } from './problems.ts';

const instant = z.string().meta({ format: 'date-time' });
const READ_BY = ['privacyOfficer', 'auditor', 'admin'] as const;

const erasureSchema = z.object({
  id: z.uuid(),
  stage: z.enum(['requested', 'refused', 'approved', 'unreachable', 'destroyed']),
  meaning: z.string().meta({ description: 'What this stage proves, and what it does not.' }),
  subjects: z.array(subjectSchema),
  ground: z.string(),
  requestedBy: z.uuid(),
  requestedAt: instant,
  decidedBy: z.uuid().optional(),
  decidedAt: instant.optional(),
  refusedBecause: z.enum(ERASURE_REFUSALS).optional(),
  unreachableAt: instant.optional(),
  keysDestroyed: z.int().optional(),
  purgedBy: z
    .array(z.object({ nodeId: z.uuid(), purgedAt: instant }))
    .optional()
    .meta({ description: 'Nodes that have let go of the keys and made their views anew.' }),
  waitsFor: z.array(z.uuid()).optional().meta({ description: 'Nodes that have not, yet.' }),
  scavenged: z
    .object({ confirmedBy: z.uuid(), confirmedAt: instant, databaseNodes: z.array(z.string()) })
    .optional()
    .meta({ description: 'Who answers for it that the database was scavenged, and which nodes of it.' }),
  destroyedAt: instant.optional(),
  keyBackupsGoneAt: instant.optional().meta({
    description: 'From then on no backup of the key store holds the keys, by the rule for backups.',
  }),
});
/** Nodes that have not let go of the keys yet, where there are any. */
function waiting(waitsFor: readonly string[]): { readonly waitsFor?: readonly string[] } {
  return waitsFor.length === 0 ? {} : { waitsFor };
}

const holdSchema = z.object({
  id: z.uuid(),
  status: z.enum(['inForce', 'lifted']),
  subjects: z.array(subjectSchema),
  ground: z.string(),
  reference: z.string(),
  placedAt: instant,
});
const { userId: _asker, ...requestShape } = erasureCommands.requestErasure.schema.shape;
const { userId: _refuser, ...refuseShape } = erasureCommands.refuseErasure.schema.shape;
const { userId: _confirmer, ...scavengeShape } = erasureCommands.confirmScavenge.schema.shape;

/** Who is to be forgotten, and what has to be kept. */
export function privacyRoutes(parts: DirectoryParts): readonly ApiRoute[] {
  const { engine, write } = parts;
  const { people, store, privacy } = engine;
  const { register } = privacy;
  const erasureDocument = ({ erasureId, ...rest }: ListedErasure) =>
    Object(
      instantsToText(
        {
          id: erasureId,
          meaning: meaningOf(rest.stage, engine.address),
          ...rest,
          ...waiting(privacy.waitsFor({ erasureId, ...rest })),
        },
        write,
      ),
    );
  const holdDocument = ({ holdId, ...rest }: ListedHold) =>
    Object(instantsToText({ id: holdId, ...rest }, write));
  const base = { tag: 'privacy' } as const;

  return [
    apiRoute({
      ...base,
      method: 'POST',
      url: '/v1/privacy/erasures',
      operationId: 'erasure.requestErasure',
      summary: erasureCommands.requestErasure.summary,
      description:
        'A party is who they are and how they are reached; what people wrote of them in a case belongs to the case: name the cases too ' +
        '(`GET /v1/privacy/subjects/{id}/cases` finds them).',
      access: [...erasureCommands.requestErasure.roles],
      body: z.strictObject(requestShape),
      headers: ['Idempotency-Key'],
      success: { status: 201, description: 'It is asked for.', schema: writtenSchema },
      problems: ['rejected', 'keyReused', 'conflict'],
      async handle(call) {
        const asking = askingOf(call, 'requestErasure', store.logId, erasureCommands.requestErasure.roles);
        const data = { ...call.body, userId: asking.actor.id };
        const outcome = await people.give(erasure, { ...asking, command: { type: 'requestErasure', data } });
        return writtenAnswer(parts, outcome, 201);
      },
    }),
    apiRoute({
      ...base,
      method: 'POST',
      url: '/v1/privacy/erasures/:id/approve',
      operationId: 'erasure.approveErasure',
      summary: erasureCommands.approveErasure.summary,
      description:
        'By another person than who asked. Refused by name (`legalHold`, `openCase`, `userStillActive`) where something has to be kept.',
      access: [...erasureCommands.approveErasure.roles],
      params: idParams,
      headers: ['Idempotency-Key'],
      success: { status: 200, description: 'The keys are destroyed.', schema: writtenSchema },
      problems: ['noSuchResource', 'rejected', 'keyReused', 'conflict'],
      async handle(call) {
        const { id } = call.params;
        demandErasure(id);
        const asking = askingOf(call, 'approveErasure', store.logId, erasureCommands.approveErasure.roles);
        return writtenAnswer(parts, await privacy.approve(id, asking), 200);
      },
    }),
    apiRoute({
      ...base,
      method: 'POST',
      url: '/v1/privacy/erasures/:id/refuse',
      operationId: 'erasure.refuseErasure',
      summary: erasureCommands.refuseErasure.summary,
      access: [...erasureCommands.refuseErasure.roles],
      params: idParams,
      body: z.strictObject(refuseShape),
      headers: ['Idempotency-Key'],
      success: { status: 200, description: 'It is refused.', schema: writtenSchema },
      problems: ['noSuchResource', 'rejected', 'keyReused', 'conflict'],
      async handle(call) {
        const { id } = call.params;
        demandErasure(id);
        const asking = askingOf(call, 'refuseErasure', store.logId, erasureCommands.refuseErasure.roles);
        const data = { ...call.body, userId: asking.actor.id };
        const command = { type: 'refuseErasure' as const, data };
        return writtenAnswer(parts, await people.give(erasure, { ...asking, id, command }), 200);
      },
    }),
    apiRoute({
      ...base,
      method: 'POST',
      url: '/v1/privacy/erasures/:id/confirm-scavenge',
      operationId: 'erasure.confirmScavenge',
      summary: erasureCommands.confirmScavenge.summary,
      description:
        'On a log that nodes share alone. The certificate is complete once every node that was at work has let go of the keys, too.',
      access: [...erasureCommands.confirmScavenge.roles],
      params: idParams,
      body: z.strictObject(scavengeShape),
      headers: ['Idempotency-Key'],
      success: { status: 200, description: 'It is on record.', schema: writtenSchema },
      problems: ['noSuchResource', 'rejected', 'keyReused', 'conflict'],
      async handle(call) {
        const { id } = call.params;
        demandErasure(id);
        const asking = askingOf(call, 'confirmScavenge', store.logId, erasureCommands.confirmScavenge.roles);
        const data = { ...call.body, userId: asking.actor.id };
        const command = { type: 'confirmScavenge' as const, data };
        return writtenAnswer(parts, await people.give(erasure, { ...asking, id, command }), 200);
      },
    }),
    apiRoute({
      ...base,
      method: 'GET',
      url: '/v1/privacy/erasures',
      operationId: 'erasure.list',
      summary: 'Every request to be forgotten, and how far it is',
      access: [...READ_BY],
      success: {
        status: 200,
        description: 'Oldest first.',
        schema: z.object({ erasures: z.array(erasureSchema) }),
      },
      problems: [],
      handle: async () => ({ status: 200, body: { erasures: register.erasures().map(erasureDocument) } }),
    }),
    apiRoute({
      ...base,
      method: 'GET',
      url: '/v1/privacy/erasures/:id',
      operationId: 'erasure.get',
      summary: 'The certificate of an erasure, in the stage that it has reached',
      access: [...READ_BY],
      params: idParams,
      success: { status: 200, description: 'The certificate.', schema: erasureSchema },
      problems: ['noSuchResource'],
      handle: async ({ params: { id } }) => ({ status: 200, body: erasureDocument(demandErasure(id)) }),
    }),
    apiRoute({
      ...base,
      method: 'GET',
      url: '/v1/privacy/subjects/:id/cases',
      operationId: 'erasure.casesNaming',
      summary: 'The cases that name a party, user or case',
      description: 'Reads through the whole log: it takes seconds a million events.',
      access: ['privacyOfficer', 'admin'],
      params: idParams,
      success: {
        status: 200,
        description: 'The streams of the cases.',
        schema: z.object({ streams: z.array(z.string()) }),
      },
      problems: [],
      handle: async ({ params: { id } }) => ({
        status: 200,
        body: { streams: await privacy.casesNaming([id]) },
      }),
    }),
    {
      ...directoryCommandRoute(parts, hold, 'placeHold', {
        method: 'POST',
        url: '/v1/privacy/holds',
        access: [...holdCommands.placeHold.roles],
        body: holdCommands.placeHold.schema,
      }),
      ...base,
    },
    {
      ...directoryCommandRoute(parts, hold, 'liftHold', {
        method: 'POST',
        url: '/v1/privacy/holds/:id/lift',
        access: [...holdCommands.liftHold.roles],
      }),
      ...base,
    },
    apiRoute({
      ...base,
      method: 'GET',
      url: '/v1/privacy/holds',
      operationId: 'hold.list',
      summary: 'What has to be kept, and why',
      access: [...READ_BY, 'lead'],
      success: {
        status: 200,
        description: 'Oldest first.',
        schema: z.object({ holds: z.array(holdSchema) }),
      },
      problems: [],
      handle: async () => ({ status: 200, body: { holds: register.holds().map(holdDocument) } }),
    }),
  ];

  function demandErasure(id: string): ListedErasure {
    const found = register.erasure(uuidSchema.parse(id));
    if (found === undefined || found.stage === 'none') {
      throw new ProblemError('noSuchResource', { detail: 'There is no request to erase with this id.' });
    }
    return found;
  }
}
