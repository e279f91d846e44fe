import { z } from 'zod';
import { ROLES, type Role } from '../../domain/case/actor.ts';
import { calendarsCommands } from '../../domain/house/calendars.ts';
import { DRAFTERS, draftNumberSchema, PUBLISHERS, reasonSchema } from '../../domain/house/publishing.ts';
import { calendarIdSchema, localDateSchema } from '../../domain/time/calendar-version.ts';
import { MAX_FILE_BYTES } from '../house/text-limit.ts';
import { type ApiRoute, apiRoute } from './api-route.ts';
import { READERS } from './authentication.ts';
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
import { unusableFile } from './text-problems.ts';

export const byHand = (roles: readonly Role[]): readonly Role[] =>
  ROLES.filter(role => role !== 'system' && roles.includes(role));

const TAG = 'calendars';
const params = z.strictObject({ id: calendarIdSchema });
const sourceSchema = z.strictObject({
  format: z.enum(['yaml', 'json', 'ics']).default('yaml'),
  text: z.string().min(1).max(MAX_FILE_BYTES).meta({
    description:
      'The file as it is, in YAML or JSON (docs/calendars-and-policies.md), or iCalendar (RFC 5545).',
  }),
  calendarId: calendarIdSchema
    .optional()
    .meta({ description: 'The calendar that an iCalendar file is for.' }),
  years: z.array(z.int().min(1960).max(2199)).min(1).max(240).optional().meta({
    description:
      'The years that an iCalendar file tells whole; if not given, those it closes days of in three months.',
  }),
  knownThrough: localDateSchema.optional(),
});
const draftBody = sourceSchema.extend({
  replaces: draftNumberSchema.optional().meta({
    description: 'The draft that it takes the place of; without it there must be none.',
  }),
});
const publishBody = z.strictObject({
  draft: draftNumberSchema.meta({ description: 'The draft that you looked at.' }),
  reason: reasonSchema,
  knownFrom: instantText.optional(),
});

const versionSchema = z.object({
  version: z.int(),
  knownFrom: instantField,
  knownThrough: z.string(),
  timeZone: z.string(),
  days: z.int(),
  ...writtenFields,
});
const calendarSchema = z.object({
  calendarId: z.string(),
  inForce: z.int().optional().meta({ description: 'The version that decisions use now.' }),
  versions: z.array(versionSchema),
  draft: z.object({ draft: z.int(), knownThrough: z.string(), ...writtenFields }).optional(),
});
const contentSchema = z.record(z.string(), z.json());

/** One holiday of a year to come, on top of what is in force. */
const EXAMPLE = `calendar: cn
years: [2027]
days:
  - name: 元旦
    closed: [2027-01-01..2027-01-03]
`;

