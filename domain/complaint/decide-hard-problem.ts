import { accept, type Decision, reject } from '../case/decision.ts';
import type { ComplaintCommand } from './commands.ts';
import type { Turn } from './complaint-turn.ts';
import { unknownItems } from './decide-on-site.ts';
import type { ComplaintEvent } from './events.ts';
import { classificationOf } from './state.ts';

/** Once an item, or once for the complaint as a whole: what is known of product and defect goes with it. */
export function showHardProblem(
  { itemId, description, teamId }: (ComplaintCommand & { type: 'showHardProblem' })['data'],
  { state, at }: Turn,
): Decision<ComplaintEvent> {
  const unknown = unknownItems(itemId === undefined ? undefined : [itemId], state);
  if (unknown !== undefined) return unknown;
  if (state.hardProblems.some(p => p.itemId === itemId)) {
    return reject('hardProblemAlreadyRaised', { linkedTo: [...state.linkedTo] });
  }
  const [only, ...others] = itemId === undefined ? state.items : state.items.filter(i => i.itemId === itemId);
  const item = others.length === 0 ? only : undefined;
  const { productId, code } = item?.product ?? {};
  const defectCategory = item === undefined ? undefined : classificationOf(item)?.defectCategory;
  const product =
    code === undefined ? undefined : { code, ...(productId === undefined ? {} : { productId }) };
  return accept<ComplaintEvent>({
    type: 'ComplaintHardProblemShown',
    data: {
      ...(itemId === undefined ? {} : { itemId }),
      hardProblem: {
        description,
        teamId: teamId ?? state.teamId,
        ...(product === undefined ? {} : { product }),
        ...(defectCategory === undefined ? {} : { defectCategory }),
      },
    },
    occurredAt: at,
  });
}
