import { categoryOf, type Position, uuidOf } from '../../domain/log/envelope.ts';
import { pendingTimers } from '../../domain/sla/timers.ts';
import type { House } from '../engine/open-house.ts';
import { timerRequest } from '../engine/timer-request.ts';
import type { RehearsalClock } from './rehearsal-clock.ts';

const VIEWS_WAIT_MS = 60_000;
const TIMERS_A_LOOK = 1_000;

type PassingHouse = Pick<House, 'store' | 'handler' | 'views' | 'lifecycles' | 'workflowsSettled'>;

/**
 * Lets time pass up to an instant, and everything happen on the way at its own: each timer fires when it is due, and
 * what it brings about in other cases is done before the next. Answers how many timers fired.
 * @throws Error when the views stand still, or a timer that fired is due still: a bug
 */
export async function passTime(house: PassingHouse, clock: RehearsalClock, to: number): Promise<number> {
  const { store, views } = house;
  let fired = 0;
  let before: { readonly at: number; readonly head: Position } | undefined;
  for (;;) {
    await house.workflowsSettled();
    const head = await store.head();
    if (!(await views.waitFor(head, VIEWS_WAIT_MS))) throw new Error('the views do not follow the log');
    const at = views.nextTimerAt();
    if (at === undefined || at > to) break;
    if (before?.at === at && before.head === head) throw new Error(`a timer of ${at} fired and is due still`);
    before = { at, head };
    clock.moveTo(at);
    for (const streamId of new Set(views.dueTimers(at, TIMERS_A_LOOK).map(due => due.streamId))) {
      fired += await fireDue(house, streamId, at);
    }
  }
  clock.moveTo(to);
  return fired;
}

/** Fires what is due of one case, oldest first. */
async function fireDue({ lifecycles, handler, store }: PassingHouse, streamId: string, byAt: number) {
  const lifecycle = lifecycles.find(({ category }) => category === categoryOf(streamId));
  if (lifecycle === undefined) return 0;
  const caseId = uuidOf(streamId);
  let fired = 0;
  for (let revision = -2; ; ) {
    const loaded = await handler.load(lifecycle, caseId);
    const [due] = (loaded === undefined ? [] : pendingTimers(loaded.state))
      .filter(timer => timer.at <= byAt)
      .sort((a, b) => a.at - b.at);
    if (loaded === undefined || due === undefined || loaded.revision === revision) return fired;
    revision = loaded.revision;
    await handler.handle(timerRequest(store.logId, lifecycle, caseId, due));
    fired++;
  }
}
