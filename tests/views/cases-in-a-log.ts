import { v5 as uuidv5, v7 as uuidv7 } from 'uuid';
import { categoryOf, type StoredEvent } from '../../domain/log/envelope.ts';
import type { EventStore } from '../../src/store/event-store.ts';
import { anyCommand, begun, later } from '../complaint/arbitrary-complaint.ts';
import { agent, at, idOf, system } from '../given-when-then.ts';

const NAMESPACE = idOf(0xc0ffee);

/** The n-th case of a test: always the same id. */
export function caseIdOf(n: number): string {
  return uuidv5(`case ${n}`, NAMESPACE);
}

export type Told = readonly {
  readonly type: string;
  readonly data: object;
  readonly occurredAt: number;
}[];

/** Events of a story as they are stored, in a stream of a case of their own. */
export function storedOf(streamId: string, told: Told): readonly StoredEvent[] {
  return told.map(({ type, data, occurredAt }, revision) => ({
    eventId: uuidv7(),
    streamId,
    revision,
    type,
    schemaVersion: 1,
    data: JSON.parse(JSON.stringify(data)),
    sealed: [],
    metadata: {
      occurredAt,
      decidedAt: occurredAt,
      recordedAt: occurredAt,
      actor: type.startsWith('Sla')
        ? { id: system.id, role: 'system', via: 'timer' }
        : { id: agent.id, role: 'agent', via: 'http' },
      commandId: uuidv5(`${streamId} ${revision}`, NAMESPACE),
      correlationId: uuidv5(streamId, NAMESPACE),
      deciderVersion: 1,
    },
  }));
}

/** Anything that may happen to a complaint, as numbers choose it. */
export function anyComplaint(numbers: readonly number[]): Told {
  let used = 0;
  const choose = (count: number) => (numbers[used++] ?? 0) % Math.max(1, count);
  let told = begun;
  let now = at('2026-09-24 10:00');
  while (used < numbers.length) {
    now = later(told, now, choose);
    if (choose(4) > 0) told = told.passed(now);
    const { by, command } = anyCommand(told, now, choose);
    told = told.tried(command, by, now).next;
  }
  return told.events;
}

/**
 * Several cases that go on side by side, as numbers choose whose turn it is: decisions to be appended one after the
 * other, each case's in their order.
 */
export function sideBySide(
  cases: readonly (readonly StoredEvent[])[],
  numbers: readonly number[],
): readonly (readonly StoredEvent[])[] {
  const waiting = cases.map(events => [...events]).filter(events => events.length > 0);
  const appends: StoredEvent[][] = [];
  for (let turn = 0; waiting.length > 0; turn++) {
    const choice = numbers[turn % Math.max(numbers.length, 1)] ?? 0;
    const at = choice % waiting.length;
    const events = waiting[at] ?? [];
    appends.push(events.splice(0, 1 + (choice % 4)));
    if (events.length === 0) waiting.splice(at, 1);
  }
  return appends;
}

export async function append(store: EventStore, events: readonly StoredEvent[]): Promise<void> {
  const [first] = events;
  if (first === undefined) return;
  const { outcome } = await store.append(first.streamId, first.revision - 1, events);
  if (outcome !== 'appended') throw new Error(`${categoryOf(first.streamId)}: ${outcome}`);
}
