import type { z } from 'zod';
import type { Clock } from '../sla/clock.ts';
import type { CANCEL_CAUSES, ClockName } from '../sla/events.ts';
import type { SlaFacts } from '../sla/policy.ts';
import type { PromiseOwner } from '../sla/schedule.ts';
import type { CaseState, Ending } from './case-state.ts';
import { type Rejected, reject } from './decision.ts';
import { isAsked } from './input-request.ts';
import type { DecideContext } from './lifecycle.ts';

export type ClosingMode = 'closed' | 'withoutReply' | 'withoutAgreement';

/** A field that can be corrected: its schema and what stands there now; free text has none to compare. */
export type Correctable<S> =
  | {
      readonly kind: 'value';
      readonly schema: z.ZodType;
      readonly current: (state: S) => z.core.util.JSONType | undefined;
    }
  | { readonly kind: 'text' };

/** What a lifecycle tells the part that is common to all. */
export interface CaseRules<S extends CaseState> {
  /** As in policies: `complaint`. */
  readonly lifecycle: string;
  facts(state: S): SlaFacts;
  /** Met by a message on the matter that a person sent. */
  readonly metByReply: readonly ClockName[];
  /** Whose next cycles start at a reopening. */
  readonly reopens: readonly ClockName[];
  /** Clocks that start at the receipt and are judged anew when it is corrected; if not given, all that began then. */
  readonly startedByReceipt?: readonly ClockName[];
  /** Fields beside `receivedAt`, which every case has. */
  readonly correctable: Readonly<Record<string, Correctable<S>>>;
  /** Fields that name the customer: corrected by a lead they may move deadlines. */
  readonly customerFields: readonly string[];
  /** Own events that can be taken back. */
  readonly retractable: readonly string[];
  /** Clocks that a decision kept without being the one that ended them: taken back, it takes their results with it. */
  restsOn?(state: S, commandId: string): readonly ClockName[];
  /** When another fact that stands kept the promise, if the decision of `without` had not been; it needs no second word. */
  stillMetAt?(state: S, clock: Clock, without: string): number | undefined;
  /** Why nothing is promised any more though the case has not ended: what would run again is cancelled by it. */
  owesNothing?(state: S): (typeof CANCEL_CAUSES)[number] | undefined;
  /** Steps that a lead may waive, with the clocks that end by it. */
  readonly waivable: Readonly<Record<string, readonly ClockName[]>>;
  /** Own steps that are taken after the closing too, and so say nothing of when it was. */
  readonly alsoAfterClosing?: readonly string[];
  /** Why the case can't be closed that way yet. */
  mayClose(state: S, mode: ClosingMode, context: DecideContext): Rejected | undefined;
  /** None of its promises can pause, yet a customer can be waited for: reminded, and closed without a reply. */
  readonly waitsWithoutClock?: boolean;
  /** Parts that can be split off. */
  itemIds(state: S): readonly string[];
  possible(state: S): readonly string[];
}

export function ownerOf<S extends CaseState>(state: S, rules: CaseRules<S>): PromiseOwner {
  const { assigneeId } = state;
  const asked = state.inputs.filter(isAsked);
  return {
    lifecycle: rules.lifecycle,
    facts: rules.facts(state),
    ...(assigneeId === undefined ? {} : { assigneeId }),
    ...(asked.length === 0 ? {} : { asked }),
  };
}

/** The assignee; without one, the team's members and whoever is on duty; a lead always. */
export function notAssignee(context: DecideContext, state: CaseState): Rejected | undefined {
  const { actor } = context;
  if (actor.roles.includes('lead') || actor.role === 'system') return undefined;
  if (state.assigneeId === undefined) {
    if (actor.teamId === state.teamId || context.organisation.onDuty.includes(actor.id)) return undefined;
    return reject('notAssignee', {
      teamId: state.teamId,
      hint: 'the case belongs to its team until it is assigned',
    });
  }
  if (actor.id === state.assigneeId || actor.onBehalfOf === state.assigneeId) return undefined;
  return reject('notAssignee', { assigneeId: state.assigneeId });
}

/** What is wanted of it is wanted of the case that it goes on in, or it is taken out of that first. */
export function mergedElsewhere({ survivorId = null }: { readonly survivorId?: string | null }): Rejected {
  return reject('mergedElsewhere', { survivorId, possible: ['unmerge'] });
}

export function caseEnded(ended: Ending, possible: readonly string[]): Rejected {
  const survivor = ended.survivorId === undefined ? {} : { survivorId: ended.survivorId };
  return reject('caseEnded', { how: ended.how, endedAt: ended.at, ...survivor, possible: [...possible] });
}
