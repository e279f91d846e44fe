import { HOUSE_POLICY, policies } from '../../domain/house/policies.ts';
import { type PolicyChange, policyChanges } from '../../domain/house/policy-changes.ts';
import { uuidOf } from '../../domain/log/envelope.ts';
import { POLICY_STREAM_ID } from '../../domain/log/fixed-streams.ts';
import type { Policy, PolicyContent } from '../../domain/sla/policy.ts';
import type { AggregateOutcome, Asking } from '../directory/aggregate-writer.ts';
import { emptyFold, foldEvents } from '../directory/folded-aggregate.ts';
import type { TextProblem } from '../text-problem.ts';
import type { WhichState } from './house-calendars.ts';
import type { HouseParts } from './house-parts.ts';
import type { PolicyFile } from './policy-file.ts';
import { tooLarge } from './text-limit.ts';
import { type Written, writtenBy } from './versions.ts';

export interface ListedPolicy {
  /** The version that clocks follow which start now. */
  readonly inForce: number;
  readonly versions: readonly (Written & {
    readonly version: number;
    readonly holdsFrom: number;
    readonly calendarId: string;
    readonly lines: number;
  })[];
  readonly draft?: Written & { readonly draft: number; readonly lines: number };
}

export type DraftedPolicy =
  | { readonly outcome: 'unreadable'; readonly problems: readonly TextProblem[] }
  | {
      readonly outcome: 'given';
      readonly given: AggregateOutcome;
      readonly draft?: number;
      /** What keeps it from being published. */
      readonly incomplete: readonly TextProblem[];
      readonly changes: readonly PolicyChange[];
    };

const ID = uuidOf(POLICY_STREAM_ID);

/** The policy of the house, as a person deals with it. @throws StoreUnavailableError from all that it returns */
export function createHousePolicies(parts: HouseParts) {
  const { store, give, book, clock, promised } = parts;

  const read = async () => {
    const events = await store.readStream(POLICY_STREAM_ID);
    return { events, state: foldEvents(policies, emptyFold(policies.initial), events).state };
  };
  const inForce = (): Policy => book.policyAt(clock.now());
  const readText = async (text: string): Promise<PolicyFile> => {
    const large = tooLarge(text);
    if (large !== undefined) return { outcome: 'refused', problems: [large] };
    // Loaded when there is a text: seldom.
    const { readPolicyFile } = await import('./policy-file.ts');
    return readPolicyFile(text, promised, book.calendarIds());
  };
  const content = async (which: WhichState): Promise<Policy | PolicyContent | undefined> => {
    const { versions, draft } = (await read()).state;
    if (which === 'draft') return draft?.content;
    const version = which === 'inForce' ? inForce().version : which;
    return versions.find(each => each.version === version);
  };

  return {
    async list(): Promise<ListedPolicy> {
      const { events, state } = await read();
      const of = (type: string, matches: (data: Readonly<Record<string, unknown>>) => boolean) =>
        events.find(event => event.type === type && matches(event.data));
      const { draft } = state;
      const drafted = draft && of('PolicyDrafted', data => data.draft === draft.number);
      return {
        inForce: inForce().version,
        versions: state.versions.flatMap(({ version, holdsFrom, calendarId, lines, policyId }) => {
          const event = of('PolicyPublished', data => Object(data.policy).version === version);
          return event === undefined || policyId !== HOUSE_POLICY
            ? []
            : [{ version, holdsFrom, calendarId, lines: lines.length, ...writtenBy(event) }];
        }),
        ...(draft === undefined || drafted === undefined
          ? {}
          : { draft: { draft: draft.number, lines: draft.content.lines.length, ...writtenBy(drafted) } }),
      };
    },

    content,
    /** The version that held at an instant: what clocks that started then were promised by. */
    at: (instant: number): Policy => book.policyAt(instant),

    /** What one state says otherwise than another; `undefined` when one of them is not there. */
    async diff(from: WhichState, to: WhichState): Promise<readonly PolicyChange[] | undefined> {
      const [before, after] = [await content(from), await content(to)];
      return before === undefined || after === undefined ? undefined : policyChanges(before, after);
    },

    /** What a file says, and otherwise than the policy in force; nothing is written. */
    async check(text: string) {
      const file = await readText(text);
      if (file.outcome === 'refused') return file;
      return { ...file, changes: policyChanges(inForce(), file.policy) };
    },

    async draft(text: string, replaces: number | undefined, asking: Asking): Promise<DraftedPolicy> {
      const file = await readText(text);
      if (file.outcome === 'refused') return { outcome: 'unreadable', problems: file.problems };
      const { policy, incomplete } = file;
      const replaced = replaces === undefined ? {} : { replaces };
      const given = await give(policies, {
        ...asking,
        id: ID,
        command: { type: 'draftPolicy', data: { policy, ...replaced } },
        body: { text, ...replaced },
      });
      const draft = given.outcome === 'accepted' ? Number(given.events[0]?.data.draft) : undefined;
      const changes = policyChanges(inForce(), policy);
      return { outcome: 'given', given, incomplete, changes, ...(draft === undefined ? {} : { draft }) };
    },

    abandon: (draft: number, reason: string, asking: Asking) =>
      give(policies, { ...asking, id: ID, command: { type: 'abandonPolicyDraft', data: { draft, reason } } }),

    async publish(
      wanted: { readonly draft: number; readonly reason: string; readonly holdsFrom?: number | undefined },
      asking: Asking,
    ): Promise<AggregateOutcome> {
      const { draft, reason, holdsFrom } = wanted;
      const when = holdsFrom === undefined ? {} : { holdsFrom };
      const given = await give(policies, {
        ...asking,
        id: ID,
        command: {
          type: 'publishPolicy',
          data: {
            draft,
            reason,
            ...when,
            lifecycles: promised.map(({ lifecycle, clocks }) => ({ lifecycle, clocks: [...clocks] })),
            calendarIds: [...book.calendarIds()],
          },
        },
        // What the release promises is no part of what was sent.
        body: { draft, reason, ...when },
      });
      if (given.outcome === 'accepted') parts.onPublished(given.events);
      return given;
    },
  };
}
export type HousePolicies = ReturnType<typeof createHousePolicies>;
