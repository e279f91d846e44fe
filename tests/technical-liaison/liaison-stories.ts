import { technicalLiaison } from '../../domain/technical-liaison/technical-liaison.ts';
import { given, idOf, ids, person, system } from '../given-when-then.ts';

/** Who deals with liaisons, and the beginnings that most of their stories have. */
export const specialist = person(0x31, 'technicalService', { teamId: ids.team });
export const workflow = { ...system, via: 'workflow' as const };
export const marketingContactId = idOf(0x41);
export const round = { roundId: idOf(0x51), entryId: idOf(0x52) };
export const nanyang = { customerId: idOf(0x61), name: '南洋制衣有限公司' };

export const response = {
  kind: 'requirement',
  contactPosition: 'technical',
  channel: 'email',
  text: '需要一款可水洗的隐形拉链。',
} as const;

/** A form went to the customer on Monday, 2 March 2026, at ten. */
export const formSent = given(technicalLiaison).did(
  'sendForm',
  { customer: nanyang, channel: 'email' },
  specialist,
  '2026-03-02 10:00',
);

/** The customer wrote on Monday at ten without a form, and was recorded at eleven. */
export function answered(receivedAt: number, now: string) {
  return given(technicalLiaison).did(
    'recordResponse',
    { ...response, customer: nanyang, receivedAt },
    specialist,
    now,
  );
}
