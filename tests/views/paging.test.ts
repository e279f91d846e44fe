import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CaseRow, caseTable } from '../../projections/case-list.ts';
import { CASE_SORTS, type CaseFilter, listCases } from '../../src/views/queries/list-cases.ts';
import { ViewReader } from '../../src/views/view-reader.ts';
import { anyComplaint, append, caseIdOf, storedOf } from './cases-in-a-log.ts';
import { ViewFolder } from './view-folder.ts';

let views: ViewFolder;
const reader = new ViewReader();
let added = 0;

/** Complaints that are anything, received at few different instants, so that many share one. */
async function addCases(count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const seed = added++;
    const numbers = Array.from({ length: seed % 90 }, (_, i) => (seed * 7919 + i * 104_729) % 1_000_003);
    const told = anyComplaint(numbers).map(event =>
      event.type === 'ComplaintReceived'
        ? { ...event, data: { ...event.data, receivedAt: 1_790_000_000_000 + (seed % 7) * 3_600_000 } }
        : event,
    );
    await append(views.store, storedOf(`complaint-${caseIdOf(seed)}`, told));
  }
  await views.follow();
}

beforeAll(async () => {
  views = await ViewFolder.make();
  await addCases(60);
  reader.moveTo(views.path);
});
afterAll(async () => {
  reader.close();
  await views.close();
});

const cases = () => reader.rows(caseTable, '', []);
const filters = fc.record(
  {
    closed: fc.boolean(),
    priority: fc.constantFrom('normal' as const, 'urgent' as const),
    lifecycle: fc.constant('complaint'),
    phase: fc.constantFrom('received', 'classified', 'closed', 'decided'),
    breached: fc.boolean(),
    teamId: fc.nat(20).map(n => cases()[n]?.teamId ?? ''),
    assigneeId: fc.nat(20).map(n => cases()[n]?.assigneeId ?? ''),
    customerName: fc.nat(20).map(n => cases()[n]?.customerName ?? ''),
    receivedFrom: fc.constant(1_790_000_000_000 + 2 * 3_600_000),
  },
  { requiredKeys: [] },
);

function fits(row: CaseRow, { receivedFrom, ...equal }: CaseFilter): boolean {
  const shown: Readonly<Record<string, unknown>> = { ...row };
  return (
    (receivedFrom === undefined || row.receivedAt >= receivedFrom) &&
    Object.entries(equal).every(([column, value]) => value === undefined || shown[column] === value)
  );
}

describe('a list of cases, page by page', () => {
  it('has each case that fits once, in order, whatever the filters', () => {
    fc.assert(
      fc.property(
        filters,
        fc.constantFrom(...CASE_SORTS),
        fc.integer({ min: 1, max: 9 }),
        (filter, sort, limit) => {
          const seen: CaseRow[] = [];
          for (let cursor: string | undefined, page = 0; page < 100; page++) {
            const { rows, next } = listCases(reader, filter, sort, { limit, cursor });
            seen.push(...rows);
            if (next === undefined) break;
            expect(rows).toHaveLength(limit);
            cursor = next;
          }
          const column =
            sort === 'nextDueAt' ? sort : sort.endsWith('receivedAt') ? 'receivedAt' : 'lastActivityAt';
          const sign = sort.startsWith('-') ? -1 : 1;
          const expected = cases()
            .filter(row => fits(row, filter) && row[column] !== null)
            .sort((a, b) => sign * (Number(a[column]) - Number(b[column]) || (a.caseId < b.caseId ? -1 : 1)));
          expect(seen.map(row => row.caseId)).toEqual(expected.map(row => row.caseId));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('keeps its place while cases are added: none that was there is missed or comes twice', async () => {
    for (const sort of ['-receivedAt', 'receivedAt'] as const) {
      const before = cases().map(row => row.caseId);
      const seen: string[] = [];
      for (let cursor: string | undefined, more = true; more; ) {
        const { rows, next } = listCases(reader, { lifecycle: 'complaint' }, sort, { limit: 13, cursor });
        seen.push(...rows.map(row => row.caseId));
        more = next !== undefined;
        cursor = next;
        await addCases(3);
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(before.filter(id => !seen.includes(id))).toEqual([]);
    }
  });
});
