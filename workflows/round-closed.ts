import { defineWorkflow } from '../domain/case/workflow.ts';
import { liaisonRoundEvents } from '../domain/liaison-round/events.ts';

/**
 * A round that closes: its unanswered liaisons close without a reply; so does one whose form the round heard of only
 * after its closing. A liaison that was answered meanwhile goes on: it decides by its own stream.
 */
export const roundClosed = defineWorkflow({
  name: 'round-closed',
  on: ['LiaisonRoundClosed', 'LiaisonRoundFormSent'],
  react: ({ type, data }) =>
    unanswered(type, data).map(liaisonId => ({
      step: liaisonId,
      lifecycle: 'technical-liaison',
      caseId: liaisonId,
      command: { type: 'closeWithoutReply', data: {} },
    })),
});

function unanswered(type: string, data: unknown): readonly string[] {
  if (type === 'LiaisonRoundClosed') {
    return liaisonRoundEvents.LiaisonRoundClosed.schema.parse(data).unanswered.map(l => l.liaisonId);
  }
  const { liaisonId, afterClosing } = liaisonRoundEvents.LiaisonRoundFormSent.schema.parse(data);
  return afterClosing ? [liaisonId] : [];
}
