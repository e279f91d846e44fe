import { caseEvents } from '../domain/case/case-events.ts';
import { defineWorkflow } from '../domain/case/workflow.ts';
import { lifecycleByCategory } from '../domain/lifecycles.ts';
import { categoryOf, uuidOf } from '../domain/log/envelope.ts';

/** A case that was merged into another hands over what it still owed; one that is taken out again is given back. */
export const mergeCases = defineWorkflow({
  name: 'merge-cases',
  on: ['CaseMergedInto', 'CaseUnmerged'],
  react(event) {
    const lifecycle = lifecycleByCategory(categoryOf(event.streamId));
    if (lifecycle === undefined) return [];
    const loserId = uuidOf(event.streamId);
    if (event.type === 'CaseMergedInto') {
      const { survivorId, receivedAt, openClocks, openInputs } = caseEvents.CaseMergedInto.schema.parse(
        event.data,
      );
      const inputs = openInputs === undefined ? {} : { openInputs };
      const command = { type: 'absorb', data: { loserId, receivedAt, openClocks, ...inputs } };
      return [{ step: 'absorb', lifecycle: lifecycle.name, caseId: survivorId, command }];
    }
    const { survivorId } = caseEvents.CaseUnmerged.schema.parse(event.data);
    const command = { type: 'release', data: { loserId } };
    return [{ step: 'release', lifecycle: lifecycle.name, caseId: survivorId, command }];
  },
});
