import type { Clock } from '../sla/clock.ts';
import type { CaseEvent } from './case-events.ts';
import type { CaseState, TakenOver } from './case-state.ts';
import type { Folded } from './event-definition.ts';
import type { InputRequest } from './input-request.ts';

type Released = (CaseEvent & { type: 'CaseReleased' })['data'];

/** What the survivor of a merge remembers of it. */
export function tookOver<S extends CaseState>(
  state: S,
  { data, commandId }: Folded<CaseEvent & { type: 'CaseAbsorbed' }>,
): S {
  const { loserId, mergeRevision = 0, receivedAt } = data;
  const { firstReceivedAt } = state;
  return {
    ...state,
    takenOver: [...state.takenOver, { loserId, mergeRevision, released: false, receivedAt, commandId }],
    mergedFrom: [...new Set([...state.mergedFrom, loserId])],
    // Of two receipts the earliest counts.
    receivedAt: Math.min(state.receivedAt, receivedAt),
    ownReceivedAt: state.ownReceivedAt ?? state.receivedAt,
    ...(firstReceivedAt === undefined ? {} : { firstReceivedAt: Math.min(firstReceivedAt, receivedAt) }),
  };
}

/** The receipt that counts, put right: its own, or that of a case that was merged into it. */
export function receiptCorrected<S extends CaseState>(state: S, receivedAt: number): S {
  const { receivedAt: from, ownReceivedAt, firstReceivedAt = from } = state;
  return {
    ...state,
    receivedAt,
    firstReceivedAt,
    ...(ownReceivedAt === undefined
      ? {}
      : { ownReceivedAt: ownReceivedAt === from ? receivedAt : ownReceivedAt }),
    takenOver: state.takenOver.map(taken => (taken.receivedAt === from ? { ...taken, receivedAt } : taken)),
  };
}

/** The merge, of those that stand, by which the receipt came that counts; none where it is the case's own. */
export function receiptTakenOver({ takenOver, receivedAt }: CaseState): TakenOver | undefined {
  return takenOver.find(taken => !taken.released && taken.receivedAt === receivedAt);
}

/** The receipts beside the one that counts, of the case itself and of those that are merged into it. */
export function otherReceipts({ ownReceivedAt, takenOver, receivedAt }: CaseState): readonly number[] {
  const all = takenOver.filter(({ released }) => !released).map(taken => taken.receivedAt);
  return [...(ownReceivedAt === undefined ? [] : [ownReceivedAt]), ...all].filter(
    each => each !== receivedAt,
  );
}

/** The same after it gave back: of some clocks only, or all of a merge that was undone. */
export function gaveBack<S extends CaseState>(state: S, released: Released): S {
  const given = new Set(carriedFor(state.clocks, released));
  const clocks = state.clocks.map(c =>
    given.has(c) && c.cancelledBecause === 'merged' ? { ...c, cancelledBecause: 'released' } : c,
  );
  // One that went further with a merge is answered there no more.
  const asked = new Set(carriedInputs(state.inputs, released));
  const inputs = state.inputs.map(i =>
    asked.has(i) && i.status === 'merged' ? { ...i, status: 'cancelled' as const } : i,
  );
  if (released.clocks !== undefined) return { ...state, clocks, inputs };
  const { loserId } = released;
  const takenOver = state.takenOver.map(taken =>
    isOf(taken, released) ? { ...taken, released: true } : taken,
  );
  const kept = takenOver.some(taken => taken.loserId === loserId && !taken.released);
  return {
    ...state,
    clocks,
    inputs,
    takenOver,
    mergedFrom: kept ? state.mergedFrom : state.mergedFrom.filter(id => id !== loserId),
  };
}

/** A merge of that case that had happened by then. */
export function isOf(
  taken: Pick<TakenOver, 'loserId' | 'mergeRevision'>,
  { loserId, untilRevision = Number.POSITIVE_INFINITY }: Pick<Released, 'loserId' | 'untilRevision'>,
): boolean {
  return taken.loserId === loserId && taken.mergeRevision <= untilRevision;
}

/** The clocks that carry on what is given back. */
export function carriedFor(clocks: readonly Clock[], released: Released): readonly Clock[] {
  return clocks.filter(({ clock, continues }) => {
    if (continues === undefined) return false;
    const { caseId: loserId, cycle, mergeRevision = 0 } = continues;
    if (!isOf({ loserId, mergeRevision }, released)) return false;
    return released.clocks?.some(c => c.clock === clock && c.cycle === cycle) ?? true;
  });
}

/** What is asked here for the case that is given back: all of it, or what is named. */
export function carriedInputs(
  inputs: readonly InputRequest[],
  { loserId, inputs: named, clocks }: Released,
): readonly InputRequest[] {
  return inputs.filter(
    ({ askedIn, inputId }) =>
      askedIn === loserId && (clocks === undefined || named?.includes(inputId) === true),
  );
}
