import { describe, expect, it } from 'vitest';
import { afterSales } from '../../domain/after-sales/after-sales.ts';
import type { CaseState } from '../../domain/case/case-state.ts';
import type { CommandDefinitions, EventDefinitions } from '../../domain/case/event-definition.ts';
import { type AnyLifecycle, type Lifecycle, registered } from '../../domain/case/lifecycle.ts';
import { recurrenceEvents } from '../../domain/case/recurrence.ts';
import { complaint } from '../../domain/complaint/complaint.ts';
import { factoryVisit } from '../../domain/factory-visit/factory-visit.ts';
import { lifecycles } from '../../domain/lifecycles.ts';
import type { RecordedEvent } from '../../domain/log/envelope.ts';
import { TOLD_WITHIN_MS } from '../../domain/notification/notification.ts';
import { technicalLiaison } from '../../domain/technical-liaison/technical-liaison.ts';
import { isNews, NOTIFYING, notificationsOf } from '../../workflows/notifications.ts';
import { firstItem, received } from '../complaint/complaints.ts';
import { applied, assessed, contactId, director, held, hosts, proposer } from '../factory-visit/visit.ts';
import {
  agent,
  at,
  customer,
  given,
  idOf,
  ids,
  lead,
  local,
  OTHER_TEAM_ID,
  person,
  qa,
  type Story,
} from '../given-when-then.ts';
import { formSent } from '../technical-liaison/liaison-stories.ts';

/** What a story has people told, as the events come; `recordedAt` of all of them, if not when they were decided. */
function messages<S extends CaseState, C extends CommandDefinitions, E extends EventDefinitions>(
  lifecycle: Lifecycle<S, C, E>,
  story: Story<S, C, E>,
  more: { readonly recordedAt?: number } = {},
) {
  const any: AnyLifecycle = registered(lifecycle);
  let state = any.initial;
  return story.folded.flatMap(event => {
    state = any.evolve(state, event);
    const together = story.folded
      .filter(({ commandId }) => commandId === event.commandId)
      .map(({ type }) => type);
    const recorded = recordedOf(any, event, more.recordedAt ?? event.decidedAt);
    return notificationsOf(recorded, { lifecycle: any.name, state, together }).map(
      ({ kind, addressee: { role, userId, teamId, contactId: contact }, happenedAt, matter }) => ({
        kind,
        role,
        to: userId ?? contact ?? teamId ?? '',
        at: local(happenedAt),
        matter,
      }),
    );
  });
}

function recordedOf(
  { category }: Pick<AnyLifecycle, 'category'>,
  event: Pick<RecordedEvent, 'type' | 'data' | 'revision'> & {
    readonly occurredAt: number;
    readonly commandId: string;
  },
  recordedAt: number,
  more: Partial<RecordedEvent['metadata']> = {},
): RecordedEvent {
  const { type, data, revision, occurredAt, commandId } = event;
  return {
    eventId: idOf(0x200_0000 + revision),
    streamId: `${category}-${ids.case}`,
    revision,
    type,
    schemaVersion: 1,
    data,
    sealed: [],
    position: String(revision).padStart(8, '0'),
    metadata: {
      occurredAt,
      decidedAt: recordedAt,
      recordedAt,
      actor: { id: idOf(0x2a), role: 'system', via: 'timer' },
      commandId,
      correlationId: commandId,
      deciderVersion: 1,
      ...more,
    },
  };
}

const assigned = () => received().did('assign', { assigneeId: agent.id }, agent, '2026-09-29 16:30');

