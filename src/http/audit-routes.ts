import { z } from 'zod';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { NoViewsError, runAuditJob } from '../audit/audit-job.ts';
import { lifecycleNameSchema, recheckedKindSchema } from '../audit/audit-kinds.ts';
import { exportMeasure } from '../audit/export-measure.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../audit/export-selection.ts';
import { listLooks } from '../audit/list-looks.ts';
import { shadowOf } from '../audit/shadow-job.ts';
import type { ApiRoute } from './api-route.ts';
import { type AuditRouteParts, auditedRoute, auditSessionRoutes, sentence } from './audit-session.ts';
import { findCase } from './case-routes.ts';
import { inOrder } from './in-order.ts';
import { instantsToText, instantText } from './instants.ts';
import { jobStream } from './job-stream.ts';
import { pastCaseRoutes } from './past-case-routes.ts';
import { ProblemError } from './problems.ts';

const instant = z.string().meta({ format: 'date-time' });
const lookSchema = z.object({
  sessionId: z.uuid(),
  lookId: z.uuid(),
  userId: z.uuid(),
  via: z.string(),
  at: instant,
  reason: z.string(),
  action: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  outcome: z.string().optional(),
  result: z.record(z.string(), z.unknown()).optional(),
});

const EXPORT_FILES = {
  ndjson: { type: 'application/x-ndjson', ending: 'ndjson' },
  csv: { type: 'text/csv; charset=utf-8', ending: 'csv' },
  ocel: { type: 'application/json', ending: 'ocel.json' },
  xes: { type: 'application/xml', ending: 'xes' },
} as const satisfies Record<ExportFormat, object>;
const verdictsSchema = z.object({
  match: z.int(),
  explained: z.int(),
  diverged: z.int(),
  notReplayable: z.int(),
});

