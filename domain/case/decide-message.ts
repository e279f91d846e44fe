import { openClock } from '../sla/clock.ts';
import { resumeClock } from '../sla/pausing.ts';
import { meetClock } from '../sla/promises.ts';
import type { CaseCommand } from './case-commands.ts';
import type { CaseEvent } from './case-events.ts';
import { type CaseRules, ownerOf } from './case-rules.ts';
import { type CaseState, keptBy } from './case-state.ts';
import { rescinded } from './decide-corrections.ts';
import { endTimers, reopenCase } from './decide-ending.ts';
import { accept, type Decision, reject } from './decision.ts';
import { beforeFact } from './facts.ts';
import type { DecideContext } from './lifecycle.ts';

/**
 * A message from or to the customer. Inbound it ends a wait and may reopen the case; outbound, on the matter and
 * by a person, it is the first reply; a bounce takes back what its message met.
 */
export function recordMessage<S extends CaseState>(
  data: (CaseCommand & { type: 'recordMessage' })['data'],
  at: number,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): Decision<CaseEvent> {
  const { occurredAt: _at, backdatingReason: _why, author, ...message } = data;
  const { actor } = context;
  if (actor.role === 'customer' && message.direction === 'outbound')
    return reject('onlyInbound', { direction: 'outbound' });
  // Nobody speaks for somebody else: a customer's message is the customer's own.
  if (actor.role === 'customer' && author !== undefined && author.kind !== 'contact')
    return reject('notTheAuthor', { author: author.kind });
  if (message.outcome === 'bounced' && message.bounceOf === undefined)
    return reject('bounceOfWhat', { field: 'bounceOf' });
  const bounced = state.messages.find(m => m.messageId === message.bounceOf);
  if (message.bounceOf !== undefined && bounced === undefined)
    return reject('noSuchMessage', { messageId: message.bounceOf });
  const early = beforeFact(at, 'message', bounced?.at);
  if (early !== undefined) return early;

  const contact = message.contactId === undefined ? {} : { contactId: message.contactId };
  const writer =
    author ??
    (message.direction === 'inbound'
      ? { kind: 'contact' as const, ...contact }
      : isMachine(actor.role)
        ? { kind: 'automatic' as const }
        : { kind: 'user' as const, userId: actor.id });
  const recorded: CaseEvent = {
    type: 'MessageRecorded',
    data: { messageId: context.newId(), ...message, author: writer },
    occurredAt: at,
  };

  if (bounced !== undefined) {
    return accept<CaseEvent>(recorded, ...rescinded(context, rules, state, bounced.commandId, 'bounced', at));
  }
  return message.direction === 'inbound'
    ? inbound(recorded, message, at, state, context, rules)
    : accept<CaseEvent>(
        recorded,
        ...outbound(message, writer.kind !== 'automatic', at, state, context, rules),
      );
}

/** What a mail system or a timer sends is nobody's reply, unless it says who wrote it. */
function isMachine(role: string): boolean {
  return role === 'integration' || role === 'system';
}

function inbound<S extends CaseState>(
  recorded: CaseEvent & { type: 'MessageRecorded' },
  message: Pick<(CaseEvent & { type: 'MessageRecorded' })['data'], 'outcome' | 'channel' | 'text'>,
  at: number,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): Decision<CaseEvent> {
  if (message.outcome !== 'sent') return accept<CaseEvent>(recorded);
  if (state.ended !== undefined) {
    const again = reopenCase({ by: 'message' }, at, state, context, rules);
    if (again.outcome === 'accepted') return accept<CaseEvent>(recorded, ...again.events);
    if (again.reason !== 'reopeningPeriodOver') return accept<CaseEvent>(recorded);
    const { text, channel } = message;
    const { messageId } = recorded.data;
    const goesOn = { messageId, receivedAt: at, channel, ...(text === undefined ? {} : { text }) };
    return accept<CaseEvent>(recorded, { type: 'CaseToBeContinued', data: goesOn, occurredAt: at });
  }
  const resumed = state.clocks
    .filter(c => c.pause?.reason === 'awaitingCustomer')
    .flatMap(c => resumeClock(context, c, at, 'message'));
  return accept<CaseEvent>(recorded, ...resumed, ...endTimers(state, 'customerSilence', 'message', at));
}

function outbound<S extends CaseState>(
  message: Pick<(CaseEvent & { type: 'MessageRecorded' })['data'], 'outcome' | 'purpose'>,
  byPerson: boolean,
  at: number,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): readonly CaseEvent[] {
  const keeps = state.ended === undefined ? keptBy(message, byPerson) : undefined;
  if (keeps === undefined) return [];
  const names = keeps === 'reply' ? (['acknowledgement', ...rules.metByReply] as const) : ([keeps] as const);
  const owner = ownerOf(state, rules);
  // A word from before the promise began (a reopening) keeps none.
  const begun = state.clocks.filter(c => c.startedAt <= at);
  return names.flatMap(name => meetClock(context, owner, openClock(begun, name), at));
}
