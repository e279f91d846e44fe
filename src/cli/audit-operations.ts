import { z } from 'zod';
import { instantSchema, uuidSchema } from '../../domain/log/envelope.ts';
import { runAuditJob } from '../audit/audit-job.ts';
import { recheckedKindSchema } from '../audit/audit-kinds.ts';
import { listLooks } from '../audit/list-looks.ts';
import type { Checked } from '../audit/recheck-decision.ts';
import { shadowOf } from '../audit/shadow-job.ts';
import { inOrder } from '../http/in-order.ts';
import { exportOperation } from './audit-export-operation.ts';
import { auditOperation } from './audit-operation.ts';
import { pastOperations } from './audit-past-operations.ts';

/** Findings that are shown; all are counted. */
const MAX_FINDINGS = 200;

/** What `redress audit` does with a house. */
export const auditOperations = {
  'audit.recheck': auditOperation(
    'recheck',
    inOrder(
      z.object({
        from: instantSchema.optional(),
        to: instantSchema.optional(),
        lifecycle: recheckedKindSchema.optional(),
      }),
      'from',
      'to',
    ),
    async ({ folder, address }, wanted, { look, emit, signal, timeZone }) => {
      const startedAt = performance.now();
      const findings: Checked[] = [];
      const summary = await runAuditJob({ folder, store: address, timeZone }, 'recheck', wanted, {
        signal,
        onProgress: emit,
        onItem(finding) {
          if (findings.length < MAX_FINDINGS) findings.push(finding);
        },
      });
      await look.ended('done', { commands: summary.commands, verdicts: { ...summary.verdicts } });
      return { ...summary, findings, seconds: (performance.now() - startedAt) / 1000 };
    },
  ),

  ...pastOperations,

  'audit.shadow': auditOperation('shadow', z.object({}), async (house, _wanted, parts) => {
    const { look, emit, signal, timeZone } = parts;
    const startedAt = performance.now();
    await house.views.waitFor(await house.store.head(), 30_000);
    const where = { folder: house.folder, store: house.address, timeZone };
    const result = await shadowOf(where, { signal, onProgress: emit });
    await look.ended('done', { rows: result.rows, tablesThatDiffer: result.differences.length });
    return { ...result, seconds: (performance.now() - startedAt) / 1000 };
  }),

  'audit.export': exportOperation,

  'audit.looks': auditOperation(
    'looks',
    inOrder(
      z.object({
        from: instantSchema.optional(),
        to: instantSchema.optional(),
        userId: uuidSchema.optional(),
        about: z.string().max(60).optional(),
      }),
      'from',
      'to',
    ),
    async ({ store, sealer }, filter, { look }) => {
      const looks = await listLooks({ log: store, sealer }, filter);
      await look.ended('done', { looks: looks.length });
      return looks;
    },
  ),
} as const;