/** What those with an audit role may look into. Nothing of it changes anything but the record of their looks. */
export function auditRoutes(parts: AuditRouteParts): readonly ApiRoute[] {
  const { engine, write, timeZone } = parts;
  return [
    ...auditSessionRoutes(parts),
    ...pastCaseRoutes(parts),
    auditedRoute(parts, {
      method: 'GET',
      url: '/v1/audit/recheck',
      operationId: 'audit.recheck',
      action: 'recheck',
      summary: 'Decide every journalled command again, rejected ones too, by today’s rules',
      description:
        'Lines of JSON (NDJSON): `{"finding"}` for each command that does not come out the same, with both results, and at the end ' +
        '`{"summary"}`. An answer without a summary was cut off.',
      query: inOrder(
        z.strictObject({
          from: instantText.optional(),
          to: instantText.optional(),
          lifecycle: recheckedKindSchema.optional(),
        }),
        'from',
        'to',
      ),
      success: {
        status: 200,
        description: 'Findings, then the summary.',
        mediaType: 'application/x-ndjson',
        schema: z.object({
          summary: z.object({ events: z.int(), commands: z.int(), verdicts: verdictsSchema }),
        }),
      },
      problems: [],
      async handle({ query }, look) {
        let result = {};
        const body = jobStream(
          async ({ write: line, signal }) => {
            const summary = await runAuditJob(
              { folder: engine.folder, store: engine.address, timeZone },
              'recheck',
              query,
              {
                signal,
                onItem: finding => line(`${JSON.stringify({ finding: instantsToText(finding, write) })}\n`),
              },
            );
            result = { commands: summary.commands, verdicts: { ...summary.verdicts } };
            await line(`${JSON.stringify({ summary })}\n`);
          },
          outcome => look.ended(outcome, result),
        );
        return { status: 200, headers: { 'content-type': 'application/x-ndjson' }, body };
      },
    }),
    auditedRoute(parts, {
      method: 'GET',
      url: '/v1/audit/shadow',
      operationId: 'audit.shadow',
      action: 'shadow',
      summary: 'Make all views from nothing beside those that answer, and compare them row by row',
      description:
        'Takes as long as a rebuild: seconds for a hundred thousand events, a minute or more for a million.',
      success: {
        status: 200,
        description: 'What was compared, and the first difference of each table with the event behind it.',
        schema: z.object({
          events: z.int(),
          rows: z.int(),
          differences: z.array(z.looseObject({ projection: z.string(), table: z.string(), rows: z.int() })),
          faulted: z.array(z.object({ projection: z.string(), message: z.string() })),
        }),
      },
      problems: ['viewBehind'],
      async handle(_call, look, gone) {
        await engine.views.waitFor(await engine.store.head(), 30_000);
        const where = { folder: engine.folder, store: engine.address, timeZone };
        const body = await shadowOf(where, { signal: gone }).catch(error => {
          if (!(error instanceof NoViewsError)) throw error;
          throw new ProblemError('viewBehind', { detail: sentence(error.message) });
        });
        await look.ended('done', { rows: body.rows, tablesThatDiffer: body.differences.length });
        return { status: 200, body };
      },
    }),
    auditedRoute(parts, {
      method: 'GET',
      url: '/v1/audit/export',
      operationId: 'audit.export',
      action: 'export',
      summary: 'The log, or some of it: as the evidence, for a spreadsheet, or for process mining',
      description:
        'Streamed. `ndjson`: each line an envelope as it is stored and hashed. `csv`: UTF-8 with a mark, formulas disarmed. `ocel`: ' +
        'OCEL 2.0 in JSON. `xes`: IEEE 1849-2016. Personal values are `[sealed]`. The look keeps the SHA-256 of what was sent.',
      query: inOrder(
        z.strictObject({
          format: z.enum(EXPORT_FORMATS).default('ndjson'),
          from: instantText.optional().meta({ description: 'Recorded not before.' }),
          to: instantText.optional().meta({ description: 'Recorded not after.' }),
          lifecycle: lifecycleNameSchema.optional(),
          case: z.string().min(1).max(60).optional().meta({ description: 'One case, by its id or number.' }),
        }),
        'from',
        'to',
      ),
      success: { status: 200, description: 'The export.', mediaType: 'application/octet-stream' },
      problems: ['noSuchCase'],
      async handle({ query: { case: idOrNumber, ...wanted } }, look) {
        const found = idOrNumber === undefined ? undefined : await findCase(engine, idOrNumber);
        if (idOrNumber !== undefined && found === undefined) throw new ProblemError('noSuchCase');
        const streamId = found && `${found.lifecycle.category}-${found.caseId}`;
        const measure = exportMeasure();
        const body = jobStream(
          async ({ write: piece, signal }) => {
            await runAuditJob(
              { folder: engine.folder, store: engine.address, timeZone },
              'export',
              { ...wanted, streamId },
              {
                signal,
                async onItem(text) {
                  measure.take(text);
                  await piece(text);
                },
              },
            );
          },
          outcome => look.ended(outcome, { ...measure.result() }),
        );
        const { type, ending } = EXPORT_FILES[wanted.format];
        const headers = {
          'content-type': type,
          'content-disposition': `attachment; filename="redress.${ending}"`,
        };
        return { status: 200, headers, body };
      },
    }),
    auditedRoute(parts, {
      method: 'GET',
      url: '/v1/audit/looks',
      operationId: 'audit.looks',
      action: 'looks',
      summary: 'Who looked into the record, when and why: the newest thousand',
      query: inOrder(
        z.strictObject({
          from: instantText.optional(),
          to: instantText.optional(),
          userId: uuidSchema.optional(),
          about: z.string().min(1).max(60).optional().meta({ description: 'A case, as it was asked for.' }),
        }),
        'from',
        'to',
      ),
      success: { status: 200, description: 'The looks.', schema: z.object({ looks: z.array(lookSchema) }) },
      problems: [],
      async handle({ query }, look) {
        const looks = await listLooks({ log: engine.store, sealer: engine.sealer }, query);
        await look.ended('done', { looks: looks.length });
        return { status: 200, body: { looks: looks.map(each => instantsToText(each, write)) } };
      },
    }),
  ];
}
