import { defineWorkflow } from '../domain/case/workflow.ts';
import { uuidOf } from '../domain/log/envelope.ts';
import { ofRoundSchema } from '../domain/technical-liaison/events.ts';

/** What a round is told by its liaisons. */
const TOLD: Readonly<Record<string, string>> = {
  TechnicalLiaisonFormSent: 'recordFormSent',
  TechnicalLiaisonAnswered: 'recordAnswer',
  TechnicalLiaisonAnswerTakenBack: 'recordAnswerTakenBack',
};

/** A round knows who has a form and who has answered: each of its liaisons tells it, in the order of the log. */
export const roundTold = defineWorkflow({
  name: 'round-told',
  on: Object.keys(TOLD),
  react({ type, streamId, data }) {
    const round = ofRoundSchema.optional().parse(data.round);
    const told = TOLD[type];
    if (round === undefined || told === undefined) return [];
    const { roundId, entryId } = round;
    return [
      {
        step: 'tell',
        lifecycle: 'liaison-round',
        caseId: roundId,
        command: { type: told, data: { entryId, liaisonId: uuidOf(streamId) } },
      },
    ];
  },
});
