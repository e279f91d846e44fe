import type { Actor } from '../../domain/case/actor.ts';
import type { CaseState } from '../../domain/case/case-state.ts';
import type { AnyCommand } from '../../domain/case/lifecycle.ts';
import type { Position, StoredEvent } from '../../domain/log/envelope.ts';
import { type PendingTimer, pendingTimers } from '../../domain/sla/timers.ts';
import type { WallClock } from '../clock.ts';
import type { CommandHandler } from '../engine/command-handler.ts';
import type { CommandOutcome } from '../engine/command-request.ts';
import { timerRequest } from '../engine/timer-request.ts';
import type { EventLog } from '../store/event-store.ts';
import { holds, type Situation } from './case-condition.ts';
import { FieldError, fieldValue, type JsonObject } from './field-value.ts';
import type { ImportIds } from './import-ids.ts';
import type { ImportRow } from './import-row.ts';
import type { CheckedMapping, PreparedCommand } from './mapping-check.ts';

/** What became of a row. */
export type RowOutcome =
  | { readonly outcome: 'imported' }
  | { readonly outcome: 'alreadyThere' }
  /** An earlier run left it out or was refused it, and the case has gone on since. */
  | { readonly outcome: 'passedBefore' }
  | { readonly outcome: 'leftOut'; readonly reason: string }
  | Refused;

interface Refused {
  readonly outcome: 'rejected';
  readonly command: string;
  readonly reason: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What the replays of one import share. */
export interface ReplayParts {
  readonly mapping: CheckedMapping;
  readonly ids: ImportIds;
  readonly store: Pick<EventLog, 'logId' | 'readStream'>;
  readonly handler: Pick<CommandHandler, 'handle' | 'load'>;
  readonly clock: WallClock;
  /** How long after its instant a timer fires, for commands on their way. */
  readonly timerGraceMs: number;
  actorOf(value: string): Actor;
  /** Whether that case of the log was opened by now. */
  isOpened(caseKey: string): boolean;
  /** Gives the commands that events bring about in other cases. */
  react(events: readonly StoredEvent[], position: Position): Promise<void>;
  onRow(row: ImportRow, outcome: RowOutcome): void;
  onCommand(type: string): void;
  onTimer(kind: PendingTimer['kind']): void;
}

/** One case of the foreign log on its way: its rows and its own timers, each at its instant, one after the other. */
export class CaseReplay {
  readonly caseId: string;
  readonly #parts: ReplayParts;
  readonly #rows: readonly ImportRow[];
  #index = 0;
  #begun = false;
  #state: CaseState | undefined;
  /** The instant of the last decision. */
  #lastAt = 0;
  /** Commands that the case had before this run, and the instant of the last. */
  #had: ReadonlySet<string> = new Set();
  /** Rows of which the case had something before this run. */
  #hadRows: ReadonlySet<string> = new Set();
  #hadUntil = -1;
  /** Index of the first row after the last of which the case has something. */
  #unsettledFrom = 0;
  /** Timers that were found to have nothing to do. */
  readonly #idle = new Set<string>();
  #timer: PendingTimer | undefined;

  constructor(parts: ReplayParts, caseId: string, rows: readonly ImportRow[]) {
    this.#parts = parts;
    this.caseId = caseId;
    this.#rows = rows;
  }

  get isOpened(): boolean {
    return this.#state !== undefined;
  }

  /** The instant of what comes next; `undefined` when that lies in the future, or nothing comes. */
  nextAt(): number | undefined {
    const row = this.#rows[this.#index];
    return this.#timerBefore(row)?.at ?? row?.at;
  }

  /** Whether what comes next looks at another case, and must not run beside it. */
  get isAlone(): boolean {
    const row = this.#rows[this.#index];
    return row !== undefined && this.#timerBefore(row) === undefined && namesCase(row, this.#parts.mapping);
  }

  /** Does what comes next: a row, or a timer. */
  async step(): Promise<void> {
    const row = this.#rows[this.#index];
    const timer = this.#timerBefore(row);
    if (timer !== undefined) {
      await this.#fire(timer);
    } else if (row !== undefined) {
      const outcome = await this.#take(row);
      this.#index++;
      this.#parts.onRow(row, outcome);
    }
  }

