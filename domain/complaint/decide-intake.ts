import { accept, type Decision, reject } from '../case/decision.ts';
import { receiptAt } from '../case/facts.ts';
import type { DecideContext } from '../case/lifecycle.ts';
import { DEFAULT_TEAM_ID } from '../log/fixed-streams.ts';
import { startClock } from '../sla/promises.ts';
import type { ComplaintCommand } from './commands.ts';
import { factOf, type Turn } from './complaint-turn.ts';
import type { ComplaintEvent } from './events.ts';
import { hasReplied, possible } from './possible.ts';
import type { ComplaintState } from './state.ts';

type Data<T extends ComplaintCommand['type']> = (ComplaintCommand & { type: T })['data'];

/** Opens the complaint: the four promises start at the receipt. */
export function receive(
  data: Data<'receive'>,
  state: ComplaintState,
  context: DecideContext,
): Decision<ComplaintEvent> {
  if (state.phase !== 'none') return reject('alreadyReceived', { receivedAt: state.receivedAt });
  const { actor, customerGrade } = context;
  // A part keeps the receipt of the case that it was split off, however long ago.
  const isPart = data.splitFrom !== undefined && actor.role === 'system';
  if (data.splitFrom !== undefined && !isPart)
    return reject('partsAreSplitOff', {
      field: '/splitFrom',
      hint: 'splitOff, given to the whole, opens it',
    });
  const receipt = receiptAt(context, isPart ? undefined : data.receivedAt);
  if ('outcome' in receipt) return receipt;
  const { registeredLate } = receipt;
  const receivedAt = isPart ? Math.min(data.receivedAt ?? context.now, context.now) : receipt.receivedAt;
  const { attachments, items, priority: asked, urgencyReason, ...told } = data;
  const teamId = data.teamId ?? actor.teamId ?? DEFAULT_TEAM_ID;
  const confirmed = asked === 'urgent' && (actor.roles.includes('lead') || actor.role === 'system');
  const priority = confirmed ? 'urgent' : 'normal';
  const graded = customerGrade === undefined ? {} : { customerGrade };
  const received: ComplaintEvent = {
    type: 'ComplaintReceived',
    data: {
      ...told,
      items: items.map(item => ({ itemId: context.newId(), ...item })),
      receivedAt,
      registeredLate,
      teamId,
      priority,
      ...graded,
    },
    occurredAt: receivedAt,
  };
  const requested: readonly ComplaintEvent[] =
    asked === 'urgent' && !confirmed
      ? [
          {
            type: 'UrgencyRequested',
            data: { reason: urgencyReason ?? data.description },
            occurredAt: receivedAt,
          },
        ]
      : [];
  const attached = attachments.map(
    (attachment): ComplaintEvent => ({
      type: 'AttachmentAdded',
      data: { attachmentId: context.newId(), ...attachment },
      occurredAt: receivedAt,
    }),
  );
  const facts = { priority, siteRegion: data.siteRegion, kind: data.kind, ...graded } as const;
  const owner = { lifecycle: 'complaint', facts };
  const firstReply = startClock(context, owner, [], 'firstReply', receivedAt);
  const replyDue = firstReply.flatMap(e => (e.type === 'SlaClockStarted' ? [e.data.schedule.dueAt] : []))[0];
  // An acknowledgement is never due later than the first reply.
  const bound = replyDue === undefined ? {} : { notLaterThan: replyDue };
  const clocks = [
    // The first word is owed, or was given, by the case that a part was split off.
    ...(isPart
      ? []
      : [...startClock(context, owner, [], 'acknowledgement', receivedAt, bound), ...firstReply]),
    ...startClock(context, owner, [], 'decision', receivedAt),
    ...startClock(context, owner, [], 'closing', receivedAt),
  ];
  return accept<ComplaintEvent>(received, ...clocks, ...requested, ...attached);
}

export function acknowledge(data: Data<'acknowledge'>, turn: Turn): Decision<ComplaintEvent> {
  const { state, context, at, meet } = turn;
  if (state.acknowledged.length > 0) return reject('alreadyAcknowledged', { possible: [...possible(state)] });
  const acknowledged = { messageId: context.newId(), ...factOf(data) };
  return accept<ComplaintEvent>(
    { type: 'ComplaintAcknowledged', data: acknowledged, occurredAt: at },
    ...meet(['acknowledgement']),
  );
}

/** The first reply, by a named person. */
export function sendPreliminaryReply(
  data: Data<'sendPreliminaryReply'>,
  turn: Turn,
): Decision<ComplaintEvent> {
  const { state, context, at, meet } = turn;
  if (hasReplied(state)) return reject('alreadyReplied', { possible: [...possible(state)] });
  const early = turn.tooEarly(['firstReply']);
  if (early !== undefined) return early;
  if (data.nextNewsAt <= at) return reject('newsInThePast', { nextNewsAt: data.nextNewsAt, repliedAt: at });
  const replied = { messageId: context.newId(), ...factOf(data) };
  return accept<ComplaintEvent>(
    { type: 'ComplaintPreliminarilyReplied', data: replied, occurredAt: at },
    ...meet(['acknowledgement', 'firstReply']),
  );
}
