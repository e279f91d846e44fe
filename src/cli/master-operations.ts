import { z } from 'zod';
import type { House } from '../engine/open-house.ts';
import { importMasterRow, MASTER_KINDS, type MasterResult } from '../import/import-master.ts';
import { asking } from './asking.ts';

/** Rows of one call of the command line. */
export const MASTER_ROWS_A_CALL = 500;

const importMaster = z.strictObject({
  kind: z.enum(MASTER_KINDS),
  rows: z
    .array(z.strictObject({ line: z.int(), values: z.record(z.string(), z.unknown()) }))
    .max(MASTER_ROWS_A_CALL),
});

/** Master data by the command line. */
export const masterOperations = {
  async 'master.import'(house: House, params: unknown): Promise<readonly MasterResult[]> {
    const { kind, rows } = importMaster.parse(params);
    const results: MasterResult[] = [];
    // One after the other: a code that comes twice is taken up once, and changed by its second row.
    for (const row of rows) results.push(await importMasterRow(kind, row, house, asking));
    return results;
  },
};
