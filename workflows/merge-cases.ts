import { caseEvents } from '../domain/case/case-events.ts';
import { defineWorkflow, handedOn, type WorkflowCommand } from '../domain/case/workflow.ts';
import { lifecycleByCategory } from '../domain/lifecycles.ts';
import { categoryOf, type RecordedEvent, uuidOf } from '../domain/log/envelope.ts';

/**
 * A case that was merged into another hands over what it still owed, and takes it back if the other had ended
 * meanwhile; one that is taken out again is given back, wherever it went on since. The order of the log decides: what
 * is told of an older merge than the one that stands changes nothing.
 */
export const mergeCases = defineWorkflow({
  name: 'merge-cases',
  on: ['CaseMergedInto', 'CaseUnmerged', 'CaseReleased'],
  react(event) {
    const lifecycle = lifecycleByCategory(categoryOf(event.streamId))?.name;
    return lifecycle === undefined ? [] : reactions(event).map(each => ({ ...each, lifecycle }));
  },
});

function reactions({
  type,
  streamId,
  revision,
  data,
}: RecordedEvent): readonly Omit<WorkflowCommand, 'lifecycle'>[] {
  const caseId = uuidOf(streamId);
  if (type === 'CaseMergedInto') {
    const { survivorId } = caseEvents.CaseMergedInto.schema.parse(data);
    const mergeRevision = revision;
    const absorb = {
      loserId: caseId,
      mergeRevision,
      ...handedOn(data, 'receivedAt', 'openClocks', 'openInputs'),
    };
    const settle = { survivorId, mergeRevision };
    return [
      { step: 'absorb', caseId: survivorId, command: { type: 'absorb', data: absorb } },
      { step: 'settle', caseId, command: { type: 'settleMerge', data: settle } },
    ];
  }
  if (type === 'CaseUnmerged') {
    const { survivorId } = caseEvents.CaseUnmerged.schema.parse(data);
    const release = { loserId: caseId, untilRevision: revision };
    return [{ step: 'release', caseId: survivorId, command: { type: 'release', data: release } }];
  }
  const { goesOnIn } = caseEvents.CaseReleased.schema.parse(data);
  if (goesOnIn === undefined) return [];
  const { survivorId, clocks, inputs } = goesOnIn;
  const release = { loserId: caseId, clocks, inputs };
  return [{ step: 'release', caseId: survivorId, command: { type: 'release', data: release } }];
}
