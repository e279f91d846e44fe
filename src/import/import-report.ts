import type { PendingTimer } from '../../domain/sla/timers.ts';
import type { RowOutcome } from './case-replay.ts';
import type { ImportRow } from './import-row.ts';
import type { ForeignLog } from './read-log.ts';

/** A row that could not be imported, and why. */
export interface RefusedRow {
  readonly line: number;
  readonly outcome: 'broken' | 'rejected';
  readonly reason: string;
  readonly caseKey?: string;
  readonly activity?: string;
  readonly command?: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What an import did, for eyes and machines. Every row is counted once under `rows`. */
export interface ImportReport {
  readonly source: string;
  readonly importId: string;
  readonly dryRun: boolean;
  /** False when it was stopped before its end; run again, it goes on. */
  readonly finished: boolean;
  readonly rows: {
    readonly read: number;
    readonly imported: number;
    readonly alreadyThere: number;
    readonly passedBefore: number;
    readonly leftOut: number;
    readonly broken: number;
    readonly rejected: number;
  };
  readonly cases: number;
  readonly people: number;
  /** Instants of the first and last row, RFC 3339. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Accepted, by type. */
  readonly commands: Readonly<Record<string, number>>;
  /** Fired, by kind. */
  readonly timers: Readonly<Record<string, number>>;
  readonly leftOutBecause: readonly {
    readonly activity: string;
    readonly reason: string;
    readonly rows: number;
  }[];
  readonly refusedBecause: readonly {
    readonly outcome: RefusedRow['outcome'];
    readonly activity?: string;
    readonly command?: string;
    readonly reason: string;
    readonly rows: number;
  }[];
  /** By line. */
  readonly refused: readonly RefusedRow[];
  readonly seconds: number;
}

/** Counts while an import runs. */
export class ImportTally {
  readonly #commands = new Map<string, number>();
  readonly #timers = new Map<string, number>();
  readonly #leftOut = new Map<string, { activity: string; reason: string; rows: number }>();
  readonly #refused: RefusedRow[] = [];
  readonly #outcomes: Record<RowOutcome['outcome'], number> = {
    imported: 0,
    alreadyThere: 0,
    passedBefore: 0,
    leftOut: 0,
    rejected: 0,
  };

  constructor(foreign: ForeignLog) {
    for (const { line, reason, message, ...known } of foreign.broken) {
      this.#refused.push({ line, outcome: 'broken', reason, ...known, details: { message } });
    }
  }

  /** Rows that have their outcome. */
  get rowsDone(): number {
    return Object.values(this.#outcomes).reduce((sum, count) => sum + count, 0);
  }

  get timersFired(): number {
    return [...this.#timers.values()].reduce((sum, count) => sum + count, 0);
  }

  get refused(): number {
    return this.#refused.length;
  }

  row({ line, caseKey, activity }: ImportRow, outcome: RowOutcome): void {
    this.#outcomes[outcome.outcome]++;
    if (outcome.outcome === 'leftOut') {
      const key = JSON.stringify([activity, outcome.reason]);
      const entry = this.#leftOut.get(key) ?? { activity, reason: outcome.reason, rows: 0 };
      this.#leftOut.set(key, { ...entry, rows: entry.rows + 1 });
    }
    if (outcome.outcome === 'rejected') this.#refused.push({ line, caseKey, activity, ...outcome });
  }

  command(type: string): void {
    this.#commands.set(type, (this.#commands.get(type) ?? 0) + 1);
  }

  timer(kind: PendingTimer['kind']): void {
    this.#timers.set(kind, (this.#timers.get(kind) ?? 0) + 1);
  }

  report(about: {
    readonly source: string;
    readonly importId: string;
    readonly dryRun: boolean;
    readonly finished: boolean;
    readonly foreign: ForeignLog;
    readonly seconds: number;
  }): ImportReport {
    const { foreign, ...rest } = about;
    const { firstAt, lastAt } = foreign;
    return {
      ...rest,
      rows: { read: foreign.lines, ...this.#outcomes, broken: foreign.broken.length },
      cases: foreign.cases.size,
      people: foreign.actors.length,
      from: firstAt === undefined ? undefined : new Date(firstAt).toISOString(),
      to: lastAt === undefined ? undefined : new Date(lastAt).toISOString(),
      commands: sorted(this.#commands),
      timers: sorted(this.#timers),
      leftOutBecause: [...this.#leftOut.values()].sort((a, b) => b.rows - a.rows),
      refusedBecause: this.#refusals(),
      refused: this.#refused.toSorted((a, b) => a.line - b.line),
    };
  }

  #refusals(): ImportReport['refusedBecause'] {
    const counted = new Map<string, ImportReport['refusedBecause'][number]>();
    for (const { outcome, activity, command, reason } of this.#refused) {
      const key = JSON.stringify([outcome, activity, command, reason]);
      const entry = counted.get(key) ?? {
        outcome,
        ...(activity === undefined ? {} : { activity }),
        ...(command === undefined ? {} : { command }),
        reason,
        rows: 0,
      };
      counted.set(key, { ...entry, rows: entry.rows + 1 });
    }
    return [...counted.values()].sort((a, b) => b.rows - a.rows);
  }
}

function sorted(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