  /** Looks at the case again, after something came to it from outside. */
  async refresh(): Promise<void> {
    const { handler, mapping } = this.#parts;
    this.#state = (await handler.load(mapping.lifecycle, this.caseId))?.state;
    this.#timer = undefined;
    for (const timer of this.#state === undefined ? [] : pendingTimers(this.#state)) {
      if (this.#timer !== undefined && timer.at >= this.#timer.at) continue;
      if (!this.#idle.has(timerKey(timer))) this.#timer = timer;
    }
  }

  #timerBefore(row: ImportRow | undefined): PendingTimer | undefined {
    const { timerGraceMs, clock } = this.#parts;
    const until = row?.at ?? clock.now();
    return this.#timer !== undefined && this.#timer.at + timerGraceMs <= until ? this.#timer : undefined;
  }

  async #fire(timer: PendingTimer): Promise<void> {
    const { ids, store, handler, mapping } = this.#parts;
    const now = Math.max(timer.at, this.#lastAt);
    const { importId } = ids;
    const request = timerRequest(store.logId, mapping.lifecycle, this.caseId, timer, { now, importId });
    const outcome = await handler.handle(request);
    if (outcome.outcome !== 'accepted') {
      throw new Error(
        `the timer ${timer.kind} of ${timer.name} in ${this.caseId} was refused: ${JSON.stringify(outcome)}`,
      );
    }
    this.#parts.onTimer(timer.kind);
    // What is not taken off the list would be fired for ever.
    if (outcome.events.length === 0 || outcome.replayed) this.#idle.add(timerKey(timer));
    await this.#accepted(outcome, now);
  }

  async #take(row: ImportRow): Promise<RowOutcome> {
    if (!this.#begun) await this.#begin();
    if (
      this.#index < this.#unsettledFrom &&
      (row.at < this.#hadUntil || this.#index < this.#unsettledFrom - 1)
    ) {
      return { outcome: this.#isThere(row) ? 'alreadyThere' : 'passedBefore' };
    }
    if (row.at < this.#hadUntil) return this.#tooLate(row);
    const { mapping, ids } = this.#parts;
    const given = { count: 0, added: 0 };
    if (this.#state === undefined) {
      const refused = await this.#give(mapping.open, row, ids.openingCommandOf(row.caseKey), given);
      if (refused !== undefined) return refused;
    }
    const alternatives = mapping.activities.get(row.activity) ?? [];
    const begun = alternatives.findIndex(
      (each, at) => 'give' in each && this.#isChosen(row, `${at}`, each.give),
    );
    for (const [rule, { when, give }] of mapping.before.entries()) {
      const isDue = begun < 0 && holds(when, this.#situation(row));
      if (!isDue && !this.#isChosen(row, `b${rule}`, give)) continue;
      const refused = await this.#giveAll(give, row, `b${rule}`, given);
      if (refused !== undefined) return refused;
    }
    const at = begun >= 0 ? begun : this.#alternativeOf(row);
    const chosen = alternatives[at];
    if (chosen === undefined) throw new Error(`${row.activity} has no alternative ${at}`);
    if ('leaveOut' in chosen) {
      if (given.count > 0 || this.#isThere(row)) return outcomeOf(given);
      return { outcome: 'leftOut', reason: chosen.leaveOut };
    }
    return (await this.#giveAll(chosen.give, row, `${at}`, given)) ?? outcomeOf(given);
  }

  /** A row that an earlier run did not have, of a time that the case is past. */
  #tooLate(row: ImportRow): RowOutcome {
    const chosen = this.#parts.mapping.activities.get(row.activity)?.[this.#alternativeOf(row)];
    if (chosen !== undefined && 'leaveOut' in chosen) return { outcome: 'leftOut', reason: chosen.leaveOut };
    const command = chosen?.give[0]?.type ?? '';
    const details = { rowAt: row.at, decidedUntil: this.#hadUntil };
    return { outcome: 'rejected', command, reason: 'caseHasGoneOn', details };
  }

  #alternativeOf(row: ImportRow): number {
    const alternatives = this.#parts.mapping.activities.get(row.activity) ?? [];
    return alternatives.findIndex(each => holds(each.when, this.#situation(row)));
  }

  async #giveAll(
    commands: readonly PreparedCommand[],
    row: ImportRow,
    part: string,
    given: { count: number; added: number },
  ): Promise<Refused | undefined> {
    const { ids } = this.#parts;
    for (const [step, command] of commands.entries()) {
      const id = ids.commandOf(row.caseKey, row.rowKey, `${part}.${step}`);
      const refused = await this.#give(command, row, id, given);
      if (refused !== undefined) return refused;
    }
    return undefined;
  }

  async #give(
    prepared: PreparedCommand,
    row: ImportRow,
    commandId: string,
    given: { count: number; added: number },
  ): Promise<Refused | undefined> {
    const { mapping, ids, handler, actorOf, onCommand } = this.#parts;
    const { lifecycle } = mapping;
    const refused = (reason: string, details: Refused['details'] = {}): Refused => ({
      outcome: 'rejected',
      command: prepared.type,
      reason,
      details,
    });
    given.count++;
    if (this.#had.has(commandId)) return undefined;
    const command = this.#command(prepared, row);
    if ('reason' in command) return refused(command.reason, command.details);
    const now = Math.max(row.at, this.#lastAt);
    const outcome = await handler.handle({
      lifecycle,
      ...(lifecycle.opens.includes(prepared.type) ? {} : { caseId: this.caseId }),
      command,
      actor: actorOf(row.actor),
      commandId,
      keyed: false,
      now,
      correlationId: ids.rowOf(row.caseKey, row.rowKey),
      importId: ids.importId,
    });
    switch (outcome.outcome) {
      case 'accepted':
        given.added++;
        onCommand(prepared.type);
        await this.#accepted(outcome, now);
        return undefined;
      case 'rejected':
        return refused(outcome.reason, outcome.details);
      case 'forbidden':
        return refused('forbidden', { needs: outcome.needs });
      case 'caseTooLong':
        return refused('caseTooLong', { limit: outcome.limit });
      case 'upgradeNeeded':
        return refused('upgradeNeeded', { type: outcome.type });
      case 'conflict':
      case 'keyReused':
      case 'preconditionFailed':
      case 'notFound':
        return refused(outcome.outcome);
    }
  }

  /** The command with its fields for this row, by its schema; or why there is none. */
  #command(
    { type, fields }: PreparedCommand,
    row: ImportRow,
  ): AnyCommand | { readonly reason: string; readonly details: Refused['details'] } {
    const { mapping, ids, isOpened } = this.#parts;
    try {
      const written = fieldValue(
        fields,
        {
          row: row.row,
          at: row.at,
          // States are folded from events, which are JSON.
          state: (this.#state ?? {}) as JsonObject,
          userOf: ids.userOf,
          caseOf: key => (isOpened(key) ? ids.caseOf(key) : undefined),
        },
        mapping.mapping.tables,
      );
      const parsed = mapping.lifecycle.commands[type]?.schema.safeParse(written);
      if (parsed === undefined)
        throw new Error(`the mapping's check let the unknown command ${type} through`);
      if (parsed.success) {
        // What a command's schema gives out is JSON.
        return { type, data: parsed.data as AnyCommand['data'] };
      }
      const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
      return { reason: 'badFields', details: { issues } };
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      return { reason: error.reason, details: { message: error.message } };
    }
  }

  async #accepted(outcome: CommandOutcome & { outcome: 'accepted' }, now: number): Promise<void> {
    this.#lastAt = Math.max(this.#lastAt, now);
    if (outcome.events.length > 0) await this.#parts.react(outcome.events, outcome.position);
    await this.refresh();
  }

  /** What the case has already, from an earlier run or from people. */
  async #begin(): Promise<void> {
    this.#begun = true;
    const { store, mapping, react } = this.#parts;
    const history = await store.readStream(`${mapping.lifecycle.category}-${this.caseId}`);
    const last = history.at(-1);
    if (last === undefined) return;
    this.#had = new Set(history.map(event => event.metadata.commandId));
    this.#hadUntil = history.reduce((until, { metadata }) => Math.max(until, metadata.decidedAt), 0);
    this.#lastAt = this.#hadUntil;
    this.#hadRows = new Set(history.map(event => event.metadata.correlationId));
    this.#unsettledFrom = 1 + this.#rows.findLastIndex(row => this.#isThere(row));
    // A run that was cut off may not have got to it; commands that were given before add nothing.
    for (const event of history) await react([event], event.position);
    await this.refresh();
  }

  #isThere({ caseKey, rowKey }: ImportRow): boolean {
    return this.#hadRows.size > 0 && this.#hadRows.has(this.#parts.ids.rowOf(caseKey, rowKey));
  }

  /** Whether a run that was cut off had begun with these commands. */
  #isChosen(row: ImportRow, part: string, commands: readonly PreparedCommand[]): boolean {
    const { ids } = this.#parts;
    if (this.#had.size === 0) return false;
    return commands.some((_, step) =>
      this.#had.has(ids.commandOf(row.caseKey, row.rowKey, `${part}.${step}`)),
    );
  }

  #situation(row: ImportRow): Situation {
    const { mapping, ids } = this.#parts;
    const state = this.#state ?? mapping.lifecycle.initial;
    return {
      lifecycle: mapping.lifecycle,
      state,
      first: row === this.#rows[0],
      activity: row.activity,
      actorId: ids.userOf(row.actor),
      row: row.row,
    };
  }
}

function timerKey({ name, cycle, kind, key, armedRevision }: PendingTimer): string {
  return `${name} ${cycle} ${kind} ${key} ${armedRevision}`;
}

function outcomeOf({ added }: { readonly added: number }): RowOutcome {
  return { outcome: added > 0 ? 'imported' : 'alreadyThere' };
}

function namesCase(row: ImportRow, { activities }: CheckedMapping): boolean {
  return (activities.get(row.activity) ?? []).some(
    each => 'give' in each && each.give.some(({ linksCase }) => linksCase),
  );
}
