import type { DatabaseSync } from 'node:sqlite';
import type { Position, StoredEvent } from '../../domain/log/envelope.ts';
import type { Projection, RowAccess } from '../../projections/projection.ts';
import type { Row } from '../../projections/table.ts';
import type { EventLog, FoundBody, ScannedLog } from '../store/event-store.ts';
import { storedEvent } from '../store/position.ts';
import { LogWindow } from './log-window.ts';
import { isOfProjection, rowAccess, tablesOf } from './projection-tables.ts';
import type { TableCache } from './table-cache.ts';

const PAGE_EVENTS = 500;
/** Rows of figures, of each table, that are kept in memory while cases add to them. */
const CACHED_ROWS = 20_000;

/**
 * Fills empty tables with what the log says up to a position, stream after stream in the order of their first events:
 * a source is folded without a pause, derived once, its rows are written once, and nothing is kept of it. In the log's
 * order thousands of open cases are kept side by side: that takes twice the memory, and longer for all its garbage.
 * The log is read once, in its order, into a window as bytes; what a stream has beyond the window is looked up.
 * The rows are those that following the log gives: what a projection shows hangs on each stream and on the order of
 * the first events, no more.
 * @param meanwhile called with the number of events so far, every now and then
 * @returns how many events there are up to `upTo`; `undefined` when a projection threw, and the tables hold anything
 */
export async function buildByStreams(
  db: DatabaseSync,
  log: Pick<EventLog, 'readStream'> & ScannedLog,
  projections: readonly Projection[],
  { upTo, windowBytes }: { readonly upTo: Position; readonly windowBytes: number },
  meanwhile: (events: number) => Promise<void>,
): Promise<number | undefined> {
  const loads = projections.map(projection => {
    const tables = tablesOf(db, projection, CACHED_ROWS);
    return { projection, tables: [...tables.values()], rows: rowAccess(projection, tables) };
  });
  const build = new StreamBuild(log, loads, upTo, new LogWindow(windowBytes));
  let events = 0;
  let after: Position = '';
  try {
    for (;;) {
      const page = await log.scan(after, upTo, PAGE_EVENTS);
      if (page.events.length === 0) break;
      after = page.upTo;
      events += page.events.length;
      await build.take(page.events);
      await meanwhile(events);
    }
    await build.finish();
  } catch (error) {
    if (error instanceof ProjectionError) return undefined;
    throw error;
  }
  return events;
}

/** A projection threw, or its rows are not taken. */
class ProjectionError extends Error {
  override readonly name = 'ProjectionError';
}

function attempt<T>(what: () => T): T {
  try {
    return what();
  } catch (error) {
    if (isOfProjection(error)) throw new ProjectionError('a projection failed', { cause: error });
    throw error;
  }
}

/** One projection at work. */
interface Load {
  readonly projection: Projection;
  readonly tables: readonly TableCache<Row>[];
  readonly rows: RowAccess;
}

/** A stream of which the window has the first events. */
interface Begun {
  readonly streamId: string;
  /** Where its events lie in the window, from the first on. */
  readonly places: number[];
  /** The stream that began after it. */
  next: Begun | undefined;
}

class StreamBuild {
  readonly #log: Pick<EventLog, 'readStream'>;
  readonly #loads: readonly Load[];
  readonly #upTo: Position;
  readonly #window: LogWindow;
  readonly #begun = new Map<string, Begun>();
  #oldest: Begun | undefined;
  #newest: Begun | undefined;

  constructor(log: Pick<EventLog, 'readStream'>, loads: readonly Load[], upTo: Position, window: LogWindow) {
    this.#log = log;
    this.#loads = loads;
    this.#upTo = upTo;
    this.#window = window;
  }

  /** @throws ProjectionError */
  async take(events: readonly FoundBody[]): Promise<void> {
    for (const { streamId, revision, body } of events) {
      for (;;) {
        // What is not begun any more was read ahead, up to its end.
        const begun = revision === 0 ? undefined : this.#begun.get(streamId);
        if (revision > 0 && begun === undefined) break;
        const place = this.#window.put(body);
        if (place !== undefined) {
          if (begun === undefined) this.#begin(streamId, place);
          else begun.places.push(place);
          break;
        }
        await this.#finishOldest(true);
      }
    }
  }

  /** The log was read up to its end. @throws ProjectionError */
  async finish(): Promise<void> {
    while (this.#oldest !== undefined) await this.#finishOldest(false);
    attempt(() => this.#settle(() => true));
  }

  #begin(streamId: string, place: number): void {
    const begun: Begun = { streamId, places: [place], next: undefined };
    this.#begun.set(streamId, begun);
    if (this.#newest === undefined) this.#oldest = begun;
    else this.#newest.next = begun;
    this.#newest = begun;
  }

  async #finishOldest(hasMore: boolean): Promise<void> {
    const begun = this.#oldest;
    if (begun === undefined) return;
    const [firstPlace, ...laterPlaces] = begun.places;
    if (firstPlace === undefined) return;
    const first = this.#event(firstPlace);
    const sources = attempt(() => this.#loads.map(({ projection }) => projection.fold(undefined, first)));
    if (sources.some(source => source !== undefined)) {
      const later = laterPlaces.map(place => this.#event(place));
      if (hasMore) later.push(...(await this.#beyondWindow(begun)));
      attempt(() => this.#derive(sources, later));
    }
    this.#begun.delete(begun.streamId);
    this.#oldest = begun.next;
    if (begun.next === undefined) this.#newest = undefined;
    this.#window.forgetBefore(begun.next?.places[0]);
  }

  #event(place: number): StoredEvent {
    return storedEvent(this.#window.get(place));
  }

  async #beyondWindow({ streamId, places }: Begun): Promise<readonly StoredEvent[]> {
    const events = await this.#log.readStream(streamId, places.length);
    return events.filter(({ position }) => position <= this.#upTo);
  }

  #derive(sources: readonly (object | undefined)[], later: readonly StoredEvent[]): void {
    for (const [at, { projection, rows }] of this.#loads.entries()) {
      let source = sources[at];
      // What begins without a source never has one.
      if (source === undefined) continue;
      for (const event of later)
        if (projection.types.has(event.type)) source = projection.fold(source, event);
      projection.derive(undefined, source, rows);
    }
    this.#settle(table => table.full);
  }

  #settle(which: (table: TableCache<Row>) => boolean): void {
    for (const { tables } of this.#loads) {
      for (const table of tables) if (which(table)) table.settle();
    }
  }
}
