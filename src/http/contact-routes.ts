import { z } from 'zod';
import { contactPositionSchema } from '../../domain/complaint/company.ts';
import { type ApiRoute, apiRoute } from './api-route.ts';
import { isStaff, READERS } from './authentication.ts';
import { type DirectoryParts, idParams } from './directory-command.ts';
import { pageOf, pageQuery } from './master-routes.ts';
import { ProblemError } from './problems.ts';

const contactSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  position: contactPositionSchema.optional(),
  phone: z.string().optional(),
  email: z.string().optional(),
  retired: z.boolean(),
});

/** The contacts of a customer, with their positions. Names are sealed: they are opened for the page that is shown. */
export function contactRoutes(parts: DirectoryParts): readonly ApiRoute[] {
  const { directory, people } = parts.engine;
  return [
    apiRoute({
      method: 'GET',
      url: '/v1/customers/:id/contacts',
      operationId: 'customers.contacts',
      tag: 'master data',
      summary: 'The contacts of a customer, with their positions',
      description:
        'Names are opened for the page that is shown and kept nowhere, so there is no search for a person over all customers. `[erased]` where the person was erased.',
      access: READERS,
      params: idParams,
      query: z.strictObject({ position: contactPositionSchema.optional(), ...pageQuery }),
      success: {
        status: 200,
        description: 'A page.',
        schema: z.object({ contacts: z.array(contactSchema), next: z.string().optional() }),
      },
      problems: ['noSuchResource', 'forbidden'],
      async handle({ params: { id }, query, actor }) {
        if (!isStaff(actor))
          throw new ProblemError('forbidden', { detail: 'Only staff see who a person is.' });
        if (directory.customer(id) === undefined)
          throw new ProblemError('noSuchResource', { detail: 'There is no such customer.' });
        const { limit, cursor, position } = query;
        const { ids, next } = pageOf(directory, { category: 'party', customerId: id, limit, after: cursor });
        const contacts = await Promise.all(
          ids
            .map(partyId => ({ partyId, known: directory.party(partyId) }))
            .filter(({ known }) => position === undefined || known?.position === position)
            .map(async ({ partyId, known }) => {
              const person = await people.readParty(partyId);
              const at = known?.position;
              return {
                id: partyId,
                name: '',
                ...person,
                ...(at === undefined ? {} : { position: at }),
                retired: known?.retired ?? false,
              };
            }),
        );
        const body = { contacts, ...(next === undefined ? {} : { next }) };
        return { status: 200, headers: { 'cache-control': 'no-store' }, body };
      },
    }),
  ];
}
