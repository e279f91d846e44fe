import type { Position as EsdbPosition } from '@eventstore/db-client';
import type { Position } from '../../../domain/log/envelope.ts';

/** Both halves have at most 20 digits (unsigned 64 bits). */
const DIGITS = 20;
const PLACE = /^(\d{20})\.(\d{20})$/;

/** A place in `$all`: of fixed width, so that strings sort in log order. */
export function placeOf({ commit, prepare }: EsdbPosition): Position {
  const at = digits(commit);
  return `${at}.${commit === prepare ? at : digits(prepare)}`;
}

function digits(place: bigint): string {
  return String(place).padStart(DIGITS, '0');
}

/** `undefined` for `''`, the start. @throws TypeError for what is no place in a log on EventStoreDB */
export function esdbPositionOf(position: Position): EsdbPosition | undefined {
  if (position === '') return undefined;
  const [, commit, prepare] = PLACE.exec(position) ?? [];
  if (commit === undefined || prepare === undefined) {
    throw new TypeError(`"${position}" is not a position in this log`);
  }
  return { commit: BigInt(commit), prepare: BigInt(prepare) };
}

/** @throws TypeError as `esdbPositionOf` */
export function bytesBetween(after: Position, upTo: Position): number {
  return Number((esdbPositionOf(upTo)?.commit ?? 0n) - (esdbPositionOf(after)?.commit ?? 0n));
}
