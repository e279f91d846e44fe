import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import type { PendingTimer } from '../../domain/sla/timers.ts';
import { timerCommandId } from './command-id.ts';
import type { CommandRequest } from './command-request.ts';
import { systemActor } from './system-actor.ts';

/**
 * The command that records what time brought to a case. Whoever sends it for the same timer, a second node, a
 * restart or an import, sends the same id, and it is recorded once.
 */
export function timerRequest(
  logId: string,
  lifecycle: AnyLifecycle,
  caseId: string,
  timer: PendingTimer,
  /** In an import: the historical instant to decide at. */
  imported?: Pick<CommandRequest, 'now' | 'importId'>,
): CommandRequest {
  const { name, cycle, kind, key, armedRevision, at } = timer;
  const streamId = `${lifecycle.category}-${caseId}`;
  const commandId = timerCommandId(logId, { streamId, name, cycle, kind, key, armedRevision });
  return {
    lifecycle,
    caseId,
    // In the order in which it is written.
    command: { type: 'fireTimer', data: { armedRevision, at, cycle, key, kind, name } },
    actor: systemActor('timer'),
    commandId,
    keyed: false,
    correlationId: commandId,
    ...imported,
  };
}
