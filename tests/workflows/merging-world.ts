import type { Actor } from '../../domain/case/actor.ts';
import type { CaseState } from '../../domain/case/case-state.ts';
import {
  type AnyCommand,
  type AnyEvent,
  type DecideContext,
  registered,
} from '../../domain/case/lifecycle.ts';
import { complaint } from '../../domain/complaint/complaint.ts';
import { lifecycles } from '../../domain/lifecycles.ts';
import type { RecordedEvent } from '../../domain/log/envelope.ts';
import { defaultPolicy } from '../../domain/sla/default-policy.ts';
import { pendingTimers } from '../../domain/sla/timers.ts';
import { compileCalendar } from '../../domain/time/calendar.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { linkedTo } from '../../src/engine/linked-case.ts';
import { timerRequest } from '../../src/engine/timer-request.ts';
import { workflowRequests } from '../../src/engine/workflow-requests.ts';
import { mergeCases } from '../../workflows/merge-cases.ts';
import { zippersCameApart } from '../complaint/complaints.ts';
import { idOf, system } from '../given-when-then.ts';

const lifecycle = registered(complaint);
const calendar = compileCalendar(chinaCalendar());
const policy = defaultPolicy();
const LOG_ID = idOf(0xffff);

export interface Version {
  readonly state: CaseState;
  readonly revision: number;
}

/**
 * Complaints in one log with the workflow that merges them. It reacts to one event at a time, when it is told to; and
 * between its look at the other case and its decision anything can happen, as on a busy service.
 */
export class MergingWorld {
  readonly log: RecordedEvent[] = [];
  now: number;
  readonly #cases: Version[][] = [];
  readonly #done = new Set<string>();
  #reacted = 0;
  #made = 0;

  constructor(count: number, now: number) {
    this.now = now;
    for (let index = 0; index < count; index++) {
      this.#cases.push([{ state: lifecycle.initial, revision: -1 }]);
      const data = { ...zippersCameApart, teamId: idOf(0xa), receivedAt: now };
      this.give(index, { type: 'receive', data: JSON.parse(JSON.stringify(data)) }, AGENT);
    }
  }

  get behind(): number {
    return this.log.length - this.#reacted;
  }
  id(index: number): string {
    return idOf(0x100 + index);
  }
  versions(index: number): readonly Version[] {
    return this.#cases[index] ?? [];
  }
  state(index: number): CaseState {
    return this.#now(index).state;
  }
  events(index: number): readonly RecordedEvent[] {
    return this.log.filter(e => e.streamId === this.#stream(index));
  }

  /** Answers why it was refused. */
  give(index: number, command: AnyCommand, by: Actor, meanwhile: () => void = () => {}): string | undefined {
    return this.#handle(index, command, by, idOf(0x200_0000 + this.#made++), meanwhile);
  }

  /** Every timer that is due fires. */
  fireTimers(index: number): void {
    for (const timer of pendingTimers(this.state(index)).filter(t => t.at <= this.now)) {
      const { command } = timerRequest(LOG_ID, lifecycle, this.id(index), timer);
      this.give(index, command, system);
    }
  }

  /** The workflow reacts to the next event of the log. */
  react(meanwhile: () => void = () => {}): void {
    const event = this.log[this.#reacted];
    if (event === undefined) return;
    this.#reacted++;
    if (!mergeCases.on.includes(event.type)) return;
    for (const { command, caseId, commandId } of workflowRequests(mergeCases, event, lifecycles, LOG_ID)) {
      const index = this.#cases.findIndex((_, each) => this.id(each) === caseId);
      this.#handle(index, command, { ...system, via: 'workflow' }, commandId, meanwhile);
    }
  }
  settle(): void {
    while (this.behind > 0) this.react();
  }
  /** The service starts again, from an older place in the log. */
  startAgainFrom(place: number): void {
    this.#reacted = Math.min(this.#reacted, place);
  }

  #stream(index: number): string {
    return `${lifecycle.category}-${this.id(index)}`;
  }
  #now(index: number): Version {
    const now = this.#cases[index]?.at(-1);
    if (now === undefined) throw new Error(`no case ${index}`);
    return now;
  }

  #handle(
    index: number,
    { type, data }: AnyCommand,
    actor: Actor,
    commandId: string,
    meanwhile: () => void,
  ): string | undefined {
    if (this.#done.has(commandId)) return undefined;
    const parsed: AnyCommand = {
      type,
      data: JSON.parse(JSON.stringify(lifecycle.commands[type]?.schema.parse(data))),
    };
    const before = this.#now(index);
    let linked = this.#linkedBy(parsed);
    meanwhile();
    // A conflict: whoever wrote first wins, and the other looks again.
    if (this.#now(index) !== before) linked = this.#linkedBy(parsed);
    const { state } = this.#now(index);
    const context: DecideContext = {
      now: this.now,
      caseId: this.id(index),
      actor,
      policy,
      calendar,
      calendarOf: () => calendar,
      newId: () => idOf(0x100_0000 + this.#made++),
      organisation: { onDuty: [], heads: [] },
      ...(linked === undefined ? {} : { linkedCase: linked.linkedCase }),
    };
    const decision = lifecycle.decide(parsed, state, context);
    if (decision.outcome === 'rejected') return decision.reason;
    // What brings no event is not remembered, and decided again when it comes again.
    if (decision.events.length > 0) this.#done.add(commandId);
    this.#append(index, decision.events, actor, commandId);
    return undefined;
  }

  #linkedBy(command: AnyCommand) {
    const other = lifecycle.linkedCaseOf?.(command);
    const index = this.#cases.findIndex((_, each) => this.id(each) === other);
    return index < 0 ? undefined : linkedTo(lifecycle, this.#stream(index), this.#now(index));
  }

  #append(index: number, events: readonly AnyEvent[], { id, role, via }: Actor, commandId: string): void {
    let { state, revision } = this.#now(index);
    for (const { type, data: raw, occurredAt } of events) {
      revision++;
      const data = JSON.parse(JSON.stringify(lifecycle.events[type]?.schema.parse(raw)));
      const about = { occurredAt, decidedAt: this.now, commandId };
      this.log.push({
        eventId: idOf(0x1000_0000 + this.log.length),
        streamId: this.#stream(index),
        revision,
        type,
        schemaVersion: 1,
        data,
        sealed: [],
        metadata: {
          ...about,
          recordedAt: this.now,
          actor: { id, role, via },
          correlationId: commandId,
          deciderVersion: 1,
        },
        position: String(this.log.length).padStart(8, '0'),
      });
      state = lifecycle.evolve(state, { type, data, ...about, revision, actorId: id });
    }
    this.#cases[index]?.push({ state, revision });
  }
}

export const AGENT: Actor = {
  id: idOf(0x20),
  role: 'agent',
  roles: ['agent', 'lead'],
  via: 'http',
  qualifications: [],
  teamId: idOf(0xa),
};
