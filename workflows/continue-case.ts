import { defineWorkflow, handedOn, type WorkflowCommand } from '../domain/case/workflow.ts';
import { type RecordedEvent, uuidOf } from '../domain/log/envelope.ts';

/** A message long after the closing of a liaison or a sample request goes on as a case of its own, linked. */
export const continueCase = defineWorkflow({
  name: 'continue-case',
  on: ['TechnicalLiaisonSuccessorPrepared', 'SampleRequestSuccessorPrepared'],
  react: event => [
    event.type === 'TechnicalLiaisonSuccessorPrepared' ? nextLiaison(event) : nextSampleRequest(event),
  ],
});

/** A call without a word still opens a case; what was said is in the message of the first one. */
const WITHOUT_A_WORD = '—';

function nextLiaison({ streamId, data }: RecordedEvent): WorkflowCommand {
  const known = handedOn(
    data,
    'customer',
    'kind',
    'contactId',
    'channel',
    'receivedAt',
    'marketingContactId',
    'teamId',
  );
  const { text = WITHOUT_A_WORD } = data;
  const answer = { ...known, text, contactPosition: 'other', continues: uuidOf(streamId) };
  return { step: 'open', lifecycle: 'technical-liaison', command: { type: 'recordResponse', data: answer } };
}

function nextSampleRequest({ streamId, data }: RecordedEvent): WorkflowCommand {
  const known = handedOn(data, 'need', 'customer', 'contactId', 'receivedAt', 'marketingContactId', 'teamId');
  const { description = WITHOUT_A_WORD } = data;
  const request = { ...known, description, continues: uuidOf(streamId) };
  return { step: 'open', lifecycle: 'sample-request', command: { type: 'open', data: request } };
}
