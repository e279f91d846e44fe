import { setImmediate } from 'node:timers/promises';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import type { RememberingWorkflow } from '../../domain/case/remembering-workflow.ts';
import type { Workflow } from '../../domain/case/workflow.ts';
import type { Position, RecordedEvent } from '../../domain/log/envelope.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { EventStore } from '../store/event-store.ts';
import { type Alarm, systemAlarm } from './alarm.ts';
import type { CommandHandler } from './command-handler.ts';
import type { EngineLog } from './engine-log.ts';
import type { RunnerFile } from './runner-file.ts';
import { plainReactor, type Reactor, rememberingReactor } from './workflow-reactor.ts';

/** Events looked at at once: some milliseconds. */
const BATCH_EVENTS = 2_000;
/** Events passed over before the place is written down though nothing was done. */
const SAVE_AFTER_EVENTS = 10_000;
const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 60_000;
/**
 * How long reactions may follow one another, in milliseconds, until everybody else has a turn. Those that bring nothing
 * new wait for no disk: a log that is gone through again kept the service from answering for a minute.
 */
const TURN_MS = 4;
/** Between two looks at a log that grows all the time. */
const BREATH_MS = 50;

export interface WorkflowStatus {
  readonly workflow: string;
  /** All events up to here were reacted to. */
  readonly position: Position;
  readonly fault?: { readonly position: Position; readonly message: string };
}

export interface WorkflowRunner {
  status(): readonly WorkflowStatus[];
  /** Waits until every workflow that is well has reacted to all that is in the log. */
  settled(): Promise<void>;
  /** Waits for the command that is on its way. */
  close(): Promise<void>;
}

interface RunnerParts {
  readonly store: EventStore;
  readonly handler: Pick<CommandHandler, 'handle'>;
  readonly sealer: Sealer;
  readonly lifecycles: readonly AnyLifecycle[];
  readonly workflows: readonly Workflow[];
  readonly rememberingWorkflows?: readonly RememberingWorkflow[];
  /** Others that react to the log in the same way. */
  readonly reactors?: readonly Reactor[];
  /** Puts a reactor under a watch. */
  readonly traced?: (reactor: Reactor) => Reactor;
  readonly file: RunnerFile;
  readonly log: EngineLog;
  readonly alarm?: Alarm;
  readonly turnMs?: number;
}

/**
 * Lets workflows react to the log, each from its own place in it. The place is written down after the commands were
 * accepted, and their ids are derived from the events: a crash anywhere in between does them again, to no effect. A
 * workflow that fails stops alone, at its event, and tries again.
 */
export function startWorkflowRunner(parts: RunnerParts): WorkflowRunner {
  const { traced = each => each } = parts;
  const reactors = [
    ...parts.workflows.map(workflow => plainReactor(workflow, parts)),
    ...(parts.rememberingWorkflows ?? []).map(workflow => rememberingReactor(workflow, parts)),
    ...(parts.reactors ?? []),
  ].map(traced);
  const feed = sharedFeed(parts.store, [...new Set(reactors.flatMap(({ on }) => on))]);
  const othersTurn = shortTurns(parts.turnMs ?? TURN_MS);
  const lines = reactors.map(reactor => startLine(reactor, feed.read, othersTurn, parts));
  const stopListening = parts.store.onAppended(() => {
    feed.forget();
    for (const line of lines) line.wake();
  });
  return {
    status: () => lines.map(line => line.status()),
    async settled() {
      await Promise.all(lines.map(line => line.settled()));
    },
    async close() {
      stopListening();
      await Promise.all(lines.map(line => line.close()));
    },
  };
}

type Batch = Awaited<ReturnType<EventStore['readTypes']>>;
type Read = (after: Position) => Promise<Batch>;

/** Workflows that are at the same place, as most are, read the log once for all. */
function sharedFeed(store: EventStore, types: readonly string[]): { readonly read: Read; forget(): void } {
  let last: { readonly after: Position; readonly batch: Promise<Batch> } | undefined;
  return {
    read(after) {
      if (last?.after !== after) {
        const batch = store.readTypes(after, types, BATCH_EVENTS);
        last = { after, batch };
        batch.catch(() => {
          last = undefined;
        });
      }
      return last.batch;
    },
    forget() {
      last = undefined;
    },
  };
}

