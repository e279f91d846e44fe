import { setImmediate as nextTurn } from 'node:timers/promises';

/** Begun in one turn of the event loop, so that whoever else waits for it gets in between. */
const BEGUN_A_TURN = 16;

/**
 * Runs a task for every item, so many at once; an item is asked for when its task is to begin.
 * @throws what the first failing task, or the items, threw, once all that were begun have ended; no more are begun then
 */
export async function eachAtOnce<T>(
  items: Iterable<T>,
  atOnce: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const left = items[Symbol.iterator]();
  let failure: { readonly error: unknown } | undefined;
  let begun = 0;
  let turn: Promise<void> = Promise.resolve();
  const worker = async (): Promise<void> => {
    try {
      for (let next = left.next(); next.done !== true; next = left.next()) {
        begun++;
        if (begun % BEGUN_A_TURN === 0) turn = turn.then(() => nextTurn());
        await turn;
        if (failure !== undefined) return;
        await task(next.value);
      }
    } catch (error) {
      failure ??= { error };
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (failure !== undefined) throw failure.error;
}
