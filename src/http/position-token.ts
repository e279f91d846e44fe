import type { Position } from '../../domain/log/envelope.ts';
import { ProblemError } from './problems.ts';

/** A place in one log, as it is handed out: opaque, and worth nothing for another log. */
export function positionToken(logId: string, position: Position): string {
  return Buffer.from(`${logId}.${position}`).toString('base64url');
}

/** @throws ProblemError for what is no position, or one of another log. `where` names the parameter or header. */
export function readPositionToken(logId: string, token: string, where: string): Position {
  const text = /^[A-Za-z0-9_-]{1,200}$/.test(token) ? Buffer.from(token, 'base64url').toString() : '';
  const [, ofLog, position] = /^([0-9a-f-]{36})\.([0-9A-Za-z]{0,40})$/.exec(text) ?? [];
  if (ofLog === undefined || position === undefined) {
    const message = 'must be a position that this service gave out';
    throw new ProblemError('invalidFields', { errors: [{ path: where, message }] });
  }
  if (ofLog !== logId) {
    throw new ProblemError('foreignPosition', {
      detail: `${where} is a position of the log ${ofLog}, and this is the log ${logId}: take a new one from an answer of this service.`,
    });
  }
  return position;
}