describe('a promise', () => {
  it('is told to whoever the event names: warning, breach, second level', () => {
    const found = messages(complaint, assigned().passed('2026-09-30 22:00')).filter(
      ({ matter }) => matter.clock === 'firstReply',
    );
    expect(found.map(({ kind, role, to, at }) => [kind, role, to, at])).toEqual([
      ['promiseWarned', 'assignee', agent.id, '2026-09-30 11:12'],
      ['promiseEscalated', 'lead', ids.lead, '2026-09-30 16:00'],
      ['promiseEscalated', 'qaHead', ids.head, '2026-09-30 20:00'],
    ]);
    expect(found.map(({ matter }) => [matter.threshold, matter.level, matter.dueAt])).toEqual([
      [0.8, undefined, at('2026-09-30 16:00')],
      [undefined, 1, at('2026-09-30 16:00')],
      [undefined, 2, at('2026-09-30 16:00')],
    ]);
  });

  it('is not warned of when it was broken by the time that the warning was recorded: the breach tells', () => {
    const story = assigned().passed('2026-09-30 22:00');
    const found = messages(complaint, story, { recordedAt: at('2026-10-01 09:00') });
    expect(found.filter(({ matter }) => matter.clock === 'firstReply').map(({ kind }) => kind)).toEqual([
      'promiseEscalated',
      'promiseEscalated',
    ]);
  });

  it('is told once to somebody who hears of it in two roles', () => {
    const event = {
      type: 'SlaClockWarned',
      data: {
        clock: 'decision',
        cycle: 1,
        threshold: 'closedTime',
        dueAt: at('2026-10-10 16:00'),
        recipients: [
          { userId: agent.id, role: 'assignee' },
          { userId: qa.id, role: 'onDuty' },
          { userId: agent.id, role: 'onDuty' },
        ],
      },
      revision: 9,
      occurredAt: at('2026-09-30 16:00'),
      commandId: idOf(7),
    };
    const recorded = recordedOf(complaint, event, event.occurredAt);
    const { state } = assigned();
    const found = notificationsOf(recorded, { lifecycle: 'complaint', state, together: [] });
    expect(found.map(({ addressee }) => addressee)).toEqual([
      { role: 'assignee', userId: agent.id },
      { role: 'onDuty', userId: qa.id },
    ]);
  });
});

describe('a customer', () => {
  const waiting = () =>
    given(complaint)
      .did(
        'receive',
        {
          kind: 'product',
          complainant: { name: 'Bao Bags' },
          contactId,
          channel: 'email',
          siteRegion: 'province',
          description: 'Zippers come apart',
        },
        agent,
        '2026-09-29 16:00',
      )
      .did('assign', { assigneeId: agent.id }, agent, '2026-09-29 16:10')
      .did('pauseClock', { reason: 'awaitingCustomer' }, agent, '2026-09-29 16:30');
  const reminders = (found: ReturnType<typeof messages>) =>
    found
      .filter(({ kind }) => kind === 'customerReminder')
      .map(({ to, at, matter }) => [to, at, matter.number]);

  it('who is waited for is reminded through the case’s contact, as often as the policy says', () => {
    const [first, second] = waiting().state.timers[0]?.remindAt.map(local) ?? [];
    expect(reminders(messages(complaint, waiting().passed('2026-10-14 12:00')))).toEqual([
      [contactId, first, 1],
      [contactId, second, 2],
    ]);
  });

  it('is reminded once when the house was down for both, and not when the case is about to be closed', () => {
    const story = waiting().passed('2026-10-14 12:00');
    const [, second = 0] = waiting().state.timers[0]?.remindAt ?? [];
    expect(reminders(messages(complaint, story, { recordedAt: second + 1 }))).toEqual([
      [contactId, local(second), 2],
    ]);
    const endsAt = waiting().state.timers[0]?.endsAt ?? 0;
    expect(reminders(messages(complaint, story, { recordedAt: endsAt }))).toEqual([]);
  });

  it('whose contact is not known is reminded all the same', () => {
    const found = messages(technicalLiaison, formSent.passed('2026-03-20 12:00'));
    expect(found).toMatchObject([
      { kind: 'customerReminder', role: 'contact', to: '', matter: { timer: 'formReminder' } },
    ]);
  });

  it('is asked whether the matter is settled before its silence settles it', () => {
    const resolved = given(afterSales)
      .did(
        'report',
        { customer: { name: 'Bao' }, channel: 'phone', siteRegion: 'local', fault: 'f', contactId },
        agent,
        '2026-09-29 16:00',
      )
      .did('answer', { channel: 'phone', text: 't' }, agent, '2026-09-29 16:20')
      .did('resolveRemotely', { channel: 'phone', work: 'w' }, agent, '2026-09-29 16:30');
    const found = messages(afterSales, resolved.passed('2026-10-12 12:00'));
    expect(found.filter(({ kind }) => kind === 'customerReminder')).toMatchObject([
      { to: contactId, matter: { timer: 'confirmation', number: 1 } },
    ]);
  });
});

