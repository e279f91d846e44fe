import type { Actor } from '../../domain/case/actor.ts';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import type { Workflow } from '../../domain/case/workflow.ts';
import type { WallClock } from '../clock.ts';
import type { Directory } from '../directory/directory.ts';
import type { DirectoryService } from '../directory/directory-service.ts';
import type { CommandHandler } from '../engine/command-handler.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { EventLog } from '../store/event-store.ts';
import { importIds } from './import-ids.ts';
import { type ImportReport, ImportTally } from './import-report.ts';
import type { LogLine } from './log-lines.ts';
import type { CheckedMapping } from './mapping-check.ts';
import { createReactions } from './reactions.ts';
import { readLog } from './read-log.ts';
import { registerPeople } from './register-people.ts';
import { createReplay, type Replay } from './replay.ts';

/** What an import writes through. */
export interface ImportTarget {
  readonly store: Pick<EventLog, 'logId' | 'readStream'>;
  readonly handler: Pick<CommandHandler, 'handle' | 'load'>;
  readonly directory: Pick<Directory, 'user' | 'team'>;
  readonly people: Pick<DirectoryService, 'give'>;
  readonly sealer: Pick<Sealer, 'open'>;
  readonly lifecycles: readonly AnyLifecycle[];
  readonly workflows: readonly Workflow[];
  readonly clock: WallClock;
  /** How long a timer waits for commands on their way. */
  readonly timerGraceMs: number;
}

export interface ImportProgress {
  readonly rows: number;
  readonly rowsDone: number;
  readonly timersFired: number;
  readonly refused: number;
}

export interface ImportOptions {
  /** Stops it between two steps; run again, it goes on. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Before the first command is given: the cases that the log has. */
  readonly onBegin?: (importId: string, caseIds: readonly string[]) => void;
  /** After the last timer, if nothing stopped it. */
  readonly onEnd?: (importId: string) => void;
  readonly windowCases?: number;
}

/**
 * Replays a foreign log through the command handler, each row and each timer at its own instant; what lies between
 * the last row and now is brought by timers too. Nothing that is there already is added again.
 * @throws StoreUnavailableError and whatever ends the reading of the lines
 */
export async function importLog(
  lines: AsyncIterable<LogLine> | Iterable<LogLine>,
  mapping: CheckedMapping,
  target: ImportTarget,
  options: ImportOptions = {},
): Promise<ImportReport> {
  const began = performance.now();
  const { clock, store } = target;
  const foreign = await readLog(lines, mapping, clock.now());
  const ids = importIds(store.logId, mapping.mapping.source);
  const tally = new ImportTally(foreign);
  options.onBegin?.(ids.importId, [...foreign.cases.keys()].map(ids.caseOf));
  const actors = await registerPeople(foreign.actors, mapping, ids, target);

  const progress = throttled(() =>
    options.onProgress?.({
      rows: foreign.lines,
      rowsDone: tally.rowsDone + foreign.broken.length,
      timersFired: tally.timersFired,
      refused: tally.refused,
    }),
  );
  // The replay and the reactions to it know each other.
  const whole: { replay?: Replay } = {};
  const replay = createReplay(
    {
      mapping,
      ids,
      store,
      handler: target.handler,
      clock,
      timerGraceMs: target.timerGraceMs,
      actorOf: value => known(actors.get(value), value),
      isOpened: caseKey => whole.replay?.isOpened(ids.caseOf(caseKey)) ?? false,
      react: createReactions(target, async caseId => whole.replay?.touched(caseId)),
      onRow(row, outcome) {
        tally.row(row, outcome);
        progress();
      },
      onCommand: type => tally.command(type),
      onTimer(kind) {
        tally.timer(kind);
        progress();
      },
    },
    foreign,
    options.windowCases,
  );
  whole.replay = replay;
  const finished = await replay.run(options.signal);
  if (finished) options.onEnd?.(ids.importId);
  return tally.report({
    source: mapping.mapping.source,
    importId: ids.importId,
    dryRun: false,
    finished,
    foreign,
    seconds: (performance.now() - began) / 1000,
  });
}

function known(actor: Actor | undefined, value: string): Actor {
  if (actor === undefined) throw new Error(`nobody was registered for ${value}`);
  return actor;
}

const PROGRESS_EVERY_MS = 100;

function throttled(tell: () => void): () => void {
  let nextAt = 0;
  return () => {
    const at = performance.now();
    if (at < nextAt) return;
    nextAt = at + PROGRESS_EVERY_MS;
    tell();
  };
}
