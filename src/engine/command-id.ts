import { canonicalJson } from '../store/canonical-json.ts';
import { derivedUuid } from './derived-uuid.ts';

/**
 * Command ids carry the meaning of a command: a UUIDv5 in the log's id over a canonical JSON array
 * (docs/decisions/0001-log-format.md, 2). Whoever sends the same again gets the same id, and adds nothing.
 */
function commandId(logId: string, meaning: readonly (string | number)[]): string {
  return derivedUuid(canonicalJson(meaning), logId);
}

/** `principal` is the UUID of the user or integration, never of a token. */
export function clientCommandId(
  logId: string,
  client: { readonly principal: string; readonly commandType: string; readonly idempotencyKey: string },
): string {
  return commandId(logId, [client.principal, client.commandType, client.idempotencyKey]);
}

/** `armedRevision` belongs to it, since a due instant can come back after a pause. */
export function timerCommandId(
  logId: string,
  timer: {
    readonly streamId: string;
    readonly name: string;
    readonly cycle: number;
    readonly kind: string;
    readonly key: string;
    readonly armedRevision: number;
  },
): string {
  const { streamId, name, cycle, kind, key, armedRevision } = timer;
  // Ids, names and integers alone: for these `JSON.stringify` writes RFC 8785, in a third of the time.
  return derivedUuid(JSON.stringify([streamId, name, cycle, kind, key, armedRevision]), logId);
}

/** What the first start does once, whichever node it is. */
export function firstStartCommandId(logId: string, step: string): string {
  return commandId(logId, ['firstStart', step]);
}

export function workflowCommandId(
  logId: string,
  step: { readonly causingEventId: string; readonly workflow: string; readonly step: string },
): string {
  return commandId(logId, [step.causingEventId, step.workflow, step.step]);
}

/** `source` is the source's name in the mapping, `row` the key of the row in its case. */
export function importCommandId(
  logId: string,
  row: { readonly source: string; readonly caseKey: string; readonly rowKey: string },
): string {
  return commandId(logId, [row.source, row.caseKey, row.rowKey]);
}

/** The case that a command opens: the id of its stream. */
export function openedCaseId(logId: string, openingCommandId: string): string {
  return derivedUuid(openingCommandId, logId);
}