describe('who is asked for something', () => {
  const worker = person(0x61, 'contributor', { department: 'production' });
  const ask = (more: object = {}) =>
    assigned().did(
      'requestInput',
      { department: 'production', question: 'q', ...more },
      agent,
      '2026-09-30 10:00',
    );

  it('by name hears of the question, and whoever stands for the department of a reminder', () => {
    const asked = ask({ askedUserId: worker.id });
    const inputId = asked.last('InputRequested').inputId;
    const chased = asked.did('chaseInput', { inputId }, agent, '2026-09-30 11:00');
    expect(messages(complaint, chased).filter(({ kind }) => kind.startsWith('input'))).toEqual([
      {
        kind: 'inputAsked',
        role: 'asked',
        to: worker.id,
        at: '2026-09-30 10:00',
        matter: { inputId, cycle: 1, department: 'production' },
      },
      {
        kind: 'inputChased',
        role: 'asked',
        to: worker.id,
        at: '2026-09-30 11:00',
        matter: { inputId, cycle: 1 },
      },
    ]);
  });

  it('is nobody where a department was asked: its promise warns', () => {
    expect(messages(complaint, ask()).filter(({ kind }) => kind === 'inputAsked')).toEqual([]);
  });

  it('to take a case over is the person named, else the team', () => {
    const offer = { openPoints: 'The customer waits' };
    const toQa = assigned().did('handOver', { ...offer, toUserId: qa.id }, agent, '2026-09-29 17:00');
    const toTeam = assigned().did(
      'handOver',
      { ...offer, toTeamId: OTHER_TEAM_ID },
      agent,
      '2026-09-29 17:00',
    );
    const of = (story: typeof toQa) =>
      messages(complaint, story).filter(({ kind }) => kind === 'handOverOffered');
    expect(of(toQa).map(({ to }) => to)).toEqual([qa.id]);
    expect(of(toTeam).map(({ to }) => to)).toEqual([OTHER_TEAM_ID]);
  });

  it('to approve a visit is the director, each time that it is proposed', () => {
    const returned = assessed.did('returnForChanges', { changes: 'c' }, director, '2026-08-10 14:00');
    const { grade, services, plannedFrom, plannedTo } = assessed.last('FactoryVisitAssessed');
    const again = { grade, services, plannedFrom, plannedTo, changes: 'c' };
    const resubmitted = returned.did('resubmit', again, proposer, '2026-08-10 15:00');
    const asked = messages(factoryVisit, resubmitted).filter(({ kind }) => kind === 'approvalAsked');
    expect(asked.map(({ role, at, matter }) => [role, at, matter.approval])).toEqual([
      ['marketingDirector', '2026-08-10 10:00', 'factoryVisit'],
      ['marketingDirector', '2026-08-10 15:00', 'factoryVisit'],
    ]);
    expect(messages(factoryVisit, applied).filter(({ kind }) => kind === 'approvalAsked')).toEqual([]);
  });

  it('to approve a remedy is the team’s lead, if it is above the limit', () => {
    const offer = (amountMinor: number) =>
      messages(
        complaint,
        assigned().did(
          'offerRemedy',
          { kind: 'credit', itemIds: [firstItem], amount: { currency: 'CNY', amountMinor } },
          agent,
          '2026-09-30 10:00',
        ),
      ).filter(({ kind }) => kind === 'approvalAsked');
    expect(offer(100)).toEqual([]);
    expect(offer(900_000)).toMatchObject([{ role: 'lead', to: ids.team, matter: { approval: 'remedy' } }]);
  });

  it('to confirm urgency is the lead, unless a lead said it', () => {
    const by = (who: typeof agent) =>
      messages(
        complaint,
        assigned().did('markUrgent', { reason: 'line stands' }, who, '2026-09-30 09:00'),
      ).filter(({ kind }) => kind === 'approvalAsked');
    expect(by(customer)).toMatchObject([{ role: 'lead', to: ids.team, matter: { approval: 'urgency' } }]);
    expect(by(lead)).toEqual([]);
  });

  it('to call after a visit is marketing, when a wave opens', () => {
    const found = messages(factoryVisit, held.passed('2026-10-31 12:00')).filter(
      ({ kind }) => kind === 'waveOpened',
    );
    expect(found).toMatchObject([{ matter: { clock: 'wave1', cycle: 1 } }]);
    expect(hosts.counterparts).toHaveLength(1);
  });

  it('hears of a fault that recurs as the team’s lead', () => {
    const event = {
      type: 'RecurrenceFound',
      data: recurrenceEvents.RecurrenceFound.schema.parse({
        of: { lifecycle: 'complaint', caseId: idOf(0x70), receivedAt: at('2026-09-01 10:00') },
        productCode: '5VS',
        defectCategory: 'plating',
        told: { role: 'lead', userId: ids.lead },
      }),
      revision: 12,
      occurredAt: at('2026-09-30 10:00'),
      commandId: idOf(7),
    };
    const plain = { ...event, data: JSON.parse(JSON.stringify(event.data)) };
    const found = notificationsOf(recordedOf(complaint, plain, event.occurredAt), {
      lifecycle: 'complaint',
      state: assigned().state,
      together: [],
    });
    expect(found).toMatchObject([
      {
        kind: 'recurrenceFound',
        addressee: { role: 'lead', userId: ids.lead },
        matter: { ofCaseId: idOf(0x70) },
      },
    ]);
  });
});

