/** How far a store's clock is ahead of this machine's, in milliseconds: at least and at most. */
export interface ClockOffset {
  readonly atLeastMs: number;
  readonly atMostMs: number;
  /** How long ago the event was heard that tells. */
  readonly ageMs: number;
}

/** The machine's clocks: one that may be set, and one that only runs. */
export interface MachineClocks {
  wall(): number;
  steady(): number;
}

const MOST_WAITING = 2_000;
const ofThisMachine: MachineClocks = { wall: () => Date.now(), steady: () => performance.now() };

/**
 * Learns how this machine's clock and the store's go together from events that were sent from here: the store stamped
 * each between its sending and the moment when it was heard of again. What the machine's own clock was moved since is
 * counted in: a clock that was set wrong shows at once, and not only with the next event.
 */
export class ClockComparison {
  readonly #clocks: MachineClocks;
  readonly #sent = new Map<string, number>();
  /** Against the steady clock. */
  #newest: (Omit<ClockOffset, 'ageMs'> & { readonly heardAt: number }) | undefined;

  constructor(clocks: MachineClocks = ofThisMachine) {
    this.#clocks = clocks;
  }

  /** Sent again, the earlier sending counts: the store may have stamped it then. */
  sending(eventId: string): void {
    if (this.#sent.has(eventId)) return;
    if (this.#sent.size >= MOST_WAITING) this.#sent.clear();
    this.#sent.set(eventId, this.#clocks.steady());
  }

  /** An event of whoever, with the store's stamp (epoch ms). */
  heard(eventId: string, createdAt: number): void {
    const sentAt = this.#sent.get(eventId);
    if (sentAt === undefined) return;
    this.#sent.delete(eventId);
    const heardAt = this.#clocks.steady();
    this.#newest = { atLeastMs: createdAt - heardAt, atMostMs: createdAt - sentAt, heardAt };
  }

  /** `undefined` before the first event was heard. */
  offset(): ClockOffset | undefined {
    if (this.#newest === undefined) return undefined;
    const { atLeastMs, atMostMs, heardAt } = this.#newest;
    const steady = this.#clocks.steady();
    const wallAhead = this.#clocks.wall() - steady;
    return { atLeastMs: atLeastMs - wallAhead, atMostMs: atMostMs - wallAhead, ageMs: steady - heardAt };
  }
}
