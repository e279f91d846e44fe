import { isAsked } from '../../domain/case/input-request.ts';
import type { HostOverlap, HostQuery } from '../../domain/case/lifecycle.ts';
import type { UnusableReference } from '../../domain/case/references.ts';
import type { StoredEvent } from '../../domain/log/envelope.ts';
import type { WallClock } from '../clock.ts';
import type { Directory } from '../directory/directory.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { CommandOutcome, CommandRequest } from './command-request.ts';
import { decisionStamp, sealedEvents } from './decided-events.ts';
import { type Linked, watchedContext } from './decision-context.ts';
import type { FoldedCase } from './folded-case.ts';
import { namedCustomer } from './named-customer.ts';
import { type OrganisationSource, organisationOf, owningTeam } from './organisation.ts';
import type { PolicyBook } from './policy-book.ts';
import type { Rejection } from './rejection-journal.ts';

export interface DeciderParts {
  readonly sealer: Sealer;
  readonly directory: OrganisationSource & Pick<Directory, 'customerGrade'>;
  readonly policies: Pick<PolicyBook, 'policyAt' | 'calendarKnownAt' | 'calendarOf'>;
  readonly clock: WallClock;
  /** Who of these hosts is expected elsewhere, as the views know it; without it nobody is. */
  readonly hostOverlaps?: (query: HostQuery, caseId: string) => readonly HostOverlap[];
}

/** A decision taken and not yet given out. */
export type Decided =
  | { readonly outcome: 'accepted'; readonly events: readonly StoredEvent[] }
  | {
      readonly outcome: 'rejected';
      readonly answer: CommandOutcome;
      readonly rejection: Omit<Rejection, 'request' | 'caseId'>;
    };

export type Decider = (
  request: CommandRequest,
  at: { readonly caseId: string; readonly streamId: string },
  current: FoldedCase,
  /** What the command names beside its case, as it was looked up. */
  named: { readonly linked?: Linked | undefined; readonly unusable?: UnusableReference | undefined },
) => Decided;

/**
 * Takes a decision on a folded case: gives the lifecycle what it may know, and makes of its events what will be
 * stored. Nothing is written.
 */
export function createDecider(parts: DeciderParts): Decider {
  const { sealer, directory, policies, clock } = parts;
  return (request, { caseId, streamId }, current, { linked, unusable }) => {
    const { lifecycle, command, actor, commandId, keyed } = request;
    const { state } = current;
    const now = request.now ?? clock.now();
    const policy = policies.policyAt(now);
    const calendar = policies.calendarKnownAt(policy.calendarId, now);
    const hosts = lifecycle.hostQueryOf?.(command, state);
    const customerId = namedCustomer(command);
    const { context, used } = watchedContext({
      now,
      caseId,
      commandId,
      actor,
      policy,
      calendar,
      calendarOf: ref => policies.calendarOf(ref),
      organisation: () =>
        organisationOf(directory, {
          teamId: owningTeam(state, request),
          assigneeId: state.assigneeId,
          headsRole: policy.escalatesTo[lifecycle.name] ?? 'lead',
          asked: state.inputs.filter(isAsked),
          at: now,
          calendar,
        }),
      linked,
      customerGrade: customerId === undefined ? undefined : directory.customerGrade(customerId, now),
      hostOverlaps: hosts && parts.hostOverlaps?.(hosts, caseId),
      unusableReferences: unusable && [unusable],
    });
    const decision = lifecycle.decide(command, state, context);
    const stamp = decisionStamp(request, {
      decidedAt: now,
      recordedAt: Math.max(clock.now(), current.recordedAt),
      policyVersion: policy.version,
      calendarVersion: calendar.version,
    });
    switch (decision.outcome) {
      case 'accepted': {
        const { events } = decision;
        const firstRevision = current.revision + 1;
        const decided = { streamId, events, command, stamp, used: used(), keyed, firstRevision };
        return { outcome: 'accepted', events: sealedEvents(sealer, lifecycle, decided) };
      }
      case 'rejected': {
        const { reason } = decision;
        const details = { possible: [...lifecycle.possible(state)], ...decision.details };
        return {
          outcome: 'rejected',
          answer: { outcome: 'rejected', reason, details, revision: current.revision },
          rejection: {
            rejected: { ...decision, details },
            decidedOnRevision: current.revision,
            stamp,
            used: used(),
          },
        };
      }
    }
  };
}
