import { defineWorkflow } from '../domain/case/workflow.ts';
import { factoryVisit } from '../domain/factory-visit/factory-visit.ts';
import { WAVE_CLOCK, WAVES } from '../domain/factory-visit/state.ts';
import { categoryOf, uuidOf } from '../domain/log/envelope.ts';
import { slaEvents } from '../domain/sla/events.ts';

/**
 * A wave that opens is a task for marketing. The task is an event of the visit itself: there is nobody else's stream
 * that it could disagree with, and it is done when the wave has its result.
 */
export const followUpTask = defineWorkflow({
  name: 'follow-up-task',
  on: ['FollowUpWaveOpened'],
  react({ streamId, data }) {
    if (categoryOf(streamId) !== factoryVisit.category) return [];
    const { clock, cycle } = slaEvents.FollowUpWaveOpened.schema.parse(data);
    const wave = WAVES.find(months => WAVE_CLOCK[months] === clock);
    if (wave === undefined) return [];
    return [
      {
        step: 'open',
        lifecycle: factoryVisit.name,
        caseId: uuidOf(streamId),
        command: { type: 'openFollowUpTask', data: { wave, cycle } },
      },
    ];
  },
});
