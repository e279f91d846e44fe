import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { compileCalendar } from '../../domain/time/calendar.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { FREQUENCY_DIMENSIONS } from '../../projections/complaint-frequencies.ts';
import { followUpCalls } from '../../src/views/queries/follow-up-calls.ts';
import { complaintFrequencies } from '../../src/views/queries/frequencies.ts';
import { hostOverlaps } from '../../src/views/queries/host-overlaps.ts';
import {
  CASE_SORTS,
  caseById,
  caseByNumber,
  countCases,
  listCases,
  numberOf,
} from '../../src/views/queries/list-cases.ts';
import {
  casesWithPromises,
  dueTimers,
  listDeadlines,
  nextTimerAt,
  provisionalDeadlines,
} from '../../src/views/queries/list-deadlines.ts';
import {
  dueNotifications,
  listNotifications,
  nextNotificationAt,
  notificationCounts,
} from '../../src/views/queries/list-notifications.ts';
import { cursorOf } from '../../src/views/queries/page.ts';
import {
  resultsOfCase,
  SLA_EXCEPTIONS,
  SLA_GROUPS,
  slaExceptions,
  slaReport,
} from '../../src/views/queries/sla-report.ts';
import { ViewReader } from '../../src/views/view-reader.ts';
import { ViewFolder } from './view-folder.ts';

/** Figures kept by projections: as many rows as there are months, clocks, parties; all of them are read for a report. */
const FIGURES = ['slaCounts', 'complaintFrequencies', 'caseCounts', 'notificationCounts'];
/** Sorted is what one case or person has, one host's visits to come, or cases that were counted and are few. */
const OF_FEW = /"(?:caseId|assigneeId)" = \?|WHERE caseId = \?|hostId IN|INDEXED BY "casesOf_/;

const CASE_FILTERS = {
  lifecycle: 'complaint',
  phase: 'received',
  closed: false,
  priority: 'urgent',
  assigneeId: 'a',
  teamId: 't',
  customerId: 'c',
  customerName: 'n',
  breached: true,
  receivedFrom: 1,
  receivedTo: 2,
} as const;
const DEADLINE_FILTERS = {
  lifecycle: 'complaint',
  clock: 'firstReply',
  status: 'running',
  warned: true,
  provisional: false,
  assigneeId: 'a',
  teamId: 't',
  caseId: 'c',
  dueBy: 3,
} as const;
const FOLLOW_UP_FILTERS = { assigneeId: 'a', teamId: 't', contactId: 'c', caseId: 'k', dueBy: 3 } as const;
const MONTHS = { fromMonth: '2026-01', toMonth: '2026-12' } as const;

/** No filter, each alone, and each with each other one. */
function filtersOf<F extends object>(all: F): readonly Partial<F>[] {
  const names = Object.keys(all) as (keyof F)[];
  const pairs = names.flatMap(a => names.map(b => [a, b] as const));
  const picked = pairs.map(([a, b]) => ({ [a]: all[a], [b]: all[b] }) as unknown as Partial<F>);
  return [{}, ...picked];
}

const page = (sort: string, key: readonly (string | number)[]) => [
  { limit: 50 },
  { limit: 50, cursor: cursorOf(sort, { value: 1, key }) },
];

