import type { Role } from '../../domain/case/actor.ts';
import type { Chance } from '../../src/demo/random.ts';
import type { ModelCase } from './model-case.ts';
import { dateOf, instantOf, nextDate, previousDate } from './wall-calendar.ts';

/**
 * What people do to one case, and what each act means for its promises by `lifecycles.md`: staff who answer early,
 * late or never. Instants are whole seconds.
 */
export interface Step {
  readonly now: number;
  readonly by: Role | 'host';
  readonly command: string;
  readonly data: object;
  /** What it means on paper; false when it is not possible then. */
  readonly means: (paper: ModelCase) => boolean;
}
export interface Script {
  readonly lifecycle: string;
  readonly steps: readonly Step[];
}

const HOUR_MS = 3_600_000;
const MONTHS = { wave1: 1, wave3: 3, wave6: 6 } as const;

export function anyScript(receivedAt: number, chance: Chance): Script {
  const tell = chance.weighed([
    [5, complaint],
    [3, afterSales],
    [2, liaison],
    [2, visit],
  ] as const);
  return tell(receivedAt, chance);
}

/** Steps one after the other, each some hours after the one before. */
class Telling {
  readonly steps: Step[] = [];
  now: number;
  readonly #chance: Chance;

  constructor(now: number, chance: Chance) {
    this.now = now;
    this.#chance = chance;
  }

