import { describe, it } from 'vitest';
import { agent, at, event, lead } from '../given-when-then.ts';
import { received } from './complaints.ts';

const met = [event('ComplaintAcknowledged'), event('SlaClockMet')];

describe('a fact told later than it happened', () => {
  it('of a Friday can be told until the close of Monday', () => {
    const friday = received({}, '2026-10-16 09:00');
    const told = { channel: 'phone', occurredAt: at('2026-10-16 10:00') } as const;
    friday
      .when('acknowledge', told, agent, '2026-10-19 17:30')
      .then(
        event('ComplaintAcknowledged', {}, '2026-10-16 10:00'),
        event('SlaClockMet', {}, '2026-10-16 10:00'),
      );
    friday
      .when('acknowledge', told, agent, at('2026-10-19 17:30') + 1)
      .thenRejected('tooFarBack', { recordableUntil: at('2026-10-19 17:30') });
  });

  it('of a long holiday can be told until the close of the first working day after it', () => {
    const eve = received({}, '2026-09-30 17:00');
    const told = { channel: 'phone', occurredAt: at('2026-10-01 10:00') } as const;
    eve.when('acknowledge', told, agent, '2026-10-08 17:30').then(...met);
    eve.when('acknowledge', told, agent, '2026-10-09 08:30').thenRejected('tooFarBack');
  });

  it('of the eve of a make-up Saturday can be told until that Saturday’s close only', () => {
    const friday = received({}, '2026-10-09 09:00');
    const told = { channel: 'phone', occurredAt: at('2026-10-09 10:00') } as const;
    friday.when('acknowledge', told, agent, '2026-10-10 17:30').then(...met);
    friday.when('acknowledge', told, agent, '2026-10-12 08:30').thenRejected('tooFarBack');
  });

  it('goes further back for a lead who says why', () => {
    const friday = received({}, '2026-10-16 09:00');
    const told = { channel: 'phone', occurredAt: at('2026-10-16 10:00') } as const;
    const asLead = { ...agent, roles: ['agent' as const, 'lead' as const] };
    friday.when('acknowledge', told, asLead, '2026-10-20 09:00').thenRejected('tooFarBack');
    friday
      .when('acknowledge', { ...told, backdatingReason: 'The book of calls' }, asLead, '2026-10-20 09:00')
      .then(...met);
    friday
      .when('acknowledge', { ...told, backdatingReason: 'The book of calls' }, agent, '2026-10-20 09:00')
      .thenRejected('tooFarBack');
  });

  it('did not happen before the receipt', () => {
    received()
      .when(
        'acknowledge',
        { channel: 'phone', occurredAt: at('2026-09-29 15:59') },
        agent,
        '2026-09-29 17:00',
      )
      .thenRejected('beforeReceipt');
  });

  it('does not lie in the future', () => {
    received()
      .when(
        'acknowledge',
        { channel: 'phone', occurredAt: at('2026-09-29 17:01') },
        agent,
        '2026-09-29 17:00',
      )
      .thenRejected('inTheFuture');
    received()
      .when('addNote', { text: 'Note', occurredAt: at('2026-09-29 17:01') }, lead, '2026-09-29 17:00')
      .thenRejected('inTheFuture');
  });
});
