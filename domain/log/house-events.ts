import { z } from 'zod';
import { calendarVersionSchema } from '../time/calendar-version.ts';
import { logCreatedSchema } from './log-created.ts';
import { logMovedSchema } from './log-moved.ts';

const label = z.string().min(1).max(200);

/** Why a complaint can be made about a product or a service. Codes are for ever; labels are for people. */
export const defectCategorySchema = z.object({
  code: z.string().regex(/^[a-z][A-Za-z0-9]{0,59}$/, 'must be a name in camelCase'),
  labels: z.object({ zh: label, en: label }),
  /** Which complaints it is meant for. */
  kinds: z.array(z.enum(['product', 'delivery', 'service', 'orderOrDocument'])).min(1),
  /** It stays in every record, and is offered for nothing new. */
  retired: z.boolean().optional(),
});
export type DefectCategory = z.infer<typeof defectCategorySchema>;

/** What the log was at a size, signed (src/audit/checkpoint-note.ts). */
const checkpointSignedSchema = z.object({
  /** Events in the tree: this one comes later. */
  size: z.int().min(1),
  /** Base64 of SHA-256. */
  root: z.string().length(44),
  /** The whole signed note. */
  note: z.string().max(4_000),
  /** The verifier key of who signed it. */
  verifier: z.string().max(400),
});
export type CheckpointSigned = z.infer<typeof checkpointSignedSchema>;

/** The events of streams that are no case's, and belong to no person's: the log's own, calendars, rejections. */
export const houseEvents = {
  LogCreated: { schemaVersion: 1, schema: logCreatedSchema },
  LogMoved: { schemaVersion: 1, schema: logMovedSchema },
  /** Which key wraps the keys of personal data, where nodes share the log: of its fingerprint, 32 hex digits. */
  MasterKeyNamed: {
    schemaVersion: 1,
    schema: z.object({ fingerprint: z.string().regex(/^[0-9a-f]{32}$/) }),
  },
  CalendarPublished: { schemaVersion: 1, schema: z.object({ calendar: calendarVersionSchema }) },
  DefectCategoriesPublished: {
    schemaVersion: 1,
    schema: z.object({ version: z.int().min(1), categories: z.array(defectCategorySchema).min(1).max(1000) }),
  },
  CheckpointSigned: { schemaVersion: 1, schema: checkpointSignedSchema },
  /** Who tried what, when, and why not. The command and its context are in the metadata. */
  CommandRejected: {
    schemaVersion: 1,
    schema: z.object({
      lifecycle: z.string().max(60),
      command: z.string().max(60),
      reason: z.string().max(80),
      details: z.record(z.string(), z.json()),
      /** The case's last revision at the decision; -1: the case did not exist. */
      decidedOnRevision: z.int().min(-1),
    }),
  },
} as const;
