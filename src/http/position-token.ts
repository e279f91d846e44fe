import type { Position } from '../../domain/log/envelope.ts';
import type { EventStore } from '../store/event-store.ts';
import { ProblemError } from './problems.ts';

/** What a position is counted in: one log, since it moved to another store for the last time. */
type Counted = Pick<EventStore, 'logId' | 'moves'>;

const TOKEN = /^([0-9a-f-]{36})(?:~(\d{1,6}))?\.([0-9A-Za-z.]{0,60})$/;

/** A place in one log, as it is handed out: opaque, and worth nothing for another log, or once it has moved. */
export function positionToken({ logId, moves }: Counted, position: Position): string {
  return Buffer.from(`${logId}${moves === 0 ? '' : `~${moves}`}.${position}`).toString('base64url');
}

/**
 * @throws ProblemError for what is no position, or one of another log, or of this one before it moved. `where` names
 *   the parameter or header.
 */
export function readPositionToken({ logId, moves }: Counted, token: string, where: string): Position {
  const text = /^[A-Za-z0-9_-]{1,200}$/.test(token) ? Buffer.from(token, 'base64url').toString() : '';
  const [, ofLog, ofMove = '0', position] = TOKEN.exec(text) ?? [];
  if (ofLog === undefined || position === undefined) {
    const message = 'must be a position that this service gave out';
    throw new ProblemError('invalidFields', { errors: [{ path: where, message }] });
  }
  if (ofLog !== logId) {
    throw new ProblemError('foreignPosition', {
      detail: `${where} is a position of the log ${ofLog}, and this is the log ${logId}: take a new one from an answer of this service.`,
    });
  }
  if (Number(ofMove) !== moves) {
    throw new ProblemError('foreignPosition', {
      detail: `${where} is a position of the log ${logId} ${whenOf(Number(ofMove))}, and it has moved to another store ${timesOf(moves)} by now: take a new one from an answer of this service.`,
    });
  }
  return position;
}

function whenOf(moves: number): string {
  return moves === 0 ? 'before it moved' : `after it had moved ${timesOf(moves)}`;
}

function timesOf(moves: number): string {
  return moves === 1 ? 'once' : `${moves} times`;
}
