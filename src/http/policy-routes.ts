import { z } from 'zod';
import { policiesCommands } from '../../domain/house/policies.ts';
import { DRAFTERS, draftNumberSchema, PUBLISHERS, reasonSchema } from '../../domain/house/publishing.ts';
import { MAX_FILE_BYTES } from '../house/text-limit.ts';
import { type ApiRoute, apiRoute } from './api-route.ts';
import { READERS } from './authentication.ts';
import { byHand } from './calendar-routes.ts';
import { askingOf, type DirectoryParts } from './directory-command.ts';
import {
  changesSchema,
  found,
  givenAnswer,
  givenSchema,
  instantField,
  whichSchema,
  writtenFields,
} from './house-answers.ts';
import { instantsToText, instantText } from './instants.ts';
import { ProblemError } from './problems.ts';
import { unusableFile } from './text-problems.ts';

const TAG = 'policy';
const sourceSchema = z.strictObject({
  text: z.string().min(1).max(MAX_FILE_BYTES).meta({
    description: 'The whole policy, in YAML or JSON (docs/calendars-and-policies.md).',
  }),
});
const draftBody = sourceSchema.extend({
  replaces: draftNumberSchema.optional().meta({
    description: 'The draft that it takes the place of; without it there must be none.',
  }),
});
const problemsSchema = z.array(
  z.object({ line: z.int().optional(), path: z.array(z.string()), message: z.string() }),
);
const policySchema = z.object({
  inForce: z.int().meta({ description: 'The version that promises follow which start now.' }),
  versions: z.array(
    z.object({
      version: z.int(),
      holdsFrom: instantField,
      calendarId: z.string(),
      lines: z.int(),
      ...writtenFields,
    }),
  ),
  draft: z.object({ draft: z.int(), lines: z.int(), ...writtenFields }).optional(),
});
const contentSchema = z.record(z.string(), z.json());
const incomplete = problemsSchema.meta({ description: 'What keeps it from being published.' });

