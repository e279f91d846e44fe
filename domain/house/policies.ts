import { z } from 'zod';
import { accept, type Decision, reject } from '../case/decision.ts';
import type { CommandOf, EventOf } from '../case/event-definition.ts';
import type { Aggregate } from '../log/aggregate.ts';
import { instantSchema } from '../log/envelope.ts';
import { clockNameSchema } from '../sla/events.ts';
import { type Policy, type PolicyContent, policyContentSchema, policyEvents } from '../sla/policy.ts';
import { calendarIdSchema } from '../time/calendar-version.ts';
import { unreachable } from '../unreachable.ts';
import { draftStands } from './calendars.ts';
import { policyProblems } from './policy-coverage.ts';
import { DRAFTERS, type Draft, draftNumberSchema, PUBLISHERS, reasonSchema } from './publishing.ts';

/** The one policy that decisions ask. */
export const HOUSE_POLICY = 'default';

export const policiesEvents = {
  PolicyDrafted: {
    schemaVersion: 1,
    schema: z.object({ draft: draftNumberSchema, policy: policyContentSchema }),
  },
  PolicyDraftAbandoned: { schemaVersion: 1, schema: z.object({ draft: draftNumberSchema }) },
  PolicyPublished: policyEvents.PolicyPublished,
} as const;
export type PoliciesEvent = EventOf<typeof policiesEvents>;

export const policiesCommands = {
  draftPolicy: {
    summary: 'Write down the next version of the policy as a draft',
    roles: DRAFTERS,
    schema: z.strictObject({
      policy: policyContentSchema,
      /** The draft that it takes the place of; without it there must be none. */
      replaces: draftNumberSchema.optional(),
    }),
  },
  abandonPolicyDraft: {
    summary: 'Give up the draft of the policy',
    roles: DRAFTERS,
    schema: z.strictObject({ draft: draftNumberSchema, reason: reasonSchema }),
  },
  publishPolicy: {
    summary: 'Publish the draft as the next version of the policy',
    roles: PUBLISHERS,
    schema: z.strictObject({
      draft: draftNumberSchema,
      reason: reasonSchema,
      /** From when it holds, if that is not now: in the future. */
      holdsFrom: instantSchema.optional(),
      /** What the release promises and which calendars there are, as it was looked up for this decision. */
      lifecycles: z
        .array(z.object({ lifecycle: z.string().max(60), clocks: z.array(clockNameSchema) }))
        .max(100),
      calendarIds: z.array(calendarIdSchema).max(100),
    }),
  },
} as const;
export type PoliciesCommand = CommandOf<typeof policiesCommands>;

export interface PoliciesState {
  readonly versions: readonly Policy[];
  readonly draft?: Draft<PolicyContent>;
  /** Drafts ever written. */
  readonly drafts: number;
}

/** Problems that a rejection lists. */
const PROBLEMS_SHOWN = 20;

function decide(
  command: PoliciesCommand,
  { versions, draft, drafts }: PoliciesState,
  now: number,
): Decision<PoliciesEvent> {
  switch (command.type) {
    case 'draftPolicy': {
      const { policy, replaces } = command.data;
      if (draft?.number !== replaces) return draftStands(draft);
      return accept({ type: 'PolicyDrafted', data: { draft: drafts + 1, policy }, occurredAt: now });
    }
    case 'abandonPolicyDraft': {
      const { draft: number } = command.data;
      if (draft?.number !== number) return draftStands(draft);
      return accept({ type: 'PolicyDraftAbandoned', data: { draft: number }, occurredAt: now });
    }
    case 'publishPolicy': {
      const { draft: number, holdsFrom = now, lifecycles, calendarIds } = command.data;
      if (draft?.number !== number) return draftStands(draft);
      if (holdsFrom < now) return reject('holdsFromThePast', { holdsFrom, now });
      const problems = policyProblems(draft.content, lifecycles, calendarIds);
      if (problems.length > 0) {
        return reject('policyIncomplete', {
          problems: problems
            .slice(0, PROBLEMS_SHOWN)
            .map(({ path, message }) => ({ path: path.join('.'), message })),
          more: Math.max(0, problems.length - PROBLEMS_SHOWN),
        });
      }
      const version = versions.reduce((most, each) => Math.max(most, each.version), 0) + 1;
      const policy = { ...draft.content, policyId: HOUSE_POLICY, version, holdsFrom };
      return accept({ type: 'PolicyPublished', data: { policy }, occurredAt: now });
    }
    default:
      return unreachable(command);
  }
}

function evolve(state: PoliciesState, event: PoliciesEvent): PoliciesState {
  const { draft: _gone, ...rest } = state;
  switch (event.type) {
    case 'PolicyDrafted': {
      const { draft: number, policy } = event.data;
      return { ...rest, draft: { number, content: policy }, drafts: number };
    }
    case 'PolicyDraftAbandoned':
      return rest;
    case 'PolicyPublished': {
      const { policy } = event.data;
      return { ...rest, versions: [...state.versions, policy] };
    }
    default:
      return unreachable(event);
  }
}

/**
 * The policy of the house, drafted and published. Rejects with `draftStands`, `noDraft`, `holdsFromThePast`,
 * `policyIncomplete`.
 */
export const policies: Aggregate<PoliciesState, typeof policiesCommands, typeof policiesEvents> = {
  category: 'policy',
  deciderVersion: 1,
  commands: policiesCommands,
  events: policiesEvents,
  initial: { versions: [], drafts: 0 },
  maxEvents: 5_000,
  endings: ['publishPolicy', 'abandonPolicyDraft'],
  decide,
  evolve,
};
