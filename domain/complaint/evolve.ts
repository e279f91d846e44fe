import type { CaseEvent } from '../case/case-events.ts';
import { type CaseState, evolveCase, type MessageFact, withStep } from '../case/case-state.ts';
import { withGradeOf } from '../case/correctable-customer.ts';
import type { Folded } from '../case/event-definition.ts';
import { withRecurrence } from '../case/recurrence.ts';
import { withCorrection } from './correctable.ts';
import type { ComplaintEvent } from './events.ts';
import { evolveRemedies } from './evolve-remedies.ts';
import { phaseOf } from './phase.ts';
import type { ComplaintItem, ComplaintState, Contest, Fact, Judgement, Sample, Visit } from './state.ts';
import { openVisit } from './state.ts';
import { withoutStep } from './undo.ts';

/** The complaint after one more event. */
export function evolve(state: ComplaintState, event: Folded<ComplaintEvent>): ComplaintState {
  const next = evolveOwn(state, event);
  const remembered = isStep(next, event) ? withStep(next, event) : next;
  if (remembered.ended !== undefined) return remembered;
  const phase = phaseOf(remembered);
  return phase === remembered.phase ? remembered : { ...remembered, phase };
}

/** Own events that can be taken back; the messages among the common ones can too. */
export const RETRACTABLE = [
  'ComplaintAcknowledged',
  'ComplaintClassified',
  'ComplaintReclassified',
  'ComplaintResponsibilityDisputed',
  'ComplaintResponsibilityRuled',
  'ComplaintPreliminarilyReplied',
  'ComplaintContained',
  'ComplaintRemoteJudgementAsked',
  'ComplaintJudgedRemotely',
  'ComplaintOnSiteDecided',
  'ComplaintOnSiteArrived',
  'ComplaintSampleRequested',
  'ComplaintSampleRecorded',
  'ComplaintFindingsRecorded',
  'ComplaintDecisionCommunicated',
  'ComplaintRemedyOffered',
  'ComplaintRemedyApproved',
  'ComplaintRemedyAccepted',
  'ComplaintRemedyRejected',
  'ComplaintRemedyFulfilled',
  'ComplaintRemedyWaived',
  'ComplaintClaimRecorded',
  'ComplaintClaimSettled',
  'ComplaintSupplierClaimed',
  'ComplaintReviewed',
] as const satisfies readonly ComplaintEvent['type'][];

/** A decision is one step, its first: an offer made in it must not be taken back with the decision's clocks. */
function isStep(state: CaseState, event: Folded<ComplaintEvent>): boolean {
  if (event.type === 'MessageRecorded') return event.data.bounceOf === undefined;
  const retractable: readonly string[] = RETRACTABLE;
  return retractable.includes(event.type) && !state.steps.some(s => s.commandId === event.commandId);
}

