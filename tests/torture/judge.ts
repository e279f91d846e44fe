import type { RecordedEvent } from '../../domain/log/envelope.ts';
import { clientCommandId } from '../../src/engine/command-id.ts';
import type { EventLog } from '../../src/store/event-store.ts';
import type { Sent } from './load.ts';

export interface Verdict {
  readonly events: number;
  /** Acknowledged commands that are not in the log. */
  readonly lost: readonly string[];
  /** Commands in the log twice or though they were refused, timers that fired twice, gaps in a stream. */
  readonly duplicated: readonly string[];
  /** Events that time alone brought. */
  readonly timers: number;
}

/** Reads the whole log and looks for what was acknowledged, and for what happened twice. */
export async function judge(log: EventLog, principal: string, journal: readonly Sent[]): Promise<Verdict> {
  const decisions = new Map<string, number>();
  const firings = new Map<string, number>();
  const revisions = new Map<string, number>();
  const duplicated: string[] = [];
  let events = 0;
  let timers = 0;
  for (let after = ''; ; ) {
    const page = await log.readAll(after, 5000);
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.position;
    for (const event of page) {
      events++;
      const expected = (revisions.get(event.streamId) ?? -1) + 1;
      if (event.revision !== expected)
        duplicated.push(`${event.streamId}: revision ${event.revision}, not ${expected}`);
      revisions.set(event.streamId, event.revision);
      // The first event of a decision carries its command: a second one under the same id was decided twice.
      const { command, commandId } = event.metadata;
      if (command !== undefined && !event.streamId.startsWith('rejection-')) {
        decisions.set(commandId, (decisions.get(commandId) ?? 0) + 1);
      }
      if (event.metadata.actor.via === 'timer') timers++;
      const firing = firingOf(event);
      if (firing !== undefined) firings.set(firing, (firings.get(firing) ?? 0) + 1);
    }
  }
  const lost: string[] = [];
  for (const sent of journal) {
    const isThere = decisions.has(idOf(log.logId, principal, sent));
    const what = `${sent.type} ${sent.path} ${sent.key}`;
    if (sent.answer === 'accepted' && !isThere) lost.push(what);
    if (sent.answer === 'rejected' && isThere) duplicated.push(`${what}: refused, and in the log`);
  }
  for (const [id, count] of decisions) if (count > 1) duplicated.push(`command ${id}: ${count} times`);
  for (const [firing, count] of firings) if (count > 1) duplicated.push(`${firing}: ${count} times`);
  return { events, lost, duplicated, timers };
}

function idOf(logId: string, principal: string, sent: Sent): string {
  return clientCommandId(logId, { principal, commandType: sent.type, idempotencyKey: sent.key });
}

/** What happens to a cycle of a clock at most once, by timer or by command; nothing in the load rescinds a result. */
function firingOf(event: RecordedEvent): string | undefined {
  const { clock, cycle, threshold, level } = event.data;
  switch (event.type) {
    case 'SlaClockWarned':
    case 'SlaClockBreached':
    case 'SlaClockEscalated':
    case 'SlaClockMet':
    case 'SlaClockFulfilled':
      return [event.streamId, event.type, clock, cycle, threshold, level].join(' ');
    default:
      return undefined;
  }
}
