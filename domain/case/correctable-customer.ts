import { type Company, companySchema } from '../complaint/company.ts';
import type { CaseEvent } from './case-events.ts';
import type { Correctable } from './case-rules.ts';

/** The customer as a field that can be corrected: provisional at first, and linked later. */
export const correctableCustomer: Correctable<{ readonly customer: Company }> = {
  kind: 'value',
  schema: companySchema,
  current: ({ customer: { customerId, name } }) =>
    customerId === undefined ? { name } : { customerId, name },
};

/** Whether the two are different customers, and not one whose name was misspelt. */
export function isAnotherCustomer(from: unknown, to: unknown): boolean {
  const idOf = (company: unknown) => companySchema.safeParse(company).data?.customerId;
  return idOf(from) !== idOf(to);
}

type Corrected = (CaseEvent & { type: 'DetailsCorrected' })['data'];

/** With another customer the case has that one's grade: what it promises from then on goes by it. */
export function withGradeOf<S extends { readonly customerGrade?: 'A' | 'B' | 'C' | 'D' }>(
  state: S,
  { customerGrade }: Pick<Corrected, 'customerGrade'>,
): S {
  if (customerGrade === undefined) return state;
  if (customerGrade !== null) return { ...state, customerGrade };
  const { customerGrade: _none, ...ungraded } = state;
  // Spreading loses the type parameter; what is left out is optional.
  return ungraded as S;
}