function evolveOwn(state: ComplaintState, event: Folded<ComplaintEvent>): ComplaintState {
  const fact: Fact = { revision: event.revision, at: event.occurredAt };
  const { actorId } = event;
  const told = (messageId: string, byPerson = true): readonly MessageFact[] => [
    ...state.messages,
    {
      messageId,
      direction: 'outbound',
      byPerson,
      at: fact.at,
      commandId: event.commandId,
      bounced: false,
    },
  ];
  const items = (change: (item: ComplaintItem) => ComplaintItem) => state.items.map(change);

  switch (event.type) {
    case 'ComplaintReceived': {
      const { description: _sealed, items: received, continues, splitFrom, ...data } = event.data;
      const linkedTo = [continues, splitFrom].filter(id => id !== undefined);
      return {
        ...state,
        ...definedOf(data),
        linkedTo,
        items: received.map(item => ({
          ...item,
          classifications: [],
          disputes: [],
          decisions: [],
          owedSinceRevision: -1,
        })),
      };
    }
    case 'RecurrenceFound':
      return withRecurrence(state, event);
    case 'ComplaintHardProblemShown': {
      const { itemId } = event.data;
      const shown = itemId === undefined ? fact : { ...fact, itemId };
      return { ...state, hardProblems: [...state.hardProblems, shown] };
    }
    case 'ComplaintSuccessorPrepared':
    case 'ComplaintAddedToNegativeCases':
      return state;
    case 'ComplaintAcknowledged': {
      const { messageId, automatic } = event.data;
      return {
        ...state,
        acknowledged: [...state.acknowledged, { ...fact, messageId }],
        messages: told(messageId, !automatic),
      };
    }
    case 'ComplaintClassified':
    case 'ComplaintReclassified': {
      const { final } = event.data;
      const classified = (item: ComplaintItem): ComplaintItem => {
        const found = event.data.items.find(i => i.itemId === item.itemId);
        if (found === undefined) return item;
        const { itemId: _same, ...classification } = found;
        return { ...item, classifications: [...item.classifications, { ...fact, final, ...classification }] };
      };
      return { ...state, items: items(classified) };
    }
    case 'ComplaintResponsibilityDisputed': {
      const { itemId, department } = event.data;
      const disputed = (i: ComplaintItem) =>
        i.itemId === itemId ? { ...i, disputes: [...i.disputes, { ...fact, department }] } : i;
      return { ...state, items: items(disputed) };
    }
    case 'ComplaintResponsibilityRuled': {
      const { itemId, shares } = event.data;
      const ruled = (i: ComplaintItem) =>
        i.itemId === itemId
          ? { ...i, disputes: lastChanged(i.disputes, d => ({ ...d, ruling: { ...fact, shares } })) }
          : i;
      return { ...state, items: items(ruled) };
    }
    case 'ComplaintPreliminarilyReplied': {
      const { messageId, nextNewsAt } = event.data;
      return {
        ...state,
        nextNewsAt,
        replies: [...state.replies, { ...fact, messageId }],
        messages: told(messageId),
      };
    }
    case 'ComplaintContained':
      return { ...state, contained: [...state.contained, fact] };
    case 'ComplaintRemoteJudgementAsked':
      return { ...state, judgements: [...state.judgements, { ...fact, askedAt: fact.at }] };
    case 'ComplaintJudgedRemotely': {
      const judged = { ...fact, mustGoOnSite: event.data.mustGoOnSite };
      const open = state.judgements.at(-1);
      const judgements: readonly Judgement[] =
        open !== undefined && open.judged === undefined
          ? lastChanged(state.judgements, j => ({ ...j, judged }))
          : [...state.judgements, { ...fact, judged }];
      // A word given before this judgement does not reach against it.
      const waived = state.waived.filter(step => step !== 'remoteJudgement');
      return { ...state, judgements, waived };
    }
    case 'ComplaintOnSiteDecided': {
      const visit: Visit = { ...fact, people: event.data.people, cancelled: false };
      return { ...state, visits: [...state.visits, visit] };
    }
    case 'ComplaintOnSiteArrived': {
      const visits: readonly Visit[] =
        openVisit(state) === undefined
          ? [...state.visits, { ...fact, people: event.data.people, arrived: fact, cancelled: false }]
          : lastChanged(state.visits, v => ({ ...v, arrived: fact }));
      return { ...state, visits };
    }
    case 'ComplaintOnSiteCancelled':
      return { ...state, visits: lastChanged(state.visits, v => ({ ...v, cancelled: true })) };
    case 'ComplaintSampleRequested': {
      const { sampleId } = event.data;
      return { ...state, samples: [...state.samples, { ...fact, sampleId, requested: true, steps: [] }] };
    }
    case 'ComplaintSampleRecorded': {
      const { sampleId, step } = event.data;
      const known = state.samples.some(s => s.sampleId === sampleId);
      const before: readonly Sample[] = known
        ? state.samples
        : [...state.samples, { ...fact, revision: -1, sampleId, requested: false, steps: [] }];
      const samples = before.map(s =>
        s.sampleId === sampleId ? { ...s, steps: [...s.steps, { ...fact, step }] } : s,
      );
      return { ...state, samples };
    }
    case 'ComplaintFindingsRecorded': {
      const findings = [...state.findings, { ...fact, onSite: event.data.onSite }];
      return { ...state, findings, involved: [...state.involved, actorId] };
    }
    case 'ComplaintDecisionCommunicated': {
      const { messageId } = event.data;
      const decided = (i: ComplaintItem): ComplaintItem => {
        const found = event.data.items.find(d => d.itemId === i.itemId);
        return found === undefined
          ? i
          : { ...i, decisions: [...i.decisions, { ...fact, outcome: found.outcome }] };
      };
      const { commandId } = event;
      return {
        ...state,
        items: items(decided),
        decisionsTold: [...state.decisionsTold, { ...fact, messageId, commandId }],
        messages: told(messageId),
        involved: [...state.involved, actorId],
      };
    }
    case 'ComplaintRemedyOffered':
    case 'ComplaintRemedyApproved':
    case 'ComplaintRemedyAccepted':
    case 'ComplaintRemedyRejected':
    case 'ComplaintRemedyFulfilled':
    case 'ComplaintRemedyWaived':
    case 'ComplaintClaimRecorded':
    case 'ComplaintClaimSettled':
    case 'ComplaintSupplierClaimed':
      return evolveRemedies(state, event);
    case 'ComplaintContested': {
      const { itemIds } = event.data;
      const owed = (i: ComplaintItem) =>
        itemIds === undefined || itemIds.includes(i.itemId) ? { ...i, owedSinceRevision: fact.revision } : i;
      return { ...state, items: items(owed), contests: [...state.contests, fact], waived: waivedAnew(state) };
    }
    case 'ComplaintReviewed': {
      const review = { ...fact, outcome: event.data.outcome };
      return { ...state, contests: lastChanged(state.contests, (c): Contest => ({ ...c, review })) };
    }
    default:
      return evolveShared(state, event);
  }
}

/** Events that every case has, and what they mean for a complaint. An own event that was forgotten above does not compile here. */
function evolveShared(before: ComplaintState, event: Folded<CaseEvent>): ComplaintState {
  const state = evolveCase(before, event);
  switch (event.type) {
    case 'DetailsCorrected':
      return withGradeOf(withCorrection(state, event.data.field, event.data.to), event.data);
    case 'StepRetracted':
      return withoutStep(state, event.data.stepRevision);
    case 'MessageRecorded': {
      // What did not arrive was not told.
      const { bounceOf } = event.data;
      const told = [...state.acknowledged, ...state.replies, ...state.decisionsTold].find(
        t => t.messageId === bounceOf,
      );
      return told === undefined ? state : withoutStep(state, told.revision);
    }
    case 'CaseSplitOff': {
      const { itemIds } = event.data;
      return { ...state, items: state.items.filter(i => !itemIds.includes(i.itemId)) };
    }
    case 'CaseReopened': {
      const items = state.items.map(i => ({ ...i, owedSinceRevision: event.revision }));
      return { ...state, items, reopenedRevision: event.revision, waived: waivedAnew(state) };
    }
    default:
      return state;
  }
}

/** A new round owes its own decision and review: what was waived before does not reach into it. */
function waivedAnew(state: CaseState): readonly string[] {
  return state.waived.filter(step => step !== 'decision' && step !== 'review');
}

function lastChanged<T>(list: readonly T[], change: (last: T) => T): readonly T[] {
  return list.map((each, index) => (index === list.length - 1 ? change(each) : each));
}

/** The same without the keys that hold `undefined`. */
function definedOf<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
