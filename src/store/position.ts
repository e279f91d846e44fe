import type { Position, RecordedEvent, StoredEvent } from '../../domain/log/envelope.ts';

const DIGITS = 16;

/** The position of the `number`th place in a log, from 1: of fixed width, so that strings sort in log order. */
export function positionOf(number: number): Position {
  return String(number).padStart(DIGITS, '0');
}

/** The number of a position, 0 for `''`, the start. @throws TypeError for what is no position of these stores */
export function numberOfPosition(position: Position): number {
  if (position === '') return 0;
  if (!/^\d{16}$/.test(position)) throw new TypeError(`"${position}" is not a position in this log`);
  return Number(position);
}

/** Each event type that was read once, as one and the same string. */
const types = new Map<string, string>();

/** An event as it was stored. */
export function storedEvent(body: string): StoredEvent {
  // The one place where a body is trusted: it was written by encodeAppend, from a typed event.
  const event = JSON.parse(body) as StoredEvent;
  // Whoever folds asks for the type dozens of times, and identical strings are compared without a look at their letters.
  const known = types.get(event.type);
  if (known === undefined) types.set(event.type, event.type);
  else event.type = known;
  return event;
}

/** An event as it was stored, at its position. */
export function recordedEvent(body: string, position: Position): RecordedEvent {
  // Set on the event itself, which nobody else has: a copy, or `Object.assign`, costs more.
  const event: StoredEvent & { position?: Position } = storedEvent(body);
  event.position = position;
  return event as RecordedEvent;
}
