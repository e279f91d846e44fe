import type { Result, ResultEvent } from '../../domain/audit/verdict.ts';
import type { EventDefinitions } from '../../domain/case/event-definition.ts';
import { SEALED } from '../../domain/log/personal.ts';
import { personalPathsOf } from '../../domain/log/personal-paths.ts';
import { withEdits } from '../privacy/json-edit.ts';

/**
 * A result with `[sealed]` in every personal place, as the log has it: a recheck needs no keys, and goes as well when
 * they are destroyed.
 */
export function sealedResult(result: Result, definitions: EventDefinitions, uuid: string): Result {
  if (result.outcome !== 'accepted') return result;
  return { outcome: 'accepted', events: result.events.map(event => sealedEvent(event, definitions, uuid)) };
}

function sealedEvent(event: ResultEvent, definitions: EventDefinitions, uuid: string): ResultEvent {
  const schema = definitions[event.type]?.schema;
  if (schema === undefined) return event;
  const edits = personalPathsOf(schema)(event.data, uuid)
    .filter(({ value }) => value !== SEALED)
    .map(({ path }) => ({ path, value: SEALED }));
  return edits.length === 0 ? event : { ...event, data: withEdits(event.data, edits) };
}
