import { v5 as uuidv5 } from 'uuid';
import type { Actor } from '../../domain/case/actor.ts';
import type { CaseState } from '../../domain/case/case-state.ts';
import type { Folded } from '../../domain/case/event-definition.ts';
import type { AnyCommand, AnyEvent, AnyLifecycle, DecideContext } from '../../domain/case/lifecycle.ts';
import type { Workflow } from '../../domain/case/workflow.ts';
import type { RecordedEvent } from '../../domain/log/envelope.ts';
import { defaultPolicy } from '../../domain/sla/default-policy.ts';
import { compileCalendar } from '../../domain/time/calendar.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { at, idOf, system } from '../given-when-then.ts';

const calendar = compileCalendar(chinaCalendar());
const policy = defaultPolicy();
const NAMESPACE = idOf(0xffff);

interface Case {
  readonly lifecycle: AnyLifecycle;
  readonly caseId: string;
  readonly state: CaseState;
  readonly events: readonly RecordedEvent[];
}

export interface Refused {
  readonly command: string;
  readonly reason: string;
}

/**
 * Several cases in one log, with the ids of commands as the engine derives them: a command that comes again adds
 * nothing. Workflows react when they are told to, so that a test can put whatever it likes in between.
 */
export class World {
  readonly #lifecycles: readonly AnyLifecycle[];
  readonly #cases = new Map<string, Case>();
  readonly #done = new Map<string, string>();
  readonly log: RecordedEvent[] = [];
  readonly refused: Refused[] = [];

  constructor(lifecycles: readonly AnyLifecycle[]) {
    this.#lifecycles = lifecycles;
  }

  /** Gives a command, without a case one that opens it, and answers the case's id. Throws where it is refused. */
  give(lifecycle: string, command: AnyCommand, by: Actor, now: string, caseId?: string): string {
    const commandId = uuidv5(`by hand ${this.log.length}`, NAMESPACE);
    const refused = this.#handle({ lifecycle, command, by, now: at(now), commandId, caseId });
    if (refused !== undefined) throw new Error(`${command.type}: ${refused}`);
    return this.#done.get(commandId) ?? '';
  }

  /** Lets workflows react to the log from an event on, and to what that brings about; answers what was added. */
  react(workflows: readonly Workflow[], now: string, from = 0): number {
    const before = this.log.length;
    for (let index = from; index < this.log.length; index++) {
      const event = this.log[index];
      if (event !== undefined) for (const workflow of workflows) this.reactTo(workflow, event, now);
    }
    return this.log.length - before;
  }

  /** One workflow to one event; `crashAfter` commands it is killed. */
  reactTo(
    workflow: Workflow,
    event: RecordedEvent,
    now: string,
    crashAfter = Number.POSITIVE_INFINITY,
  ): void {
    if (!workflow.on.includes(event.type)) return;
    for (const [index, wanted] of workflow.react(event).entries()) {
      if (index >= crashAfter) return;
      const { step, lifecycle, caseId, command } = wanted;
      const commandId = uuidv5(JSON.stringify([event.eventId, workflow.name, step]), NAMESPACE);
      const by: Actor = { ...system, via: 'workflow' };
      const reason = this.#handle({ lifecycle, command, by, now: at(now), commandId, caseId });
      if (reason !== undefined) this.refused.push({ command: command.type, reason });
    }
  }

  cases(lifecycle: string): readonly Case[] {
    return [...this.#cases.values()].filter(c => c.lifecycle.name === lifecycle);
  }
  state(caseId: string): CaseState {
    const found = this.#cases.get(caseId);
    if (found === undefined) throw new Error(`no case ${caseId}`);
    return found.state;
  }
  events(caseId: string): readonly string[] {
    return this.#cases.get(caseId)?.events.map(e => e.type) ?? [];
  }
  last(type: string): RecordedEvent {
    const found = this.log.findLast(e => e.type === type);
    if (found === undefined) throw new Error(`no ${type} in the log`);
    return found;
  }

  /** Answers the reason of a rejection. */
  #handle(given: {
    readonly lifecycle: string;
    readonly command: AnyCommand;
    readonly by: Actor;
    readonly now: number;
    readonly commandId: string;
    readonly caseId: string | undefined;
  }): string | undefined {
    const { command, by, now, commandId } = given;
    if (this.#done.has(commandId)) return undefined;
    const lifecycle = this.#lifecycles.find(l => l.name === given.lifecycle);
    const definition = lifecycle?.commands[command.type];
    if (lifecycle === undefined || definition === undefined)
      throw new Error(`no ${command.type} of ${given.lifecycle}`);
    const opens = given.caseId === undefined;
    if (opens && !lifecycle.opens.includes(command.type)) throw new Error(`${command.type} opens nothing`);
    if (!by.roles.some(role => definition.roles.includes(role)))
      throw new Error(`${by.role} may not ${command.type}`);
    const caseId = given.caseId ?? uuidv5(commandId, NAMESPACE);
    const known = this.#cases.get(caseId);
    if (known === undefined && !opens) return 'notFound';
    const state = known?.state ?? lifecycle.initial;
    const data = JSON.parse(JSON.stringify(definition.schema.parse(command.data)));
    const decision = lifecycle.decide(
      { type: command.type, data },
      state,
      contextOf(caseId, by, now, commandId),
    );
    if (decision.outcome === 'rejected') return decision.reason;
    this.#done.set(commandId, caseId);
    this.#append({ lifecycle, caseId, state, events: known?.events ?? [] }, decision.events, {
      by,
      now,
      commandId,
    });
    return undefined;
  }

  #append(
    before: Case,
    decided: readonly AnyEvent[],
    { by, now, commandId }: { readonly by: Actor; readonly now: number; readonly commandId: string },
  ): void {
    const { lifecycle, caseId } = before;
    let { state } = before;
    const events = [...before.events];
    for (const { type, data: raw, occurredAt } of decided) {
      const schema = lifecycle.events[type]?.schema;
      const data: AnyEvent['data'] = JSON.parse(JSON.stringify(schema?.parse(raw)));
      const revision = events.length;
      const recorded: RecordedEvent = {
        eventId: uuidv5(`event ${this.log.length}`, NAMESPACE),
        streamId: `${lifecycle.category}-${caseId}`,
        revision,
        type,
        schemaVersion: 1,
        data,
        sealed: [],
        metadata: {
          occurredAt,
          decidedAt: now,
          recordedAt: now,
          actor: { id: by.id, role: by.role, via: by.via },
          commandId,
          correlationId: commandId,
          deciderVersion: 1,
        },
        position: String(this.log.length).padStart(8, '0'),
      };
      const folded: Folded<AnyEvent> = {
        type,
        data,
        occurredAt,
        revision,
        commandId,
        actorId: by.id,
        decidedAt: now,
      };
      state = lifecycle.evolve(state, folded);
      events.push(recorded);
      this.log.push(recorded);
    }
    this.#cases.set(caseId, { lifecycle, caseId, state, events });
  }
}

function contextOf(caseId: string, actor: Actor, now: number, commandId: string): DecideContext {
  let made = 0;
  return {
    now,
    caseId,
    actor,
    policy,
    calendar,
    calendarOf: () => calendar,
    newId: () => uuidv5(`${caseId}/${made++}`, commandId),
    organisation: { onDuty: [], heads: [] },
  };
}
