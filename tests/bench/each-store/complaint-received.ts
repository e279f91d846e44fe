import type { NewEvent } from '../../../src/store/event-store.ts';

const EVENTS_AN_APPEND = 4;
export const NOW = 1_790_000_000_000;
const USER_ID = '4d3b7a52-6f0e-4c57-9f4e-0d2a1c9b8e11';
const CONTACT_ID = '0f0c8a0e-52a6-4d0c-8a43-5bd0a3f2f001';
const KEY_ID = '6a8f0a4e-1be2-4d5c-b0cf-6dd1fd0f7c33';
const BOX = Buffer.alloc(210, 'sealed').toString('base64');

/** What opening a complaint writes: the complaint with its command, and three clocks. */
export function complaintReceived(streamId: string): NewEvent[] {
  const commandId = cheapUuid();
  const metadata: NewEvent['metadata'] = {
    occurredAt: NOW - 60_000,
    decidedAt: NOW,
    recordedAt: NOW,
    actor: { id: USER_ID, role: 'technicalService', via: 'http' },
    commandId,
    correlationId: commandId,
    policyVersion: 3,
    calendarVersion: 7,
    deciderVersion: 1,
  };
  const product = { code: 'YZ-5-CN', description: '5号尼龙闭尾', lengthMm: 600, colour: '黑色 580' };
  const received = {
    channel: 'phone',
    customerId: CONTACT_ID,
    orderKind: 'bulk',
    product,
    quantity: 1_200,
    urgent: false,
  };
  const events: NewEvent[] = [
    {
      eventId: cheapUuid(),
      type: 'ComplaintReceived',
      schemaVersion: 1,
      data: received,
      sealed: [{ keyId: KEY_ID, subject: CONTACT_ID, box: BOX }],
      metadata: { ...metadata, command: { type: 'receive', data: { ...received, streamId } } },
    },
  ];
  for (const clock of ['firstReply', 'judgement', 'resolution'].slice(0, EVENTS_AN_APPEND - 1)) {
    events.push({
      eventId: cheapUuid(),
      type: 'SlaClockStarted',
      schemaVersion: 1,
      data: { clock, cycle: 1, startedAt: NOW - 60_000, dueAt: NOW + 86_400_000, target: 'workingTime' },
      sealed: [],
      metadata,
    });
  }
  return events;
}

/** Random, as the ids of cases are; made so that making ids, which is no work of the store, costs next to nothing. */
export function cheapUuid(): string {
  const [a, b, c] = [hex8(), hex8(), hex8()];
  return `${a}-${b.slice(0, 4)}-5${b.slice(5)}-9${c.slice(5)}-${c.slice(0, 4)}${hex8()}`;
}

function hex8(): string {
  return (0x1_0000_0000 + Math.floor(Math.random() * 0x1_0000_0000)).toString(16).slice(1);
}