/** Asked between two pieces of work: what to wait for when the turn of all who ask has taken its time. */
function shortTurns(turnMs: number): () => Promise<void> | undefined {
  let begunAt = performance.now();
  let next: Promise<void> | undefined;
  return () => {
    if (performance.now() - begunAt < turnMs) return undefined;
    next ??= setImmediate().then(() => {
      begunAt = performance.now();
      next = undefined;
    });
    return next;
  };
}

interface Line {
  wake(): void;
  status(): WorkflowStatus;
  settled(): Promise<void>;
  close(): Promise<void>;
}

function startLine(
  workflow: Reactor,
  read: Read,
  othersTurn: () => Promise<void> | undefined,
  parts: RunnerParts,
): Line {
  const { store, handler, file, log, alarm = systemAlarm } = parts;
  const types = new Set(workflow.on);
  let position = file.position(workflow.name);
  let saved = position;
  let unsaved = 0;
  let fault: WorkflowStatus['fault'];
  let failures = 0;
  let stopped = false;
  let woken = false;
  let running: Promise<void> | undefined;
  let cancel: (() => void) | undefined;

  const react = async (event: RecordedEvent): Promise<void> => {
    const { requests, done } = await workflow.reactTo(event);
    for (const request of requests) {
      const outcome = await handler.handle(request);
      switch (outcome.outcome) {
        case 'accepted':
          break;
        case 'rejected':
        case 'notFound':
        case 'caseTooLong':
          // An answer, journalled where it is a rejection: trying again would bring the same.
          log.warn({ workflow: workflow.name, eventId: event.eventId, ...outcome }, 'a workflow was told no');
          break;
        default:
          throw new Error(`${request.command.type} of ${request.caseId ?? 'a new case'}: ${outcome.outcome}`);
      }
    }
    await done?.();
  };

  const save = (): void => {
    if (saved === position) return;
    file.save(workflow.name, position);
    saved = position;
    unsaved = 0;
  };

  const follow = async (): Promise<void> => {
    let at = position;
    try {
      while (!stopped) {
        await othersTurn();
        const { events, upTo, atEnd } = await read(position);
        if (upTo === position) break;
        for (const event of events) {
          if (!types.has(event.type)) continue;
          await othersTurn();
          if (stopped) break;
          at = event.position;
          await react(event);
          position = event.position;
          unsaved = SAVE_AFTER_EVENTS;
        }
        if (stopped) break;
        unsaved += BATCH_EVENTS;
        at = upTo;
        position = upTo;
        if (unsaved >= SAVE_AFTER_EVENTS) save();
        fault = undefined;
        failures = 0;
        if (atEnd === true) break;
      }
    } catch (error) {
      failures++;
      const message = error instanceof Error ? error.message : String(error);
      fault = { position: at, message };
      log.error(
        { workflow: workflow.name, position: at, message, failures },
        'a workflow stopped, and is tried again',
      );
    }
  };

  const begin = (): void => {
    cancel = undefined;
    if (stopped || running !== undefined) return;
    woken = false;
    running = follow().finally(() => {
      running = undefined;
      if (stopped) return;
      if (failures > 0)
        cancel = alarm(begin, Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), LONGEST_BACKOFF_MS));
      else if (woken) cancel = alarm(begin, BREATH_MS);
    });
  };

  begin();
  return {
    wake() {
      woken = true;
      if (running === undefined && cancel === undefined) cancel = alarm(begin, BREATH_MS);
    },
    status: () => ({ workflow: workflow.name, position, ...(fault === undefined ? {} : { fault }) }),
    async settled() {
      while (!stopped && fault === undefined && (running !== undefined || position < (await store.head()))) {
        if (running === undefined) begin();
        await running;
        // The log's own thread shows an event before it tells of it: what it tells is heard between two turns.
        await setImmediate();
      }
    },
    async close() {
      stopped = true;
      cancel?.();
      await running;
      save();
    },
  };
}
