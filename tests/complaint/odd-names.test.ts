import { describe, it } from 'vitest';
import { agent, at, customer, lead } from '../given-when-then.ts';
import { received } from './complaints.ts';

describe('names that every object has', () => {
  for (const name of ['toString', 'constructor', '__proto__', 'hasOwnProperty']) {
    it(`${name} is no step that can be waived`, () => {
      received()
        .when('waiveStep', { step: name, reason: 'r' }, lead, '2026-09-30 10:00')
        .thenRejected('notWaivable');
    });

    it(`${name} is no field that can be corrected`, () => {
      received()
        .when('correctDetails', { field: name, text: 't', reason: 'r' }, agent, '2026-09-30 10:00')
        .thenRejected('notCorrectable');
    });
  }
});

describe('an appointment', () => {
  it('lies at most two years ahead', () => {
    const far = { clock: 'decision', dueAt: at('2199-12-31 10:00'), evidence: 'e' } as const;
    received().when('agreeAppointment', far, lead, '2026-09-30 10:00').thenRejected('appointmentTooFar');
  });
});

describe('a message of a customer', () => {
  it('is its own', () => {
    const asQa = {
      direction: 'inbound',
      channel: 'email',
      text: 't',
      author: { kind: 'user', userId: lead.id },
    } as const;
    received().when('recordMessage', asQa, customer, '2026-09-30 10:00').thenRejected('notTheAuthor');
  });
});
