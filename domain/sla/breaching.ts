import { closedTimeWarning, layOn, type Target } from '../time/target.ts';
import type { Clock } from './clock.ts';
import { clockId } from './clock-id.ts';
import type { Recipient, SlaEvent, Threshold } from './events.ts';
import type { AskedOf, PromiseOwner, SlaContext } from './schedule.ts';

/** Who hears of a promise that is about to be broken, or was. */

/** The due instant passed: the breach, and whoever must hear of it at once. */
export function breachClock(context: SlaContext, owner: PromiseOwner, clock: Clock): readonly SlaEvent[] {
  const { dueAt } = clock.schedule;
  const calendar = context.calendarOf(clock.schedule.calendar);
  const urgent = owner.facts.priority === 'urgent';
  const hasLevelTwo = clock.clock !== 'input';
  const escalatesAt = hasLevelTwo && !urgent ? levelTwoAt(context, clock.target, clock) : undefined;
  const breach: SlaEvent = {
    type: 'SlaClockBreached',
    data: {
      ...clockId(clock),
      dueAt,
      detectedAt: context.now,
      dueInClosedTime: closedTimeWarning(clock.startedAt, dueAt, calendar) !== undefined,
      ...(escalatesAt === undefined ? {} : { escalatesAt }),
    },
    occurredAt: dueAt,
  };
  const levelOne = escalated(clock, 1, dueAt, levelOneRecipients(context, owner, clock));
  return urgent && hasLevelTwo
    ? [breach, levelOne, escalated(clock, 2, dueAt, levelTwoRecipients(context, owner))]
    : [breach, levelOne];
}

function levelTwoAt(context: SlaContext, target: Target, clock: Clock): number {
  const delayMs = Math.round(context.policy.escalateAfterHours * 3_600_000);
  return layOn(target, clock.schedule.dueAt, delayMs, context.calendarOf(clock.schedule.calendar));
}

function escalated(clock: Clock, level: 1 | 2, at: number, recipients: Recipient[]): SlaEvent {
  const data = { ...clockId(clock), level, dueAt: clock.schedule.dueAt, recipients };
  return { type: 'SlaClockEscalated', data, occurredAt: at };
}

/**
 * The assignee's lead; without an assignee the person on duty and the team's lead. Of a question to another department
 * that department's head, if it has one.
 */
function levelOneRecipients(context: SlaContext, owner: PromiseOwner, clock: Clock): Recipient[] {
  const asked = askedBy(owner, clock);
  const headId = asked === undefined ? undefined : departmentOf(context, asked)?.headId;
  if (headId !== undefined) return [{ userId: headId, role: 'departmentHead' }];
  const { assigneeLead, teamLead, onDuty } = context.organisation;
  if (owner.assigneeId !== undefined && assigneeLead !== undefined)
    return [{ userId: assigneeLead, role: 'lead' }];
  const duty = onDuty.map(userId => ({ userId, role: 'onDuty' }));
  return teamLead === undefined ? duty : [...duty, { userId: teamLead, role: 'lead' }];
}

function levelTwoRecipients(context: SlaContext, owner: PromiseOwner): Recipient[] {
  const role = context.policy.escalatesTo[owner.lifecycle] ?? 'lead';
  return context.organisation.heads.map(userId => ({ userId, role }));
}

/** Level 2, by the timer that the breach armed. */
export function escalateClock(context: SlaContext, owner: PromiseOwner, clock: Clock): readonly SlaEvent[] {
  const at = clock.breach?.escalatesAt;
  if (clock.status !== 'breached' || at === undefined || clock.escalatedLevels.includes(2)) return [];
  return [escalated(clock, 2, at, levelTwoRecipients(context, owner))];
}

/** Tells the assignee (else who is on duty); before closed time whoever is on duty as well. */
export function warnClock(
  context: SlaContext,
  owner: PromiseOwner,
  clock: Clock,
  threshold: Threshold,
): readonly SlaEvent[] {
  const warning = clock.schedule.warnings.find(w => w.threshold === threshold);
  if (warning === undefined || clock.status !== 'running' || clock.warned.includes(threshold)) return [];
  const asked = askedBy(owner, clock);
  const recipients = [
    ...(asked === undefined ? [] : askedRecipients(context, asked)),
    ...caseRecipients(context, owner, threshold === 'closedTime'),
  ];
  const data = { ...clockId(clock), threshold, dueAt: clock.schedule.dueAt, recipients };
  return [{ type: 'SlaClockWarned', data, occurredAt: warning.at }];
}

/** The assignee, or who stands in for it; else, and if `dutyToo`, whoever is on duty; the team's lead if there is nobody. */
export function caseRecipients(
  context: SlaContext,
  owner: PromiseOwner,
  dutyToo = false,
): readonly Recipient[] {
  const assignee =
    owner.assigneeId === undefined ? [] : present(context, { userId: owner.assigneeId, role: 'assignee' });
  if (assignee.length > 0 && !dutyToo) return assignee;
  const duty = context.organisation.onDuty.map(userId => ({ userId, role: 'onDuty' }));
  const told = [...assignee, ...duty];
  if (told.length > 0) return told;
  const { teamLead } = context.organisation;
  return teamLead === undefined ? [] : [{ userId: teamLead, role: 'lead' }];
}

/** Whoever was asked by name, or stands in for them; else those on duty in the department; else its head. */
export function askedRecipients(context: SlaContext, asked: AskedOf): readonly Recipient[] {
  const { askedUserId } = asked;
  const named = askedUserId === undefined ? [] : present(context, { userId: askedUserId, role: 'asked' });
  if (named.length > 0) return named;
  const { headId, onDuty = [] } = departmentOf(context, asked) ?? {};
  if (onDuty.length > 0) return onDuty.map(userId => ({ userId, role: 'onDuty' }));
  return headId === undefined ? [] : [{ userId: headId, role: 'departmentHead' }];
}

/** Of somebody who is away, whoever stands in. */
function present({ organisation }: SlaContext, recipient: Recipient): readonly Recipient[] {
  const away = organisation.away ?? {};
  if (!Object.hasOwn(away, recipient.userId)) return [recipient];
  const substitute = away[recipient.userId] ?? null;
  return substitute === null ? [] : [{ userId: substitute, role: 'substitute' }];
}

/** Whom the question of an `input` clock was put to. */
function askedBy(owner: PromiseOwner, { clock, cycle }: Clock): AskedOf | undefined {
  return clock === 'input' ? owner.asked?.find(asked => asked.cycle === cycle) : undefined;
}

function departmentOf({ organisation }: SlaContext, { department }: AskedOf) {
  const departments = organisation.departments ?? {};
  return Object.hasOwn(departments, department) ? departments[department] : undefined;
}
