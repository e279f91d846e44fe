import type { AnyCommand } from '../../domain/case/lifecycle.ts';

/** Where commands name the company whose grade a policy may ask about: the one that complains before the one that buys. */
const FIELDS = ['complainant', 'customer', 'buyingCustomer', 'organisation'] as const;

/** The customer that a command names: of a correction the right one. */
export function namedCustomer({ type, data }: AnyCommand): string | undefined {
  const companies = type === 'correctDetails' ? [data['to']] : FIELDS.map(field => data[field]);
  for (const company of companies) {
    if (typeof company !== 'object' || company === null || !('customerId' in company)) continue;
    if (typeof company.customerId === 'string') return company.customerId;
  }
  return undefined;
}
