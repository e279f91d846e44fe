/** What a server does with an append that it was given. */
export type AppendTrick =
  | 'none'
  | 'hang'
  /** From here on nothing on this call is heard, and it is not ended. */
  | 'deaf'
  | 'late'
  | 'dropBefore'
  | 'loseAnswer'
  | 'timeOut'
  | 'notReady'
  | 'notLeader';

const TRICKS: readonly AppendTrick[] = [
  'late',
  'dropBefore',
  'loseAnswer',
  'timeOut',
  'notReady',
  'notLeader',
];

/** A server's misbehaviour, drawn from a seed: the same seed and the same calls give the same. */
export interface Mischief {
  ofAppend(): AppendTrick;
  delayMs(): number;
  readDelayMs(): number;
  failRead(): boolean;
  repeatEvent(): boolean;
  endSubscription(): boolean;
  systemEvent(): boolean;
  /** From here on, or until told otherwise, it behaves. */
  rest(resting: boolean): void;
  /** How often each trick was played. */
  readonly played: Readonly<Record<string, number>>;
}

export function mischiefOf(seed: number, chance = 0.25): Mischief {
  const random = mulberry32(seed);
  const played: Record<string, number> = {};
  let resting = false;
  const play = (name: string, likely: number): boolean => {
    if (resting || random() >= likely) return false;
    played[name] = (played[name] ?? 0) + 1;
    return true;
  };
  return {
    ofAppend() {
      if (resting || random() >= chance) return 'none';
      const trick = TRICKS[Math.floor(random() * TRICKS.length)] ?? 'none';
      played[trick] = (played[trick] ?? 0) + 1;
      return trick;
    },
    delayMs: () => Math.floor(random() * 20),
    readDelayMs: () => (play('slowRead', chance / 4) ? Math.floor(random() * 20) : 0),
    failRead: () => play('failRead', chance / 4),
    repeatEvent: () => play('repeatEvent', chance),
    endSubscription: () => play('endSubscription', chance / 4),
    systemEvent: () => play('systemEvent', chance),
    rest(now) {
      resting = now;
    },
    played,
  };
}

/** A small generator of good quality for its size, in [0, 1). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
