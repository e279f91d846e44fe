import { open, rename, rm } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { instantSchema } from '../../domain/log/envelope.ts';
import { runAuditJob } from '../audit/audit-job.ts';
import { lifecycleNameSchema } from '../audit/audit-kinds.ts';
import { exportMeasure } from '../audit/export-measure.ts';
import { EXPORT_FORMATS } from '../audit/export-selection.ts';
import { findCase } from '../http/case-routes.ts';
import { inOrder } from '../http/in-order.ts';
import { auditOperation } from './audit-operation.ts';
import { OperationError } from './operation-error.ts';
import { outputTrouble } from './output-file.ts';

/**
 * Writes an export into a new file, whole or not at all. The caller owns the data folder, as who may open its socket
 * does, and the file is the caller's alone.
 */
export const exportOperation = auditOperation(
  'export',
  inOrder(
    z.object({
      format: z.enum(EXPORT_FORMATS),
      file: z.string().refine(isAbsolute, 'must be an absolute path'),
      from: instantSchema.optional(),
      to: instantSchema.optional(),
      lifecycle: lifecycleNameSchema.optional(),
      idOrNumber: z.string().max(60).optional(),
    }),
    'from',
    'to',
  ),
  async (house, { file, idOrNumber, ...wanted }, { look, emit, signal, timeZone }) => {
    const startedAt = performance.now();
    const found = idOrNumber === undefined ? undefined : await findCase(house, idOrNumber);
    if (idOrNumber !== undefined && found === undefined)
      throw new OperationError(`there is no case ${idOrNumber}`);
    const streamId = found && `${found.lifecycle.category}-${found.caseId}`;
    const building = `${file}.building`;
    const out = await open(building, 'w', 0o600).catch(error => {
      throw outputTrouble('--out', file, error);
    });
    const measure = exportMeasure();
    let bytes = 0;
    try {
      await runAuditJob(
        { folder: house.folder, store: house.address, timeZone },
        'export',
        { ...wanted, streamId },
        {
          signal,
          async onItem(piece) {
            measure.take(piece);
            await out.write(piece);
            bytes += Buffer.byteLength(piece);
            emit({ bytes });
          },
        },
      );
      await out.sync();
      await out.close();
      await rename(building, file);
    } catch (error) {
      await out.close().catch(() => {});
      await rm(building, { force: true });
      throw outputTrouble('--out', file, error);
    }
    const result = measure.result();
    await look.ended('done', { ...result });
    return { file, ...result, seconds: (performance.now() - startedAt) / 1000 };
  },
);
