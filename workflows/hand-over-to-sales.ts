import { defineWorkflow, handedOn, type WorkflowCommand } from '../domain/case/workflow.ts';
import { type RecordedEvent, uuidOf } from '../domain/log/envelope.ts';
import { sampleRequestEvents } from '../domain/sample-request/events.ts';
import { technicalLiaisonEvents } from '../domain/technical-liaison/events.ts';

/** A mould or a sample is needed: a sample request opens for sales, and each of the two knows of the other. */
export const handOverToSales = defineWorkflow({
  name: 'hand-over-to-sales',
  on: ['TechnicalLiaisonHandedOver', 'SampleRequestOpened'],
  react: event => (event.type === 'TechnicalLiaisonHandedOver' ? openSampleRequest(event) : linkBack(event)),
});

function openSampleRequest({ streamId, data }: RecordedEvent): readonly WorkflowCommand[] {
  const { handOverId } = technicalLiaisonEvents.TechnicalLiaisonHandedOver.schema.parse(data);
  const asked = handedOn(
    data,
    'need',
    'description',
    'product',
    'quantity',
    'customer',
    'contactId',
    'marketingContactId',
    'teamId',
  );
  const liaison = { liaisonId: uuidOf(streamId), handOverId };
  return [
    {
      step: 'open',
      lifecycle: 'sample-request',
      command: { type: 'open', data: { ...asked, liaison } },
    },
  ];
}

function linkBack({ streamId, data }: RecordedEvent): readonly WorkflowCommand[] {
  const { liaison } = sampleRequestEvents.SampleRequestOpened.schema.parse(data);
  if (liaison === undefined) return [];
  const to = { kind: 'case', caseId: uuidOf(streamId) };
  return [
    {
      step: 'link',
      lifecycle: 'technical-liaison',
      caseId: liaison.liaisonId,
      command: { type: 'link', data: { to, relation: 'related' } },
    },
  ];
}
