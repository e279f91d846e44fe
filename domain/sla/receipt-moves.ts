import { layOn, type Target, timeLeft } from '../time/target.ts';
import { anchoredDue } from './anchored-due.ts';
import { type Clock, type ClockMove, withReceipt } from './clock.ts';
import type { SlaContext } from './schedule.ts';

/** A receipt, as it was and as it is. */
export interface CorrectedReceipt {
  readonly from: number;
  readonly to: number;
}

/** What of a clock's moves rests on a receipt, counted from the corrected one, and as its event says it. */
export interface ReceiptMoves {
  readonly moves: readonly ClockMove[];
  readonly carriedDueAt?: number;
  readonly notLaterThan?: number;
  readonly boundBy?: string;
}

/**
 * A deadline that came from another case rests on that case's receipt: one that is carried on, and one that bounds a
 * promise of the surviving case.
 * @param takenOverBy the decision that took over the case whose receipt is corrected; none for a case's own receipt
 */
export function receiptMoves(
  context: SlaContext,
  clock: Clock,
  receipt: CorrectedReceipt,
  takenOverBy: string | undefined,
): ReceiptMoves {
  const moved = (dueAt: number) => deadlineFrom(context, clock, receipt, dueAt);
  const carried = clock.moves.find(isCarried);
  const carriedDueAt =
    carried !== undefined && carried.at === receipt.from ? moved(carried.dueAt) : undefined;
  const bounds = clock.moves.filter(isBound).filter(({ by }) => by === takenOverBy);
  const bound = bounds.length === 0 ? undefined : moved(Math.min(...bounds.map(({ dueAt }) => dueAt)));
  const said = {
    ...(carriedDueAt === undefined ? {} : { carriedDueAt }),
    ...(bound === undefined || takenOverBy === undefined
      ? {}
      : { notLaterThan: bound, boundBy: takenOverBy }),
  };
  return {
    moves: withReceipt(clock.moves, { startedAt: receipt.to, ...said }),
    ...said,
  };
}

/**
 * A deadline as it would be from another receipt. What it had gained by pauses in the other case, whose moves are not
 * known here, is kept as the time that it is and laid on again; where something had bound it earlier, that still does.
 */
function deadlineFrom(
  { calendar }: SlaContext,
  { ordinaryTarget: target, anchor }: Clock,
  { from, to }: CorrectedReceipt,
  dueAt: number,
): number {
  const counted = (start: number, of: Target) => anchoredDue(of, start, calendar, anchor).dueAt;
  const [before, after] = [counted(from, target), counted(to, target)];
  if (dueAt <= before) return dueAt === before ? after : Math.min(dueAt, after);
  return layOn(target, after, timeLeft(target, before, dueAt, calendar), calendar);
}

/** Whether a deadline that this decision took over bounds the clock. */
export function isBoundBy(clock: Clock, takenOverBy: string): boolean {
  return clock.moves.some(move => isBound(move) && move.by === takenOverBy);
}

function isCarried(move: ClockMove): move is ClockMove & { kind: 'agreed' } {
  return move.kind === 'agreed' && move.carried === true;
}

function isBound(move: ClockMove): move is ClockMove & { kind: 'bound' } {
  return move.kind === 'bound';
}
