import type { AfterSalesState } from '../domain/after-sales/state.ts';
import type { CaseState } from '../domain/case/case-state.ts';
import { type Fault, recurrenceEvents } from '../domain/case/recurrence.ts';
import {
  defineRememberingWorkflow,
  type Remembered,
  type WorkflowMemory,
} from '../domain/case/remembering-workflow.ts';
import type { WorkflowCommand } from '../domain/case/workflow.ts';
import { type ComplaintState, classificationOf } from '../domain/complaint/state.ts';
import { type RecordedEvent, uuidOf } from '../domain/log/envelope.ts';

/** What falls into no category has nothing in common. */
const NO_CATEGORY = 'other';

/**
 * A fault of the same product and defect category as in another case: the later receipt is linked as a recurrence of
 * the nearest one before it, and its lead told. Cases are classified in any order, so that either of the two may be
 * the one that was known first.
 */
export const recurrence = defineRememberingWorkflow({
  name: 'recurrence',
  lifecycles: ['complaint', 'after-sales-request'],
  version: 1,
  on: [
    'ComplaintClassified',
    'ComplaintReclassified',
    'AfterSalesReported',
    'DetailsCorrected',
    'StepRetracted',
    'CaseSplitOff',
    'CaseVoided',
    'CaseMergedInto',
    'CaseUnmerged',
    'RecurrenceFound',
  ],
  react(event, { lifecycle, state, memory }) {
    const { receivedAt } = state;
    const caseId = uuidOf(event.streamId);
    const keep = faultsOf(lifecycle, state).map(fault => ({
      ...fault,
      key: JSON.stringify([fault.productCode, fault.defectCategory]),
      part: fault.itemId ?? '',
      at: receivedAt,
    }));
    if (event.type === 'RecurrenceFound') return { commands: [linkBack(event)], keep: keep.map(kept) };
    const known = memory.of(caseId);
    const commands = keep
      .filter(({ key, part }) => !known.some(before => before.key === key && before.part === part))
      .flatMap(({ key, part, at, ...fault }) => note({ lifecycle, caseId, part, at }, key, fault, memory));
    return { commands, keep: keep.map(kept) };
  },
});

function kept({ key, part, at }: { readonly key: string; readonly part: string; readonly at: number }) {
  return { key, part, at };
}

/** The faults of a case as they are known: none of one that was an error, or goes on in another. */
function faultsOf(lifecycle: string, state: CaseState): readonly Fault[] {
  const how = state.ended?.how;
  if (how === 'voided' || how === 'merged') return [];
  // A lifecycle's own fold gives its own state.
  const faults =
    lifecycle === 'complaint' ? ofComplaint(state as ComplaintState) : ofRequest(state as AfterSalesState);
  return faults.filter(({ defectCategory }) => defectCategory !== NO_CATEGORY);
}

function ofComplaint({ items }: ComplaintState): readonly Fault[] {
  return items.flatMap(item => {
    const productCode = item.product?.code;
    const defectCategory = classificationOf(item)?.defectCategory;
    if (productCode === undefined || defectCategory === undefined) return [];
    return [{ itemId: item.itemId, productCode, defectCategory }];
  });
}

function ofRequest({ productCode, defectCategory }: AfterSalesState): readonly Fault[] {
  return productCode === undefined || defectCategory === undefined ? [] : [{ productCode, defectCategory }];
}

type Found = Pick<Remembered, 'lifecycle' | 'caseId' | 'part' | 'at'>;

/** Whether the two are near enough is the policy's to say: the case decides. */
function note(
  found: Found,
  key: string,
  { productCode, defectCategory }: Fault,
  memory: WorkflowMemory,
): readonly WorkflowCommand[] {
  const { caseId, at } = found;
  const before = memory.lastUpTo(key, at, caseId);
  const later = before === undefined ? memory.firstAfter(key, at, caseId) : found;
  const of = before ?? found;
  if (later === undefined) return [];
  return [
    {
      step: `note ${found.part}`,
      lifecycle: later.lifecycle,
      caseId: later.caseId,
      command: {
        type: 'noteRecurrence',
        data: {
          of: { lifecycle: of.lifecycle, caseId: of.caseId, receivedAt: of.at },
          ...(later.part === '' ? {} : { itemId: later.part }),
          productCode,
          defectCategory,
        },
      },
    },
  ];
}

function linkBack({ streamId, data }: RecordedEvent): WorkflowCommand {
  const { of } = recurrenceEvents.RecurrenceFound.schema.parse(data);
  const to = { kind: 'case', caseId: uuidOf(streamId) };
  return {
    step: 'link',
    lifecycle: of.lifecycle,
    caseId: of.caseId,
    command: { type: 'link', data: { to, relation: 'recurrence' } },
  };
}
