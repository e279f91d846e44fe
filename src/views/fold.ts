import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Position, RecordedEvent } from '../../domain/log/envelope.ts';
import type { Projection, RowAccess } from '../../projections/projection.ts';
import type { Row } from '../../projections/table.ts';
import type { EventLog } from '../store/event-store.ts';
import { isOfProjection, rowAccess, tablesOf } from './projection-tables.ts';
import { SourceCache, type StreamSources } from './source-cache.ts';
import type { TableCache } from './table-cache.ts';
import { type Checkpoint, type Fault, readCheckpoints } from './view-file.ts';

export interface FoldOptions {
  /** Streams whose sources are kept in memory from one commit to the next, and rows of each table that are read. */
  readonly cached: number;
}

/** Their numbers are bits of an integer. */
const MAX_PROJECTIONS = 30;

/** One projection at work: where it is, and what it shows. */
interface Run {
  readonly number: number;
  readonly projection: Projection;
  readonly tables: ReadonlyMap<string, TableCache<Row>>;
  readonly rows: RowAccess;
  /** Changed since the last commit, in the order of their first changes. */
  changed: StreamSources[];
  /** Events since the last commit that its rows are patched by: their streams' sources were let go. */
  patching: RecordedEvent[];
  position: Position;
  fault: Fault | undefined;
}

/** Folds events into sources, in memory until `commit` derives and writes the rows of one file of views. */
export class Fold {
  readonly #db: DatabaseSync;
  readonly #log: Pick<EventLog, 'readStream'>;
  readonly #runs: readonly Run[];
  readonly #sources: SourceCache;
  readonly #checkpoint: StatementSync;
  /** Which runs look at an event of a type, by which of them are taking events in. */
  readonly #concerned = new Map<string, ReadonlyMap<string, readonly Run[]>>();

