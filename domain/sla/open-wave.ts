import { caseRecipients } from './breaching.ts';
import type { Clock } from './clock.ts';
import type { SlaEvent } from './events.ts';
import type { PromiseOwner, SlaContext } from './schedule.ts';

/** A follow-up wave that is still ahead, or was never told of: a promise that opens some time after it was made. */
export function opensLater(clock: Clock): boolean {
  return clock.status === 'running' && clock.schedule.opensAt !== undefined && clock.openedAt === undefined;
}

/** By its timer: tells the assignee or who stands in, else who is on duty, that the wave can be followed up from now on. */
export function openWave(context: SlaContext, owner: PromiseOwner, clock: Clock): readonly SlaEvent[] {
  const { opensAt, dueAt } = clock.schedule;
  if (opensAt === undefined || !opensLater(clock)) return [];
  const recipients = caseRecipients(context, owner);
  const data = { clock: clock.clock, cycle: clock.cycle, dueAt, recipients: [...recipients] };
  return [{ type: 'FollowUpWaveOpened', data, occurredAt: opensAt }];
}
