import { z } from 'zod';
import { roleSchema } from '../../domain/case/actor.ts';
import type { CaseState } from '../../domain/case/case-state.ts';
import type { Decision } from '../../domain/case/decision.ts';
import type { AnyEvent, AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { type StoredEvent, uuidOf } from '../../domain/log/envelope.ts';
import { type Linked, recordedContextSchema, watchedContext } from './decision-context.ts';
import type { PolicyBook } from './policy-book.ts';

const commandDataSchema = z.record(z.string(), z.json());

/**
 * Takes a recorded decision again, from nothing but the log: the same events come out, unless the lifecycle
 * decides differently now (its `deciderVersion` says so). Personal values may be sealed: no decision looks at them.
 * @param first the decision's first event, or the journal's of a rejection
 * @param before the case's state before it
 * @param linked the case that `metadata.context.linkedCase` names, folded up to that revision
 */
export function retakeDecision(
  lifecycle: AnyLifecycle,
  first: StoredEvent,
  before: CaseState,
  policies: Pick<PolicyBook, 'policyOf' | 'calendarOf'>,
  linked?: Linked,
): Decision<AnyEvent> {
  const { metadata, streamId } = first;
  const { command, policyVersion, calendarVersion } = metadata;
  if (command === undefined || policyVersion === undefined || calendarVersion === undefined) {
    throw new TypeError(`event ${first.eventId} is not the first of a decision`);
  }
  const recorded = recordedContextSchema.parse(metadata.context ?? {});
  const { id, role, via, onBehalfOf } = metadata.actor;
  const { teamId, department, roles, qualifications, delegations } = recorded.actor ?? {};
  const knownRole = roleSchema.parse(role);
  const policy = policies.policyOf(policyVersion);
  const { assigneeLead, teamLead, onDuty = [], heads = [], departments, away } = recorded.organisation ?? {};
  const { context } = watchedContext({
    now: metadata.decidedAt,
    caseId: uuidOf(streamId),
    commandId: metadata.commandId,
    actor: {
      id,
      role: knownRole,
      via,
      roles: roles ?? [knownRole],
      qualifications: qualifications ?? [],
      ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
      ...(teamId === undefined ? {} : { teamId }),
      ...(department === undefined ? {} : { department }),
      ...(delegations === undefined ? {} : { delegations }),
    },
    policy,
    calendar: policies.calendarOf({ id: policy.calendarId, version: calendarVersion }),
    calendarOf: ref => policies.calendarOf(ref),
    organisation: () => ({
      onDuty,
      heads,
      ...(assigneeLead === undefined ? {} : { assigneeLead }),
      ...(teamLead === undefined ? {} : { teamLead }),
      ...(departments === undefined ? {} : { departments }),
      ...(away === undefined ? {} : { away }),
    }),
    linked,
    customerGrade: recorded.customerGrade,
    hostOverlaps: recorded.hostOverlaps,
    unusableReferences: recorded.unusableReferences,
  });
  return lifecycle.decide(
    { type: command.type, data: commandDataSchema.parse(command.data) },
    before,
    context,
  );
}
