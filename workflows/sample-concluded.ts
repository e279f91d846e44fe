import { defineWorkflow } from '../domain/case/workflow.ts';
import { type RecordedEvent, uuidOf } from '../domain/log/envelope.ts';
import { type FromLiaison, sampleRequestEvents } from '../domain/sample-request/events.ts';
import type { SampleResult } from '../domain/technical-liaison/events.ts';

/** The liaison that asked for a sample is told what became of it: judged, or dropped without a judgement. */
export const sampleConcluded = defineWorkflow({
  name: 'sample-concluded',
  on: ['SampleRequestJudged', 'SampleRequestDropped'],
  react(event) {
    const { liaison, result } = conclusionOf(event);
    if (liaison === undefined) return [];
    const { liaisonId, handOverId } = liaison;
    return [
      {
        step: 'tell',
        lifecycle: 'technical-liaison',
        caseId: liaisonId,
        command: {
          type: 'recordSampleResult',
          data: { handOverId, sampleRequestId: uuidOf(event.streamId), result },
        },
      },
    ];
  },
});

function conclusionOf({ type, data }: RecordedEvent): {
  readonly liaison?: FromLiaison | undefined;
  readonly result: SampleResult;
} {
  if (type === 'SampleRequestDropped') {
    const { liaison } = sampleRequestEvents.SampleRequestDropped.schema.parse(data);
    return { liaison, result: 'dropped' };
  }
  const { liaison, judgement } = sampleRequestEvents.SampleRequestJudged.schema.parse(data);
  return { liaison, result: judgement };
}