  /** @param projections those whose tables, of the same version, are in the file */
  constructor(
    db: DatabaseSync,
    log: Pick<EventLog, 'readStream'>,
    projections: readonly Projection[],
    { cached }: FoldOptions,
  ) {
    if (projections.length > MAX_PROJECTIONS) throw new RangeError(`${projections.length} projections`);
    this.#db = db;
    this.#log = log;
    this.#sources = new SourceCache(cached);
    this.#checkpoint = db.prepare(
      'UPDATE checkpoints SET position = ?, faultPosition = ?, faultMessage = ? WHERE name = ?',
    );
    this.#runs = projections.map((projection, number) => {
      const tables = tablesOf(db, projection, cached);
      const rows = rowAccess(projection, tables);
      return { number, projection, tables, rows, changed: [], patching: [], position: '', fault: undefined };
    });
    // A fault is tried again whenever the views are opened: what was repaired goes on.
    this.reset();
  }

  /** Where reading must go on, furthest first: one place, but for projections that go on after a fault. */
  positions(): readonly Position[] {
    const going = this.#runs.filter(run => run.fault === undefined).map(run => run.position);
    return [...new Set(going)].sort().reverse();
  }

  checkpoints(): readonly Checkpoint[] {
    return this.#runs.map(({ projection: { name, version }, position, fault }) =>
      fault === undefined ? { name, version, position } : { name, version, position, fault },
    );
  }

  /** Sources that wait for the next commit. */
  get changes(): number {
    return this.#runs.reduce((sum, run) => sum + run.changed.length + run.patching.length, 0);
  }

  /** Takes in events that follow one another in the log, the first of them the next after `from`. */
  async take(from: Position, events: readonly RecordedEvent[]): Promise<void> {
    const runs = this.#runs.filter(run => run.fault === undefined && run.position === from);
    const byType = this.#concernedBy(runs);
    let previous = from;
    for (const event of events) {
      const { streamId, revision } = event;
      const concerned = revision === 0 ? runs : byType.get(event.type);
      if (concerned !== undefined) {
        let sources = this.#sources.find(streamId);
        if (revision > 0 && !knowsAll(sources, concerned)) {
          const unknowing = concerned.filter(run => !knows(sources, run));
          if (unknowing.every(({ projection }) => projection.patches?.[event.type] !== undefined)) {
            for (const run of unknowing) run.patching.push(event);
          } else {
            sources = await this.#foldAgain(unknowing, event, previous);
          }
        }
        this.#foldInto(concerned, sources, event, previous);
      }
      previous = event.position;
    }
    for (const run of runs) if (run.fault === undefined) run.position = previous;
  }

  /** Rows and checkpoints in one transaction. When it fails nothing of it is stored, and `reset` must follow. */
  commit(): void {
    this.#db.exec('BEGIN IMMEDIATE');
    for (const run of this.#runs) {
      if (run.changed.length + run.patching.length > 0) this.#derive(run);
      const { position, fault, projection } = run;
      this.#checkpoint.run(position, fault?.position ?? null, fault?.message ?? null, projection.name);
    }
    this.#db.exec('COMMIT');
    for (const run of this.#runs) {
      for (const table of run.tables.values()) table.age();
      for (const sources of run.changed) {
        sources.committed[run.number] = sources.now[run.number];
        sources.changed &= ~(1 << run.number);
      }
      run.changed = [];
      run.patching = [];
    }
    this.#sources.age();
  }

  /** Goes back to what is stored. */
  reset(): void {
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
    const { checkpoints } = readCheckpoints(this.#db);
    for (const run of this.#runs) {
      goBack(run, checkpoints);
      run.fault = undefined;
    }
  }

  #concernedBy(runs: readonly Run[]): ReadonlyMap<string, readonly Run[]> {
    const key = runs.map(run => run.number).join();
    const known = this.#concerned.get(key);
    if (known !== undefined) return known;
    const byType = new Map<string, Run[]>();
    for (const run of runs) {
      for (const type of run.projection.types) {
        const others = byType.get(type);
        if (others === undefined) byType.set(type, [run]);
        else others.push(run);
      }
    }
    this.#concerned.set(key, byType);
    return byType;
  }

  /** Folds the stream of an event again, up to that event, for those that it concerns: their sources were let go. */
  async #foldAgain(runs: readonly Run[], event: RecordedEvent, previous: Position): Promise<StreamSources> {
    const { streamId, revision } = event;
    const sources = this.#sources.find(streamId) ?? this.#sources.add(streamId);
    const before = (await this.#log.readStream(streamId)).filter(earlier => earlier.revision < revision);
    for (const run of runs) {
      const { number, projection } = run;
      if (run.fault !== undefined || sources.now[number] !== undefined) continue;
      let source: object | undefined;
      try {
        for (const earlier of before) {
          if (earlier.revision === 0 || projection.types.has(earlier.type)) {
            source = projection.fold(source, earlier);
          }
        }
      } catch (error) {
        run.fault = { position: event.position, message: messageOf(error) };
        run.position = previous;
      }
      sources.now[number] = source ?? null;
      sources.committed[number] = source ?? null;
    }
    return sources;
  }

  #foldInto(
    runs: readonly Run[],
    known: StreamSources | undefined,
    event: RecordedEvent,
    previous: Position,
  ): void {
    const isFirst = event.revision === 0;
    let sources = known;
    for (const run of runs) {
      if (run.fault !== undefined) continue;
      const { number, projection } = run;
      // What began without a source never has one.
      const before = isFirst ? undefined : sources?.now[number];
      if (!isFirst && (before === undefined || before === null)) continue;
      try {
        const after = projection.fold(before ?? undefined, event);
        if (after === undefined || after === before) continue;
        sources ??= this.#sources.add(event.streamId);
        if (isFirst) sources.committed[number] = null;
        sources.now[number] = after;
        sources.lastPosition = event.position;
        if ((sources.changed & (1 << number)) !== 0) continue;
        sources.changed |= 1 << number;
        run.changed.push(sources);
      } catch (error) {
        run.fault = { position: event.position, message: messageOf(error) };
        run.position = previous;
      }
    }
    if (!isFirst || sources === undefined) return;
    for (const run of runs) sources.now[run.number] ??= null;
  }

  #derive(run: Run): void {
    const { number, projection, rows } = run;
    let at = run.position;
    this.#db.exec('SAVEPOINT derived');
    try {
      // First: what is derived was folded from what they had brought.
      for (const event of run.patching) {
        at = event.position;
        projection.patches?.[event.type]?.(event, rows);
      }
      for (const sources of run.changed) {
        at = sources.lastPosition;
        projection.derive(sources.committed[number] ?? undefined, sources.now[number] ?? undefined, rows);
      }
      for (const table of run.tables.values()) table.write();
    } catch (error) {
      if (!isOfProjection(error)) throw error;
      // What was derived is half done: the projection stands still where it was stored.
      this.#db.exec('ROLLBACK TO derived');
      goBack(run, readCheckpoints(this.#db).checkpoints);
      run.fault = { position: at, message: messageOf(error) };
    }
    this.#db.exec('RELEASE derived');
  }
}

function knowsAll(sources: StreamSources | undefined, runs: readonly Run[]): boolean {
  for (const run of runs) if (!knows(sources, run)) return false;
  return true;
}

/** A run that stands still needs to know nothing. */
function knows(sources: StreamSources | undefined, { number, fault }: Run): boolean {
  return fault !== undefined || sources?.now[number] !== undefined;
}

function goBack(run: Run, checkpoints: readonly Checkpoint[]): void {
  for (const sources of run.changed) {
    sources.now[run.number] = sources.committed[run.number];
    sources.changed &= ~(1 << run.number);
  }
  run.changed = [];
  run.patching = [];
  for (const table of run.tables.values()) table.clear();
  run.position = checkpoints.find(c => c.name === run.projection.name)?.position ?? '';
}

function messageOf(error: unknown): string {
  return error instanceof Error
    ? `${error.name}: ${error.message}`.slice(0, 500)
    : String(error).slice(0, 500);
}
