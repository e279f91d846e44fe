/** Chance from a seed: the same seed tells the same story. */
export interface Chance {
  /** In [0, 1). */
  next(): number;
  /** True with the probability given. */
  happens(probability: number): boolean;
  /** In [from, to). */
  between(from: number, to: number): number;
  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number;
  pick<T>(list: readonly [T, ...T[]]): T;
  /** One of a list, each with its weight. */
  weighed<T>(list: readonly [readonly [weight: number, value: T], ...(readonly [number, T])[]]): T;
}

/** mulberry32 (Tommy Ettinger, public domain): small, and good enough for a story. */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number) => from + next() * (to - from);
  const whole = (from: number, to: number) => Math.floor(between(from, to + 1));
  return {
    next,
    happens: probability => next() < probability,
    between,
    whole,
    pick: list => list[whole(0, list.length - 1)] ?? list[0],
    weighed(list) {
      let left = next() * list.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, value] of list) {
        left -= weight;
        if (left < 0) return value;
      }
      return list[0][1];
    },
  };
}
