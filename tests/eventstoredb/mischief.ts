/** What a server does with an append that it was given. */
const APPEND_TRICKS = [
  'late',
  'dropBefore',
  'loseAnswer',
  'timeOut',
  'notReady',
  'notLeader',
  /** It is stored, and never answered. */
  'hang',
  /** From here on nothing on this call is heard, and it is not ended. */
  'deaf',
] as const;
/** What it does with a read. */
const READ_TRICKS = [
  'slowRead',
  'failRead',
  /** Some of it is answered, then the connection breaks. */
  'breakRead',
  /** Nothing is ever answered. */
  'hangRead',
] as const;
/** What it does to a subscription beside an event, or with it. */
const FEED_TRICKS = [
  'repeatEvent',
  'endSubscription',
  /** It stands, and tells of nothing any more. */
  'silentSubscription',
] as const;

export type AppendTrick = 'none' | (typeof APPEND_TRICKS)[number];
export type ReadTrick = 'none' | (typeof READ_TRICKS)[number];
export type FeedTrick = 'none' | (typeof FEED_TRICKS)[number];
/** With a system event of the server's own among those of the log. */
export const EVERY_TRICK = [...APPEND_TRICKS, ...READ_TRICKS, ...FEED_TRICKS, 'systemEvent'] as const;
export type Trick = (typeof EVERY_TRICK)[number];

/** A server's misbehaviour, drawn from a seed: the same seed and the same calls give the same. */
export interface Mischief {
  ofAppend(): AppendTrick;
  ofRead(): ReadTrick;
  ofFeed(): FeedTrick;
  systemEvent(): boolean;
  delayMs(): number;
  /** From here on, or until told otherwise, it behaves. */
  rest(resting: boolean): void;
  /** How often each trick was played; those that were not are left out. */
  readonly played: Readonly<Partial<Record<Trick, number>>>;
}

/** What is never answered costs whoever waits his whole time limit. */
const UNANSWERED: readonly Trick[] = ['hang', 'deaf', 'hangRead', 'silentSubscription'];

/**
 * @param chance how likely a trick is played on an append, from 0 to 1; on a read, and on each event that a
 *   subscription tells of, it is a quarter of that
 * @param quick without those that cost a whole time limit
 */
export function mischiefOf(seed: number, chance = 0.25, { quick = false } = {}): Mischief {
  const random = mulberry32(seed);
  const played: Partial<Record<Trick, number>> = {};
  let resting = false;
  const happens = (likely: number): boolean => !resting && random() < likely;
  const play = <T extends Trick>(tricks: readonly T[]): T | 'none' => {
    const trick = tricks[Math.floor(random() * tricks.length)];
    if (trick === undefined || (quick && UNANSWERED.includes(trick))) return 'none';
    played[trick] = (played[trick] ?? 0) + 1;
    return trick;
  };
  return {
    ofAppend: () => (happens(chance) ? play(APPEND_TRICKS) : 'none'),
    ofRead: () => (happens(chance / 4) ? play(READ_TRICKS) : 'none'),
    ofFeed: () => (happens(chance / 4) ? play(FEED_TRICKS) : 'none'),
    systemEvent: () => happens(chance) && play(['systemEvent']) === 'systemEvent',
    delayMs: () => Math.floor(random() * 20),
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
