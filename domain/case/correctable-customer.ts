import { type Company, companySchema } from '../complaint/company.ts';
import type { Correctable } from './case-rules.ts';

/** The customer as a field that can be corrected: provisional at first, and linked later. */
export const correctableCustomer: Correctable<{ readonly customer: Company }> = {
  kind: 'value',
  schema: companySchema,
  current: ({ customer: { customerId, name } }) =>
    customerId === undefined ? { name } : { customerId, name },
};
