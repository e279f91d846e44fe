import { z } from 'zod';
import { channelSchema } from '../case/case-events.ts';
import type { Correctable } from '../case/case-rules.ts';
import { contactRef } from '../case/references.ts';
import { uuidSchema } from '../log/envelope.ts';
import { companySchema, contactPositionSchema, siteRegionSchema } from './company.ts';
import { complaintKindSchema } from './events.ts';
import { itemSchema, MAX_ITEMS } from './item.ts';
import { remedySoughtSchema } from './remedy.ts';
import type { ComplaintState } from './state.ts';

const itemsSchema = z.array(itemSchema).min(1).max(MAX_ITEMS);

/** Fields of a complaint that can be corrected, beside the receipt. */
export const correctable: Readonly<Record<string, Correctable<ComplaintState>>> = {
  kind: { kind: 'value', schema: complaintKindSchema, current: s => s.kind },
  complainant: { kind: 'value', schema: companySchema, current: s => plain(s.complainant) },
  buyingCustomer: { kind: 'value', schema: companySchema, current: s => plain(s.buyingCustomer) },
  endBrand: { kind: 'value', schema: companySchema, current: s => plain(s.endBrand) },
  contactId: { kind: 'value', schema: contactRef, current: s => s.contactId },
  contactPosition: { kind: 'value', schema: contactPositionSchema, current: s => s.contactPosition },
  channel: { kind: 'value', schema: channelSchema, current: s => s.channel },
  siteRegion: { kind: 'value', schema: siteRegionSchema, current: s => s.siteRegion },
  remedySought: { kind: 'value', schema: remedySoughtSchema, current: s => [...s.remedySought] },
  items: { kind: 'value', schema: itemsSchema, current: s => plain(s.items.map(i => itemSchema.parse(i))) },
  description: { kind: 'text' },
};

/** JSON knows no `undefined`: what is absent is left out. */
function plain(value: object | undefined): z.core.util.JSONType | undefined {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as z.core.util.JSONType);
}

/** The items that a correction would put in place; `undefined` if it is none of them. */
export function correctedItems(to: unknown): z.infer<typeof itemsSchema> | undefined {
  return itemsSchema.safeParse(to).data;
}

/** Puts the right value in place of the wrong one. Its schema was checked by the decision. */
export function withCorrection(state: ComplaintState, field: string, to: unknown): ComplaintState {
  const value = <T>(schema: z.ZodType<T>, put: (right: T) => ComplaintState): ComplaintState => {
    const parsed = schema.safeParse(to);
    return parsed.success ? put(parsed.data) : state;
  };
  switch (field) {
    case 'kind':
      return value(complaintKindSchema, kind => ({ ...state, kind }));
    case 'complainant':
      return value(companySchema, complainant => ({ ...state, complainant }));
    case 'buyingCustomer':
      return value(companySchema, buyingCustomer => ({ ...state, buyingCustomer }));
    case 'endBrand':
      return value(companySchema, endBrand => ({ ...state, endBrand }));
    case 'contactId':
      return value(uuidSchema, contactId => ({ ...state, contactId }));
    case 'contactPosition':
      return value(contactPositionSchema, contactPosition => ({ ...state, contactPosition }));
    case 'channel':
      return value(channelSchema, channel => ({ ...state, channel }));
    case 'siteRegion':
      return value(siteRegionSchema, siteRegion => ({ ...state, siteRegion }));
    case 'remedySought':
      return value(remedySoughtSchema, remedySought => ({ ...state, remedySought }));
    case 'items':
      return value(itemsSchema, items => ({
        ...state,
        items: state.items.map(item => {
          const right = items.find(i => i.itemId === item.itemId);
          if (right === undefined) return item;
          const { classifications, disputes, decisions, owedSinceRevision } = item;
          return { ...right, classifications, disputes, decisions, owedSinceRevision };
        }),
      }));
    default:
      return state;
  }
}