  /** Up to so many hours later. */
  later(hours: number): this {
    this.now += Math.floor(this.#chance.between(0, hours * 3_600)) * 1000 + 1000;
    return this;
  }

  tell(
    by: Role | 'host',
    command: string,
    data: object,
    means: (paper: ModelCase, now: number) => boolean | undefined,
  ): this {
    const { now } = this;
    this.steps.push({ now, by, command, data, means: paper => means(paper, now) ?? true });
    return this;
  }

  happens(probability: number): boolean {
    return this.#chance.happens(probability);
  }

  /** Some facts are written down after they happened: the instant, and the field that says so. */
  fact(): { readonly at: number; readonly data: object } {
    const last = this.steps.at(-1)?.now ?? this.now;
    if (!this.happens(0.3)) return { at: this.now, data: {} };
    const at = Math.max(last, this.now - Math.floor(this.#chance.between(0, 3_600)) * 1000);
    return { at, data: { occurredAt: at } };
  }
}

function pauses(told: Telling, clocks: readonly string[]): void {
  for (const clock of clocks) {
    if (!told.happens(0.35)) continue;
    told.later(20).tell('qa', 'pauseClock', { clock, reason: 'awaitingThirdParty' }, (paper, now) => {
      const running = paper.clock(clock);
      if (running?.canPause(now) !== true) return false;
      running.pause(now, paper.calendarAt(now));
      return true;
    });
    if (!told.happens(0.7)) continue;
    told.later(120).tell('qa', 'resumeClock', { clock }, (paper, now) => {
      const paused = paper.clock(clock);
      if (paused?.status !== 'paused') return false;
      paused.resume(now, paper.calendarAt(now));
      return true;
    });
  }
}

function complaint(receivedAt: number, chance: Chance): Script {
  const told = new Telling(receivedAt, chance);
  if (chance.happens(0.3)) told.later(20);
  const opening = {
    kind: 'product',
    complainant: { name: 'Bao Bags' },
    channel: 'email',
    siteRegion: 'province',
    description: 'Zippers come apart',
    receivedAt,
  };
  told.tell('agent', 'receive', opening, (paper, now) => {
    const reply = paper.startElapsed('firstReply', receivedAt, 24, now);
    const worked = paper.calendarAt(now).addWork(receivedAt, 4 * HOUR_MS);
    // Never due later than the first reply of the same case.
    paper.start('acknowledgement', 'working', receivedAt, Math.min(worked, reply.dueAt), now);
    paper.startWorkingDays('decision', receivedAt, 5, now);
    paper.startWorkingDays('closing', receivedAt, 10, now);
    return true;
  });
  if (told.happens(0.7)) {
    told.later(8);
    const { at, data } = told.fact();
    told.tell('agent', 'acknowledge', { channel: 'email', automatic: false, ...data }, (paper, now) => {
      paper.meet('acknowledgement', at, now);
      return true;
    });
  }
  const urgent = told.happens(0.2);
  if (urgent) {
    told.later(10).tell('lead', 'markUrgent', { reason: 'The line stands still' }, (paper, now) => {
      const known = paper.calendarAt(now);
      for (const clock of paper.clocks) {
        const days = { decision: 1, closing: 2 }[clock.name];
        if (days !== undefined && clock.status === 'running') {
          clock.hurry(now, known.dueInWorkingDays(now, days), known);
        }
        clock.urgent = true;
      }
      return true;
    });
  }
  if (told.happens(0.8)) {
    told.later(36);
    const { at, data } = told.fact();
    const reply = { channel: 'email', understood: 'x', nextStep: 'y', nextNewsAt: told.now + 48 * HOUR_MS };
    told.tell('agent', 'sendPreliminaryReply', { ...reply, ...data }, (paper, now) => {
      paper.meet('firstReply', at, now);
      paper.meet('acknowledgement', at, now);
      return true;
    });
  }
  pauses(told, ['decision', 'closing', 'decision']);
  if (told.happens(0.8)) {
    told.later(160);
    const { at, data } = told.fact();
    const decision = { channel: 'email', items: [{ outcome: 'accepted', cause: 'x' }], appeal: 'z' };
    told.tell('qa', 'communicateDecision', { ...decision, ...data }, (paper, now) => {
      for (const name of ['firstReply', 'acknowledgement', 'decision']) paper.meet(name, at, now);
      return true;
    });
    if (told.happens(0.85)) {
      told.later(200).tell('agent', 'close', { satisfaction: 'notGiven' }, (paper, now) => {
        paper.meet('closing', now, now);
        paper.cancelOpen();
        return true;
      });
    }
  }
  return { lifecycle: 'complaint', steps: told.steps };
}

function afterSales(receivedAt: number, chance: Chance): Script {
  const told = new Telling(receivedAt, chance);
  if (chance.happens(0.3)) told.later(20);
  const fault = {
    customer: { name: 'Bao Bags' },
    channel: 'phone',
    siteRegion: 'province',
    fault: 'The machine jams',
    receivedAt,
  };
  told.tell('agent', 'report', fault, (paper, now) => {
    paper.startElapsed('answer', receivedAt, 24, now);
    paper.startElapsed('onSiteResolution', receivedAt, 48, now);
    return true;
  });
  if (told.happens(0.8)) {
    told.later(30);
    const { at, data } = told.fact();
    told.tell('agent', 'answer', { channel: 'phone', text: 'Photos, please', ...data }, (paper, now) => {
      paper.meet('answer', at, now);
      return true;
    });
  }
  pauses(told, ['onSiteResolution']);
  const resolve = (): void => {
    told.later(50);
    const { at, data } = told.fact();
    told.tell('technician', 'resolveRemotely', { channel: 'phone', work: 'Reset', ...data }, (paper, now) => {
      paper.meet('answer', at, now);
      paper.meet('onSiteResolution', at, now);
      return true;
    });
  };
  if (told.happens(0.85)) {
    resolve();
    if (told.happens(0.3)) {
      told.later(40).tell('agent', 'dispute', { reason: 'It jams again' }, (paper, now) => {
        paper.startElapsed('onSiteResolution', now, 48, now);
        return true;
      });
      if (told.happens(0.7)) resolve();
    }
  }
  return { lifecycle: 'after-sales-request', steps: told.steps };
}

function liaison(receivedAt: number, chance: Chance): Script {
  const told = new Telling(receivedAt, chance);
  if (chance.happens(0.3)) told.later(20);
  const response = {
    customer: { name: 'Nanyang' },
    kind: 'requirement',
    contactPosition: 'technical',
    channel: 'email',
    text: 'A washable zipper',
    receivedAt,
  };
  told.tell('technicalService', 'recordResponse', response, (paper, now) => {
    paper.startWorkingDays('firstReply', receivedAt, 1, now);
    return true;
  });
  if (told.happens(0.85)) {
    told.later(48);
    const { at, data } = told.fact();
    told.tell(
      'technicalService',
      'replyPreliminarily',
      { channel: 'email', text: 'Seen', ...data },
      (paper, now) => {
        paper.meet('firstReply', at, now);
        return true;
      },
    );
  }
  return { lifecycle: 'technical-liaison', steps: told.steps };
}

/** The person who approves is never the one who proposed. */
function visit(receivedAt: number, chance: Chance): Script {
  const told = new Telling(receivedAt, chance);
  const from = datesAfter(dateOf(told.now), chance.whole(4, 25));
  const to = datesAfter(from, chance.whole(0, 3));
  const application = {
    purpose: 'audit',
    customer: { name: 'Anta' },
    visitingOrganisation: { name: 'SGS' },
    channel: 'email',
    visitors: { contactIds: [], headcount: 4 },
    wishedFrom: from,
    wishedTo: to,
  };
  told.tell('marketing', 'apply', application, () => true);
  const proposal = { grade: 'A', services: ['reception'], plannedFrom: from, plannedTo: to };
  told.later(20).tell('agent', 'assess', proposal, (paper, now) => {
    const known = paper.calendarAt(now);
    const inADay = known.dueInWorkingDays(now, 1);
    const eve = known.eveOf(from);
    const dueAt = Math.max(now, Math.min(inADay, eve));
    paper.start('approval', 'working', now, dueAt, now, eve < inADay ? previousDate(from) : undefined);
    return true;
  });
  if (!told.happens(0.9)) return { lifecycle: 'factory-visit', steps: told.steps };
  told.later(30).tell('marketingDirector', 'approve', {}, (paper, now) => {
    const known = paper.calendarAt(now);
    paper.meet('approval', now, now);
    paper.start('hostsAssigned', 'working', now, Math.max(now, known.eveOf(from)), now, previousDate(from));
    const dueAt = known.dueFromNextDay(instantOf(to, '12:00'), 2);
    paper.start('visitCompleted', 'working', now, Math.max(now, dueAt), now);
    return true;
  });
  told.later(60).tell('agent', 'assignHosts', { counterparts: [HOST], escorts: [] }, (paper, now) => {
    paper.meet('hostsAssigned', now, now);
    return true;
  });
  if (!told.happens(0.85)) return { lifecycle: 'factory-visit', steps: told.steps };
  told.now = Math.max(told.now, instantOf(to, '17:00'));
  told.later(100).tell('host', 'complete', { heldFrom: from, heldTo: to }, (paper, now) => {
    paper.meet('visitCompleted', now, now);
    for (const [name, months] of Object.entries(MONTHS)) {
      const { opensAt, dueAt } = paper.calendarAt(now).wave(to, months);
      const wave = paper.start(name, 'working', opensAt, dueAt, now);
      wave.opensAt = opensAt;
    }
    return true;
  });
  for (const [name, months] of Object.entries(MONTHS)) {
    if (!told.happens(0.8)) continue;
    told.now = Math.max(told.now, instantOf(datesAfter(to, months * 30 - 3), '09:00'));
    told.later(24 * 22);
    const said = { wave: months, evaluation: 'content' };
    told.tell('marketing', 'recordFollowUp', said, (paper, now) => {
      const wave = paper.clock(name);
      // What is said before a wave opens meets no wave.
      if (wave?.isOpen !== true || now < (wave.opensAt ?? 0)) return false;
      paper.meet(name, now, now);
      return true;
    });
  }
  return { lifecycle: 'factory-visit', steps: told.steps };
}

export const HOST = '00000000-0000-4000-8000-000000000031';

function datesAfter(date: string, days: number): string {
  let found = date;
  for (let left = days; left > 0; left--) found = nextDate(found);
  return found;
}