/** Working calendars: looked at, drafted from files, published. */
export function calendarRoutes(parts: DirectoryParts): readonly ApiRoute[] {
  const { engine, write } = parts;
  const { calendars, store } = engine;
  const asText = (value: unknown) => Object(instantsToText(value, write));

  return [
    apiRoute({
      method: 'GET',
      url: '/v1/calendars',
      operationId: 'calendars.list',
      tag: TAG,
      summary: 'All calendars with their versions and drafts',
      access: READERS,
      success: {
        status: 200,
        description: 'The calendars.',
        schema: z.object({ calendars: z.array(calendarSchema) }),
      },
      problems: [],
      handle: async () => ({ status: 200, body: asText({ calendars: await calendars.list() }) }),
    }),
    apiRoute({
      method: 'GET',
      url: '/v1/calendars/:id/versions/:which',
      operationId: 'calendars.get',
      tag: TAG,
      summary: 'What a calendar says: a version, the draft, or what is in force',
      access: READERS,
      params: params.extend({ which: whichSchema }),
      success: { status: 200, description: 'The calendar.', schema: contentSchema },
      problems: ['noSuchResource'],
      async handle({ params: { id, which } }) {
        const content = found(await calendars.content(id, which), `state ${which} of a calendar ${id}`);
        return { status: 200, body: asText(content) };
      },
    }),
    apiRoute({
      method: 'GET',
      url: '/v1/calendars/:id/diff',
      operationId: 'calendars.diff',
      tag: TAG,
      summary: 'What one state of a calendar says otherwise than another',
      access: READERS,
      params,
      query: z.strictObject({ from: whichSchema, to: whichSchema }),
      success: { status: 200, description: 'The changes.', schema: z.object({ changes: changesSchema }) },
      problems: ['noSuchResource'],
      async handle({ params: { id }, query: { from, to } }) {
        const changes = await calendars.diff(id, from, to);
        return { status: 200, body: { changes: found(changes, `such two states of a calendar ${id}`) } };
      },
    }),
    apiRoute({
      method: 'POST',
      url: '/v1/calendars/check',
      operationId: 'calendars.check',
      tag: TAG,
      summary: 'Check a calendar file; nothing is written',
      access: byHand(DRAFTERS),
      body: sourceSchema,
      success: {
        status: 200,
        description: 'It can be drafted.',
        schema: z.object({ calendarId: z.string(), notes: z.array(z.string()), changes: changesSchema }),
      },
      problems: ['unusableFile'],
      async handle({ body }) {
        const file = await calendars.check(body);
        if (file.outcome === 'refused') throw unusableFile(file.problems);
        const { calendar, notes, changes } = file;
        return { status: 200, body: { calendarId: calendar.calendarId, notes, changes } };
      },
    }),
    apiRoute({
      method: 'POST',
      url: '/v1/calendars',
      operationId: 'calendar.draft',
      tag: TAG,
      summary: calendarsCommands.draftCalendar.summary,
      description: 'From a file. Nothing is in force before the draft is published.',
      access: byHand(DRAFTERS),
      body: draftBody,
      examples: { 'a year to come': { format: 'yaml', text: EXAMPLE } },
      headers: ['Idempotency-Key'],
      success: {
        status: 201,
        description: 'The draft stands.',
        schema: givenSchema.extend({
          draft: z.int(),
          notes: z.array(z.string()).meta({ description: 'What was passed over in the file.' }),
          changes: changesSchema.meta({ description: 'Against the newest version.' }),
        }),
      },
      problems: ['unusableFile', 'rejected', 'keyReused', 'conflict'],
      async handle(call) {
        const { replaces, ...source } = call.body;
        const asking = askingOf(call, 'draftCalendar', store.logId, DRAFTERS);
        const drafted = await calendars.draft(source, replaces, asking);
        if (drafted.outcome === 'unreadable') throw unusableFile(drafted.problems);
        const { given, draft, notes, changes } = drafted;
        return givenAnswer(parts, given, 201, { draft, notes, changes });
      },
    }),
    apiRoute({
      method: 'POST',
      url: '/v1/calendars/:id/abandon-draft',
      operationId: 'calendar.abandonDraft',
      tag: TAG,
      summary: calendarsCommands.abandonCalendarDraft.summary,
      access: byHand(DRAFTERS),
      params,
      body: z.strictObject({ draft: draftNumberSchema, reason: reasonSchema }),
      headers: ['Idempotency-Key'],
      success: { status: 200, description: 'There is no draft.', schema: givenSchema },
      problems: ['rejected', 'keyReused', 'conflict'],
      async handle(call) {
        const { draft, reason } = call.body;
        const asking = askingOf(call, 'abandonCalendarDraft', store.logId, DRAFTERS);
        return givenAnswer(parts, await calendars.abandon(call.params.id, draft, reason, asking), 200);
      },
    }),
    apiRoute({
      method: 'POST',
      url: '/v1/calendars/:id/publish',
      operationId: 'calendar.publish',
      tag: TAG,
      summary: calendarsCommands.publishCalendar.summary,
      description:
        'It holds for promises that start from now on. Those that run and are provisional are counted again by themselves; all others with `POST /v1/deadline-runs`.',
      access: byHand(PUBLISHERS),
      params,
      body: publishBody,
      headers: ['Idempotency-Key'],
      success: {
        status: 200,
        description: 'It is published.',
        schema: givenSchema.extend({ version: z.int() }),
      },
      problems: ['rejected', 'keyReused', 'conflict'],
      async handle(call) {
        const asking = askingOf(call, 'publishCalendar', store.logId, PUBLISHERS);
        const given = await calendars.publish(call.params.id, call.body, asking);
        const [event] = given.outcome === 'accepted' ? given.events : [];
        return givenAnswer(parts, given, 200, { version: Object(event?.data.calendar).version });
      },
    }),
  ];
}