/** The policy of the house: looked at, drafted from a file, published. */
export function policyRoutes(parts: DirectoryParts): readonly ApiRoute[] {
  const { engine, write } = parts;
  const { policy, store } = engine;
  const asText = (value: unknown) => Object(instantsToText(value, write));

  return [
    apiRoute({
      method: 'GET',
      url: '/v1/policy',
      operationId: 'policy.list',
      tag: TAG,
      summary: 'The versions of the policy and its draft',
      access: READERS,
      success: { status: 200, description: 'The versions.', schema: policySchema },
      problems: [],
      handle: async () => ({ status: 200, body: asText(await policy.list()) }),
    }),
    apiRoute({
      method: 'GET',
      url: '/v1/policy/versions/:which',
      operationId: 'policy.get',
      tag: TAG,
      summary: 'What the policy says: a version, the draft, or what is in force',
      access: READERS,
      params: z.strictObject({ which: whichSchema }),
      success: { status: 200, description: 'The policy.', schema: contentSchema },
      problems: ['noSuchResource'],
      async handle({ params: { which } }) {
        return {
          status: 200,
          body: asText(found(await policy.content(which), `state ${which} of the policy`)),
        };
      },
    }),
    apiRoute({
      method: 'GET',
      url: '/v1/policy/at',
      operationId: 'policy.at',
      tag: TAG,
      summary: 'Which policy we had at an instant',
      access: READERS,
      query: z.strictObject({ instant: instantText }),
      success: { status: 200, description: 'The policy that held then.', schema: contentSchema },
      problems: ['noSuchResource'],
      async handle({ query: { instant } }) {
        try {
          return { status: 200, body: asText(policy.at(instant)) };
        } catch (error) {
          if (!(error instanceof Error) || error.name !== 'NotPublishedError') throw error;
          throw new ProblemError('noSuchResource', { detail: 'No policy held then.' });
        }
      },
    }),
    apiRoute({
      method: 'GET',
      url: '/v1/policy/diff',
      operationId: 'policy.diff',
      tag: TAG,
      summary: 'What one state of the policy says otherwise than another',
      access: READERS,
      query: z.strictObject({ from: whichSchema, to: whichSchema }),
      success: { status: 200, description: 'The changes.', schema: z.object({ changes: changesSchema }) },
      problems: ['noSuchResource'],
      async handle({ query: { from, to } }) {
        return {
          status: 200,
          body: { changes: found(await policy.diff(from, to), 'such two states of the policy') },
        };
      },
    }),
    apiRoute({
      method: 'POST',
      url: '/v1/policy/check',
      operationId: 'policy.check',
      tag: TAG,
      summary: 'Check a policy file; nothing is written',
      access: byHand(DRAFTERS),
      body: sourceSchema,
      success: {
        status: 200,
        description: 'It can be drafted, and published where `incomplete` is empty.',
        schema: z.object({ incomplete, changes: changesSchema }),
      },
      problems: ['unusableFile'],
      async handle({ body: { text } }) {
        const file = await policy.check(text);
        if (file.outcome === 'refused') throw unusableFile(file.problems);
        return { status: 200, body: { incomplete: file.incomplete, changes: file.changes } };
      },
    }),
    apiRoute({
      method: 'POST',
      url: '/v1/policy/draft',
      operationId: 'policy.draft',
      tag: TAG,
      summary: policiesCommands.draftPolicy.summary,
      description: 'From a file. Nothing is in force before the draft is published.',
      access: byHand(DRAFTERS),
      body: draftBody,
      headers: ['Idempotency-Key'],
      success: {
        status: 201,
        description: 'The draft stands.',
        schema: givenSchema.extend({ draft: z.int(), incomplete, changes: changesSchema }),
      },
      problems: ['unusableFile', 'rejected', 'keyReused', 'conflict'],
      async handle(call) {
        const { text, replaces } = call.body;
        const asking = askingOf(call, 'draftPolicy', store.logId, DRAFTERS);
        const drafted = await policy.draft(text, replaces, asking);
        if (drafted.outcome === 'unreadable') throw unusableFile(drafted.problems);
        const { given, draft, incomplete: missing, changes } = drafted;
        return givenAnswer(parts, given, 201, { draft, incomplete: missing, changes });
      },
    }),
    apiRoute({
      method: 'POST',
      url: '/v1/policy/abandon-draft',
      operationId: 'policy.abandonDraft',
      tag: TAG,
      summary: policiesCommands.abandonPolicyDraft.summary,
      access: byHand(DRAFTERS),
      body: z.strictObject({ draft: draftNumberSchema, reason: reasonSchema }),
      headers: ['Idempotency-Key'],
      success: { status: 200, description: 'There is no draft.', schema: givenSchema },
      problems: ['rejected', 'keyReused', 'conflict'],
      async handle(call) {
        const { draft, reason } = call.body;
        const asking = askingOf(call, 'abandonPolicyDraft', store.logId, DRAFTERS);
        return givenAnswer(parts, await policy.abandon(draft, reason, asking), 200);
      },
    }),
    apiRoute({
      method: 'POST',
      url: '/v1/policy/publish',
      operationId: 'policy.publish',
      tag: TAG,
      summary: policiesCommands.publishPolicy.summary,
      description:
        'It holds for promises that start from then on; on those that run it is laid with `POST /v1/deadline-runs`.',
      access: byHand(PUBLISHERS),
      body: z.strictObject({
        draft: draftNumberSchema.meta({ description: 'The draft that you looked at.' }),
        reason: reasonSchema,
        holdsFrom: instantText.optional(),
      }),
      headers: ['Idempotency-Key'],
      success: {
        status: 200,
        description: 'It is published.',
        schema: givenSchema.extend({ version: z.int() }),
      },
      problems: ['rejected', 'keyReused', 'conflict'],
      async handle(call) {
        const asking = askingOf(call, 'publishPolicy', store.logId, PUBLISHERS);
        const given = await policy.publish(call.body, asking);
        const [event] = given.outcome === 'accepted' ? given.events : [];
        return givenAnswer(parts, given, 200, { version: Object(event?.data.policy).version });
      },
    }),
  ];
}
