import { labelSchema } from '../case/case-events.ts';
import type { CaseRules } from '../case/case-rules.ts';
import { correctableCustomer } from '../case/correctable-customer.ts';
import { reject } from '../case/decision.ts';
import { possibleInAnyCase, waitsForCustomer } from '../case/possible-in-any-case.ts';
import { codeRef } from '../case/references.ts';
import { siteRegionSchema } from '../complaint/company.ts';
import { uuidSchema } from '../log/envelope.ts';
import { type AfterSalesCommand, afterSalesCommands } from './commands.ts';
import {
  type AfterSalesState,
  dispatched,
  isAnswered,
  isConfirmed,
  RETRACTABLE,
  resolution,
} from './state.ts';

type Name = AfterSalesCommand['type'];

/** What the state allows, whoever asks. */
export function possible(state: AfterSalesState): readonly Name[] {
  if (state.phase === 'none') return ['report'];
  const commands: Name[] = [...possibleInAnyCase(state, afterSalesCommands)];
  if (state.ended !== undefined) return commands;
  const add = (when: boolean, ...names: Name[]) => {
    if (when) commands.push(...names);
  };
  const resolved = resolution(state) !== undefined;
  add(!isAnswered(state), 'answer');
  add(!resolved, 'resolveRemotely', 'dispatch', 'resolveOnSite');
  const awaited = dispatched(state) !== undefined && state.phase !== 'arrived';
  add(awaited || (state.priority === 'urgent' && !resolved), 'recordArrival');
  add(resolved && !isConfirmed(state), 'confirm');
  add(resolved, 'dispute');
  add(resolved || state.waived.includes('resolution'), 'close');
  add(waitsForCustomer(state), 'closeWithoutReply');
  add(true, 'closeWithoutAgreement');
  return commands;
}

/** What the part common to all cases asks of an after-sales request. */
export const rules: CaseRules<AfterSalesState> = {
  lifecycle: 'after-sales-request',
  facts: ({ priority, siteRegion, customerGrade }) => ({
    priority,
    siteRegion,
    ...(customerGrade === undefined ? {} : { customerGrade }),
  }),
  metByReply: ['answer'],
  reopens: ['answer', 'onSiteResolution'],
  startedByReceipt: ['answer', 'onSiteResolution'],
  correctable: {
    customer: correctableCustomer,
    contactId: { kind: 'value', schema: uuidSchema, current: s => s.contactId },
    siteRegion: { kind: 'value', schema: siteRegionSchema, current: s => s.siteRegion },
    order: { kind: 'value', schema: labelSchema, current: s => s.order },
    defectCategory: {
      kind: 'value',
      schema: codeRef('defectCategory', labelSchema),
      current: s => s.defectCategory,
    },
    productCode: { kind: 'value', schema: labelSchema, current: s => s.productCode },
    fault: { kind: 'text' },
    site: { kind: 'text' },
  },
  customerFields: ['customer'],
  retractable: RETRACTABLE,
  stillMetAt(state, clock, without) {
    // A resolution answers too.
    const facts = clock.clock === 'answer' ? [...state.answers, ...state.resolutions] : [];
    const decisionOf = (revision: number) => state.steps.find(s => s.revision === revision)?.commandId;
    const standing = facts.filter(f => f.at >= clock.startedAt && decisionOf(f.revision) !== without);
    return standing.length === 0 ? undefined : Math.min(...standing.map(f => f.at));
  },
  waivable: { answer: ['answer'], resolution: ['onSiteResolution'] },
  mayClose(state, mode) {
    if (mode !== 'closed' || resolution(state) !== undefined || state.waived.includes('resolution'))
      return undefined;
    return reject('notResolved', { possible: [...possible(state)] });
  },
  itemIds: () => [],
  possible,
};
