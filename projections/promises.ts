import { complaintEvents } from '../domain/complaint/events.ts';
import { uuidOf } from '../domain/log/envelope.ts';
import { type Clock, evolveClocks } from '../domain/sla/clock.ts';
import { slaEvents } from '../domain/sla/events.ts';
import { type CaseTimer, evolveTimers } from '../domain/sla/timers.ts';
import { lifecycleFinder, openingOf, type ProjectedLifecycle } from './case-opening.ts';
import { deadlineTable, deriveDeadlines, warned } from './deadlines.ts';
import { monthsIn } from './local-month.ts';
import { foldBy, type Projection } from './projection.ts';
import { mainParty, NOT_CLASSIFIED, type PartyKey, partyKey, sharesOf } from './responsible-party.ts';
import { asSlaEvent } from './sla-event.ts';
import { resultsBy, slaCountTable, slaResultTable } from './sla-results.ts';

/** The promises of one case, folded as the engine folds them: deadlines and results are made from it. */
export interface PromiseSource {
  readonly caseId: string;
  readonly streamId: string;
  readonly lifecycle: string;
  readonly clocks: readonly Clock[];
  readonly timers: readonly CaseTimer[];
  readonly assigneeId: string | null;
  readonly teamId: string | null;
  /** Of each item, `null` for a case without items. A list: few items are found faster than an object is made by ids. */
  readonly parties: readonly ItemParty[] | null;
  /** Closed, withdrawn, merged or voided: nothing of it is due. */
  readonly ended: boolean;
  /** Out of all figures. */
  readonly voided: boolean;
}

interface ItemParty {
  readonly itemId: string;
  readonly party: PartyKey;
}

/** What is due and whose it is, and which promises were kept. */
export function promises(
  lifecycles: readonly ProjectedLifecycle[],
  timeZone: string,
): Projection<PromiseSource> {
  const lifecycleOf = lifecycleFinder(lifecycles);
  const deriveResults = resultsBy(monthsIn(timeZone));
  const end = (before: PromiseSource): PromiseSource => ({ ...before, ended: true });
  const goOn = (before: PromiseSource): PromiseSource => ({ ...before, ended: false });
  const { types, fold: foldOther } = foldBy<typeof complaintEvents, PromiseSource>(complaintEvents, {
    CaseAssigned: (before, { data: { assigneeId, teamId } }) => ({ ...before, assigneeId, teamId }),
    CaseClosed: end,
    CaseVoided: before => ({ ...before, ended: true, voided: true }),
    CaseWithdrawn: end,
    CaseMergedInto: end,
    CaseReopened: goOn,
    CaseUnmerged: goOn,
    ComplaintClassified: (before, { data }) => classified(before, data.items),
    ComplaintReclassified: (before, { data }) => classified(before, data.items),
    ComplaintResponsibilityRuled: (before, { data: { itemId, shares } }) => ({
      ...before,
      parties: withParty(before.parties ?? [], { itemId, party: mainParty(sharesOf(shares)) }),
    }),
  });

  return {
    name: 'promises',
    version: 4,
    tables: [deadlineTable, slaResultTable, slaCountTable],
    types: new Set([...types, ...Object.keys(slaEvents)]),
    fold(before, event) {
      if (before === undefined) {
        const lifecycle = lifecycleOf(event)?.name;
        if (event.revision !== 0 || lifecycle === undefined) return undefined;
        const { streamId } = event;
        return {
          caseId: uuidOf(streamId),
          streamId,
          lifecycle,
          clocks: [],
          timers: [],
          assigneeId: null,
          teamId: openingOf(event).teamId,
          parties: partiesAtFirst(event.data.items),
          ended: false,
          voided: false,
        };
      }
      const sla = asSlaEvent(event);
      if (sla === undefined) return foldOther(before, event);
      return 'timer' in sla.data
        ? { ...before, timers: evolveTimers(before.timers, sla) }
        : { ...before, clocks: evolveClocks(before.clocks, sla) };
    },
    derive(before, after, rows) {
      deriveDeadlines(before, after, rows);
      deriveResults(before, after, rows);
    },
    // No result changes by a warning.
    patches: { SlaClockWarned: warned },
  };
}

type Classified = readonly {
  readonly itemId: string;
  readonly responsibleParty: Parameters<typeof partyKey>[0];
}[];

function classified(before: PromiseSource, items: Classified): PromiseSource {
  let parties = before.parties ?? [];
  for (const { itemId, responsibleParty } of items) {
    parties = withParty(parties, { itemId, party: partyKey(responsibleParty) });
  }
  return { ...before, parties };
}

function withParty(parties: readonly ItemParty[], item: ItemParty): readonly ItemParty[] {
  return parties.some(({ itemId }) => itemId === item.itemId)
    ? parties.map(before => (before.itemId === item.itemId ? item : before))
    : [...parties, item];
}

function partiesAtFirst(items: unknown): PromiseSource['parties'] {
  if (!Array.isArray(items)) return null;
  return items.flatMap((item: unknown) =>
    typeof item === 'object' && item !== null && 'itemId' in item
      ? [{ itemId: String(item.itemId), party: NOT_CLASSIFIED }]
      : [],
  );
}