describe('news', () => {
  const [event] = received().folded;
  if (event === undefined) throw new Error('no event');
  const now = at('2026-10-08 09:00');
  const of = (recordedAt: number, more: Partial<RecordedEvent['metadata']> = {}) =>
    isNews(recordedOf(complaint, event, recordedAt, more), now);

  it('is what was recorded lately, of what happened not long before', () => {
    const happened = event.occurredAt;
    const seen = (recordedAt: number, when: number) => isNews(recordedOf(complaint, event, recordedAt), when);
    expect(seen(now, now)).toBe(true);
    expect(seen(now, now + TOLD_WITHIN_MS - 1)).toBe(true);
    expect(seen(now, now + TOLD_WITHIN_MS)).toBe(false);
    const month = 31 * 86_400_000;
    expect(seen(happened + month - 1, happened + month)).toBe(true);
    expect(seen(happened + month, happened + month)).toBe(false);
  });

  it('is nothing that was imported, nor what an import brought about', () => {
    expect(of(now, { importId: idOf(1) })).toBe(false);
    expect(of(now, { actor: { id: idOf(1), role: 'agent', via: 'import' } })).toBe(false);
  });
});

describe('every event type that is told of', () => {
  it('is one that some lifecycle has', () => {
    const known = new Set(lifecycles.flatMap(({ events }) => Object.keys(events)));
    expect(NOTIFYING.filter(type => !known.has(type))).toEqual([]);
  });

  it('with recipients in it is told', () => {
    const withRecipients = lifecycles.flatMap(({ events }) =>
      Object.entries(events).flatMap(([type, { schema }]) =>
        'recipients' in schema.shape || 'told' in schema.shape ? [type] : [],
      ),
    );
    expect(new Set(withRecipients).difference(new Set(NOTIFYING))).toEqual(new Set());
  });
});