/** Every question that the views answer, asked in every way that changes its statement. */
const ASKED: Readonly<Record<string, (reader: ViewReader) => void>> = {
  listCases: reader => {
    for (const filter of filtersOf(CASE_FILTERS))
      for (const sort of CASE_SORTS)
        for (const at of page(sort, ['k']))
          for (const mostSorted of [undefined, -1]) listCases(reader, filter, sort, at, mostSorted);
  },
  caseById: reader => void caseById(reader, 'k'),
  numberOf: reader => void numberOf(reader, 'k'),
  caseByNumber: reader => void caseByNumber(reader, 'CMP-2026-000001'),
  countCases: reader => void countCases(reader),
  listDeadlines: reader => {
    for (const filter of filtersOf(DEADLINE_FILTERS))
      for (const at of page('dueAt', ['k', 'firstReply', 1])) listDeadlines(reader, filter, at);
  },
  casesWithPromises: reader => {
    for (const provisionalOnly of [true, false])
      casesWithPromises(reader, { provisionalOnly, after: 'k', limit: 10 });
  },
  provisionalDeadlines: reader => void provisionalDeadlines(reader),
  dueTimers: reader => void dueTimers(reader, 1, 10),
  nextTimerAt: reader => void nextTimerAt(reader),
  listNotifications: reader => {
    const all = { state: 'waiting', kind: 'promiseWarned', caseId: 'c', userId: 'u' } as const;
    for (const filter of filtersOf(all))
      for (const at of page('-queuedAt', ['m'])) listNotifications(reader, filter, at);
  },
  dueNotifications: reader => void dueNotifications(reader, 1, 10),
  nextNotificationAt: reader => void nextNotificationAt(reader),
  notificationCounts: reader => void notificationCounts(reader),
  slaReport: reader => {
    for (const group of SLA_GROUPS)
      for (const filter of filtersOf({ lifecycle: 'complaint', clock: 'firstReply', ...MONTHS }))
        slaReport(reader, group, filter);
  },
  slaExceptions: reader => {
    for (const kind of SLA_EXCEPTIONS)
      for (const at of page(kind, ['k', 'firstReply', 1])) slaExceptions(reader, kind, at);
  },
  resultsOfCase: reader => void resultsOfCase(reader, 'k'),
  complaintFrequencies: reader => {
    for (const by of FREQUENCY_DIMENSIONS)
      for (const filter of filtersOf(MONTHS)) complaintFrequencies(reader, by, filter);
  },
  followUpCalls: reader => {
    const calendar = compileCalendar(chinaCalendar());
    for (const filter of filtersOf(FOLLOW_UP_FILTERS)) followUpCalls(reader, filter, calendar);
  },
  hostOverlaps: reader =>
    void hostOverlaps(reader, { hostIds: ['a', 'b'], from: '2026-01-01', to: '2026-01-02' }, 'k'),
};

let views: ViewFolder;
const statements = new Map<string, string>();
beforeAll(async () => {
  views = await ViewFolder.make();
  await views.follow();
  const reader = new ViewReader();
  reader.moveTo(views.path);
  for (const [name, ask] of Object.entries(ASKED)) {
    for (const method of ['all', 'lines', 'get'] as const) {
      const original = reader[method].bind(reader) as (...args: unknown[]) => never;
      vi.spyOn(reader, method).mockImplementation((sql, values) => {
        statements.set(sql, name);
        return original(sql, values);
      });
    }
    ask(reader);
    vi.restoreAllMocks();
  }
  reader.close();
});
afterAll(() => views.close());

describe('the queries of the views', () => {
  it('are all looked at here', async () => {
    const folder = join(import.meta.dirname, '../../src/views/queries');
    const found: string[] = [];
    for (const file of readdirSync(folder)) {
      const module: Readonly<Record<string, unknown>> = await import(join(folder, file));
      for (const [name, value] of Object.entries(module)) {
        if (typeof value === 'function' && /^function \w+\(\s*reader\b/.test(String(value))) found.push(name);
      }
    }
    expect(found.toSorted()).toEqual(Object.keys(ASKED).toSorted());
  });

  it('read no large table whole, and sort none', () => {
    expect(new Set(statements.values())).toEqual(new Set(Object.keys(ASKED)));
    const db = new DatabaseSync(views.path, { readOnly: true });
    const wrong: string[] = [];
    for (const [sql, name] of statements) {
      const table = /FROM "?(\w+)"?/.exec(sql)?.[1] ?? '';
      if (FIGURES.includes(table)) continue;
      for (const { detail } of db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()) {
        const step = String(detail);
        const isScan = /^SCAN \w+$/.test(step);
        // Rows that are equal up to the last key are one or two.
        const isSort = /TEMP B-TREE(?! FOR LAST TERM)/.test(step) && !OF_FEW.test(sql);
        if (isScan || isSort) wrong.push(`${name}: ${step}: ${sql}`);
      }
    }
    db.close();
    expect(wrong).toEqual([]);
  });
});
