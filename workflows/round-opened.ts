import { defineWorkflow, handedOn } from '../domain/case/workflow.ts';
import { liaisonRoundEvents } from '../domain/liaison-round/events.ts';
import { uuidOf } from '../domain/log/envelope.ts';

/** A round that opens: every customer of it gets a form, and so a liaison of its own. */
export const roundOpened = defineWorkflow({
  name: 'round-opened',
  on: ['LiaisonRoundOpened'],
  react({ streamId, data }) {
    const { customers } = liaisonRoundEvents.LiaisonRoundOpened.schema.parse(data);
    const roundId = uuidOf(streamId);
    const ofAll = handedOn(data, 'form', 'teamId');
    return customers.map(
      ({ entryId, customer: { customerId, name }, contactId, marketingContactId, channel }) => ({
        step: entryId,
        lifecycle: 'technical-liaison',
        command: {
          type: 'sendForm',
          data: {
            ...ofAll,
            customer: customerId === undefined ? { name } : { customerId, name },
            channel,
            round: { roundId, entryId },
            ...(contactId === undefined ? {} : { contactId }),
            ...(marketingContactId === undefined ? {} : { marketingContactId }),
          },
        },
      }),
    );
  },
});
