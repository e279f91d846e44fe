import { defineWorkflow, handedOn, type WorkflowCommand } from '../domain/case/workflow.ts';
import { difficultProblemEvents } from '../domain/difficult-problem/events.ts';
import { type RecordedEvent, uuidOf } from '../domain/log/envelope.ts';

/**
 * The events by which a case may show a hard problem, with the lifecycle of that case. One that does carries
 * `hardProblem: { description, teamId }`, with `product` and `defectCategory` where they are known.
 */
const SHOWN_BY: Readonly<Record<string, string>> = {
  TechnicalLiaisonAssessed: 'technical-liaison',
  ComplaintHardProblemShown: 'complaint',
};

/** A case that shows a hard problem: a difficult problem is raised, and each of the two knows of the other. */
export const hardProblem = defineWorkflow({
  name: 'hard-problem',
  on: [...Object.keys(SHOWN_BY), 'DifficultProblemRaised'],
  react: event => (event.type === 'DifficultProblemRaised' ? linkBack(event) : raise(event)),
});

function raise({ type, streamId, data }: RecordedEvent): readonly WorkflowCommand[] {
  const { hardProblem: shown } = data;
  const lifecycle = SHOWN_BY[type];
  if (lifecycle === undefined || typeof shown !== 'object' || shown === null || Array.isArray(shown))
    return [];
  const origin = { lifecycle, caseId: uuidOf(streamId) };
  return [
    {
      step: 'raise',
      lifecycle: 'difficult-problem',
      command: {
        type: 'raise',
        data: {
          foundIn: 'case',
          origin,
          ...handedOn(shown, 'description', 'teamId', 'product', 'defectCategory'),
        },
      },
    },
  ];
}

/** Also of a problem that somebody raised by hand. */
function linkBack({ streamId, data }: RecordedEvent): readonly WorkflowCommand[] {
  const { origin } = difficultProblemEvents.DifficultProblemRaised.schema.parse(data);
  if (origin === undefined) return [];
  const to = { kind: 'case', caseId: uuidOf(streamId) };
  return [
    {
      step: 'link',
      lifecycle: origin.lifecycle,
      caseId: origin.caseId,
      command: { type: 'link', data: { to, relation: 'related' } },
    },
  ];
}
