import type { Actor } from '../../domain/case/actor.ts';
import type { AnyCommand, LinkedCase } from '../../domain/case/lifecycle.ts';
import { classificationOf, openDispute } from '../../domain/complaint/state.ts';
import { isOpen } from '../../domain/sla/clock.ts';
import { defaultPolicy } from '../../domain/sla/default-policy.ts';
import type { Policy } from '../../domain/sla/policy.ts';
import {
  agent,
  at,
  customer,
  idOf,
  ids,
  judge,
  lead,
  OTHER_TEAM_ID,
  otherAgent,
  person,
  qa,
  qaHead,
  type Setting,
  technicalCentre,
} from '../given-when-then.ts';
import { decision, received, reply, zippersCameApart } from './complaints.ts';

type Complaint = ReturnType<typeof received>;

/** It stands in every personal field: it must be found in no state and in no rejection. */
export const PERSONAL = 'zhang-san@personal.example';

const HOUR_MS = 3_600_000;
const OTHER_CASE = idOf(0x5a);
const PRODUCTION = 'production';
const contributor = person(0x41, 'contributor', { department: PRODUCTION });
const integration = person(0x42, 'integration');
const workflow = person(0x43, 'system', { via: 'workflow' });
const agentLead: Actor = { ...agent, roles: ['agent', 'lead'] };

/** What opens the case or is a machine's own: its instant is not to be chosen. */
const AT_ONCE = ['receive', 'reapplyDeadlines', 'noteRecurrence'];

/** Possible at any time, with little that can be done after it. */
const ENDS = ['withdraw', 'mergeInto', 'voidEntry'];

/** One of 0 … count − 1. */
export type Choose = (count: number) => number;

const linkedCase: LinkedCase = {
  caseId: OTHER_CASE,
  lifecycle: 'complaint',
  revision: 3,
  phase: 'received',
  receivedAt: at('2026-09-21 09:00'),
  clocks: [],
  takenOver: [],
};

/** Published later than the one that the story began by: it promises more, and warns at other times. */
const NEXT_POLICY: Policy = {
  ...defaultPolicy(),
  version: 2,
  lines: defaultPolicy().lines.map(line => ({
    ...line,
    warnAt: [0.5, 0.8],
    target:
      line.target.kind === 'workingDays' ? { ...line.target, count: line.target.count + 2 } : line.target,
  })),
};

/**
 * What a command is told beside the stream: one that is to be taken over was merged into this one, and a policy that is
 * laid on is the one in force.
 */
export function seen({ type, data }: AnyCommand): Setting {
  switch (type) {
    case 'absorb':
      return { linkedCase: { ...linkedCase, caseId: String(data.loserId), mergedInto: ids.case } };
    case 'reapplyDeadlines':
      return data.policyVersion === NEXT_POLICY.version ? { policy: NEXT_POLICY } : {};
    default:
      return {};
  }
}

export const begun: Complaint = received(
  { items: [{ batch: 'B-1' }, { batch: 'B-2' }], description: PERSONAL, siteRegion: 'local' },
  '2026-09-24 10:00',
  { linkedCase },
);

/** Soon, or in the next days, or at, just before or just after what is due. */
export function later(story: Complaint, now: number, choose: Choose): number {
  const due = story.state.clocks.filter(isOpen).map(c => c.schedule.dueAt);
  const instants = [...due, ...story.pending.map(t => t.at)].filter(instant => instant > now);
  const leap = choose(3);
  if (leap === 0) return now + choose(8) * (HOUR_MS / 4);
  if (leap === 1 || instants.length === 0) return now + choose(60) * HOUR_MS;
  const instant = instants[choose(instants.length)] ?? now;
  return Math.max(now, instant + choose(3) - 1);
}

/** Something that somebody may do to a complaint, mostly what is possible and what makes sense. */
export function anyCommand(
  story: Complaint,
  now: number,
  choose: Choose,
): { by: Actor; command: AnyCommand } {
  const makers = Object.entries(commands);
  const mayEnd = choose(5) === 0;
  const possible = makers.filter(
    ([type]) => story.possible.includes(type) && (mayEnd || !ENDS.includes(type)),
  );
  const rare = makers.filter(([type]) => isRareChance(story.state, type));
  const from =
    rare.length > 0 && choose(3) === 0 ? rare : choose(6) > 0 && possible.length > 0 ? possible : makers;
  const [type, make] = from[choose(from.length)] ?? ['addNote', commands.addNote];
  const { by, data } = make(story.state, now, choose);
  const backdated =
    choose(4) === 0 && !AT_ONCE.includes(type) ? { occurredAt: earlier(story.state, now, choose) } : {};
  return { by, command: { type, data: JSON.parse(JSON.stringify({ ...data, ...backdated })) } };
}

/** What a story seldom comes to, and not twice: it is taken while it is there. */
function isRareChance(state: Complaint['state'], type: string): boolean {
  switch (type) {
    case 'rescindBreach':
      return state.clocks.some(isKeptButLate);
    case 'resumeClock':
      return state.clocks.some(c => c.status === 'paused');
    case 'closeWithoutReply':
      return state.timers.some(
        t => t.timer === 'customerSilence' && t.active && t.reminded === t.remindAt.length,
      );
    default:
      return false;
  }
}

/** Kept in time, and recorded after the breach. */
function isKeptButLate({ status, breachRescinded, result }: Complaint['state']['clocks'][number]): boolean {
  return status === 'fulfilled' && !breachRescinded && result !== undefined && result.lateMs <= 0;
}

/** Some hours ago, or when a promise fell due that is broken by now. */
function earlier(state: Complaint['state'], now: number, choose: Choose): number {
  const missed = state.clocks.filter(c => c.status === 'breached').map(c => c.schedule.dueAt);
  const at = missed.length > 0 && choose(2) === 0 ? (one(missed, choose) ?? now) : now - choose(30) * HOUR_MS;
  return Math.max(state.receivedAt, Math.min(now, at));
}

type Maker = (state: Complaint['state'], now: number, choose: Choose) => { by: Actor; data: object };
const one = <T>(of: readonly T[], choose: Choose): T | undefined => of[choose(of.length)];
const by =
  (actor: Actor, data: object): Maker =>
  () => ({ by: actor, data });

const itemOf: (state: Complaint['state'], choose: Choose) => string = (state, choose) =>
  one(state.items, choose)?.itemId ?? OTHER_CASE;
const remedyOf: Maker = (state, _now, choose) => ({
  by: choose(2) === 0 ? customer : agent,
  data: { remedyId: one(state.remedies, choose)?.remedyId ?? OTHER_CASE, evidence: PERSONAL },
});
const remedyBy =
  (actor: Actor, more: object): Maker =>
  (state, _now, choose) => ({
    by: actor,
    data: { remedyId: one(state.remedies, choose)?.remedyId ?? OTHER_CASE, ...more },
  });
const inputOf =
  (actor: Actor, more: object): Maker =>
  (state, _now, choose) => ({
    by: actor,
    data: { inputId: one(state.inputs, choose)?.inputId ?? OTHER_CASE, ...more },
  });
const pausable = ['decision', 'closing', 'remoteJudgement', 'onSiteArrival', undefined] as const;

const commands: Readonly<Record<string, Maker>> & { addNote: Maker } = {
  addNote: by(agent, { text: PERSONAL }),
  attach: by(customer, {
    name: PERSONAL,
    mediaType: 'image/jpeg',
    sizeBytes: 1,
    sha256: '0'.repeat(64),
    reference: PERSONAL,
  }),
  receive: by(agent, { ...zippersCameApart, description: PERSONAL }),
  recordMessage: (state, _now, choose) => {
    const inbound = choose(2) === 0;
    const bounceOf = choose(4) === 0 ? one(state.messages, choose)?.messageId : undefined;
    return {
      by: inbound ? customer : choose(4) === 0 ? integration : agent,
      data: {
        direction: inbound ? 'inbound' : 'outbound',
        channel: 'email',
        purpose: one(['onTheMatter', 'acknowledgement', 'other'], choose),
        outcome: bounceOf === undefined ? one(['sent', 'sent', 'unanswered'], choose) : 'bounced',
        ...(bounceOf === undefined ? {} : { bounceOf }),
        chase: choose(2) === 0,
        text: PERSONAL,
      },
    };
  },
  correctDetails: (state, now, choose) => {
    const receipt = Math.min(now, state.receivedAt + (choose(9) - 4) * 5 * HOUR_MS);
    const given = [
      { field: 'receivedAt', to: receipt },
      { field: 'receivedAt', to: receipt },
      { field: 'siteRegion', to: 'local' },
      { field: 'description', text: PERSONAL },
    ];
    return { by: lead, data: { ...one(given, choose), reason: PERSONAL } };
  },
  retractStep: (state, _now, choose) => ({
    by: lead,
    data: { stepRevision: one(state.steps, choose)?.revision ?? 0, reason: PERSONAL },
  }),
  rescindBreach: (state, _now, choose) => {
    const kept = state.clocks.filter(isKeptButLate);
    const of = choose(4) > 0 && kept.length > 0 ? kept : state.clocks;
    const { clock = 'firstReply', cycle = 1 } = one(of, choose) ?? {};
    return { by: lead, data: { clock, cycle, evidence: PERSONAL } };
  },
  assign: (_state, _now, choose) => ({ by: lead, data: { assigneeId: one([agent.id, qa.id], choose) } }),
  handOver: (_state, _now, choose) => ({
    by: lead,
    data: { openPoints: PERSONAL, ...one([{}, { toUserId: qa.id }, { toTeamId: OTHER_TEAM_ID }], choose) },
  }),
  acceptHandOver: (_state, _now, choose) => ({ by: one([agent, qa, otherAgent], choose) ?? qa, data: {} }),
  declineHandOver: (_state, _now, choose) => ({
    by: one([agent, qa, otherAgent], choose) ?? qa,
    data: { reason: PERSONAL },
  }),
  withdrawHandOver: by(lead, {}),
  requestInput: (_state, now, choose) => ({
    by: lead,
    data: {
      department: one(['production', 'planning'], choose),
      question: PERSONAL,
      ...one([{}, { askedUserId: qa.id }, { dueAt: now + (choose(100) - 5) * HOUR_MS }], choose),
    },
  }),
  provideInput: inputOf(contributor, { answer: PERSONAL }),
  declineInput: inputOf(contributor, { reason: PERSONAL }),
  chaseInput: inputOf(lead, { text: PERSONAL }),
  cancelInput: inputOf(lead, { reason: PERSONAL }),
  markUrgent: (_state, _now, choose) => ({
    by: choose(2) === 0 ? lead : customer,
    data: { reason: PERSONAL },
  }),
  confirmUrgent: by(lead, { reason: PERSONAL }),
  lowerUrgent: by(lead, { reason: PERSONAL }),
  waiveStep: (_state, _now, choose) => ({
    by: lead,
    data: {
      step: one(['firstReply', 'remoteJudgement', 'onSite', 'review', 'decision'], choose),
      reason: PERSONAL,
    },
  }),
  agreeAppointment: (_state, now, choose) => ({
    by: agentLead,
    data: {
      clock: one(['decision', 'closing', 'onSiteArrival'], choose),
      dueAt: now + (choose(240) - 5) * HOUR_MS,
      evidence: PERSONAL,
    },
  }),
  pauseClock: (_state, _now, choose) => {
    const clock = one(pausable, choose);
    return {
      by: agentLead,
      data: {
        reason: one(['awaitingCustomer', 'awaitingSample', 'awaitingThirdParty'], choose),
        ...(clock === undefined ? {} : { clock }),
      },
    };
  },
  resumeClock: by(agentLead, {}),
  link: by(agent, { to: { kind: 'document', system: 'erp', number: 'A-1' }, relation: 'order' }),
  mergeInto: (_state, _now, choose) => ({
    by: agent,
    data: choose(4) === 0 ? { survivorId: OTHER_CASE, reason: PERSONAL } : { survivorId: agent.id },
  }),
  absorb: (state, now, choose) => ({
    by: workflow,
    data: {
      loserId: idOf(0x6000 + choose(3)),
      mergeRevision: 1 + choose(3),
      receivedAt: state.receivedAt - choose(3) * HOUR_MS,
      openClocks: (
        ['acknowledgement', 'firstReply', 'decision', 'closing', 'remoteJudgement', 'onSiteArrival'] as const
      )
        .filter(() => choose(2) === 0)
        .map(clock => ({
          clock,
          cycle: 1,
          startedAt: state.receivedAt,
          dueAt: now + (choose(100) - 5) * HOUR_MS,
          breached: choose(4) === 0,
        })),
      openInputs: [0, 1, 2]
        .filter(() => choose(3) === 0)
        .map(n => ({
          inputId: idOf(0x7000 + choose(1_000)),
          cycle: n + 1,
          department: 'planning',
          askedAt: state.receivedAt,
          ...(choose(3) === 0
            ? {}
            : { promise: { startedAt: state.receivedAt, dueAt: now + (choose(100) - 5) * HOUR_MS } }),
        })),
    },
  }),
  unmerge: by(agent, { reason: PERSONAL }),
  settleMerge: (state, _now, choose) => ({
    by: workflow,
    data: {
      survivorId: OTHER_CASE,
      mergeRevision: Math.max(0, (state.ended?.mergeRevision ?? 0) + choose(3) - 1),
    },
  }),
  release: (state, _now, choose) => ({
    by: workflow,
    data: { loserId: one(state.mergedFrom, choose) ?? OTHER_CASE },
  }),
  reapplyDeadlines: (_state, _now, choose) => ({
    by: workflow,
    data: {
      because: one(['calendar', 'policyApplied'], choose),
      calendar: { id: 'cn', version: 1 },
      policyVersion: 1 + choose(2),
      provisionalOnly: choose(4) === 0,
    },
  }),
  showHardProblem: (state, _now, choose) => ({
    by: qa,
    data: { description: PERSONAL, ...(choose(2) === 0 ? {} : { itemId: itemOf(state, choose) }) },
  }),
  noteRecurrence: (state, _now, choose) => ({
    by: workflow,
    data: {
      of: {
        lifecycle: 'complaint',
        caseId: idOf(0x8000 + choose(1_000)),
        receivedAt: state.receivedAt - choose(300) * 24 * HOUR_MS,
      },
      itemId: itemOf(state, choose),
      productCode: '5VS',
      defectCategory: 'sliderDetaches',
    },
  }),
  splitOff: (state, _now, choose) => ({
    by: agent,
    data: { itemIds: [itemOf(state, choose)], description: PERSONAL },
  }),
  withdraw: (_state, _now, choose) => ({ by: choose(3) === 0 ? customer : lead, data: { reason: PERSONAL } }),
  voidEntry: (_state, now, choose) => ({
    by: lead,
    // Rarely: there is nothing after it.
    data: choose(5) === 0 ? { reason: PERSONAL } : { reason: PERSONAL, occurredAt: now + 1 },
  }),
  reopen: by(customer, { reason: PERSONAL }),
  close: by(agent, { note: PERSONAL }),
  closeWithoutReply: by(agent, { note: PERSONAL }),
  closeWithoutAgreement: by(lead, { note: PERSONAL }),
  acknowledge: by(agent, { channel: 'email' }),
  classify: (state, _now, choose) => ({
    by: choose(2) === 0 ? agent : qa,
    data: { items: [classified(state, choose)] },
  }),
  reclassify: (state, _now, choose) => ({
    by: technicalCentre,
    data: { items: [classified(state, choose)], reason: PERSONAL },
  }),
  disputeResponsibility: by(contributor, { grounds: PERSONAL }),
  ruleOnResponsibility: (state, _now, choose) => ({
    by: qaHead,
    data: {
      itemId: state.items.find(i => openDispute(i) !== undefined)?.itemId ?? itemOf(state, choose),
      shares: [
        { party: { kind: 'department', code: PRODUCTION }, percent: 60 },
        { party: { kind: 'supplier', code: 'S-1' }, percent: choose(3) === 0 ? 30 : 40 },
      ],
      reasons: PERSONAL,
    },
  }),
  sendPreliminaryReply: (_state, now) => ({
    by: agent,
    data: { ...reply, understood: PERSONAL, nextStep: PERSONAL, nextNewsAt: now + HOUR_MS },
  }),
  contain: by(qa, { measures: [{ kind: 'stockHeld' }], note: PERSONAL }),
  askRemoteJudgement: by(agent, { question: PERSONAL }),
  judgeRemotely: (_state, _now, choose) => ({
    by: judge,
    data: { mustGoOnSite: choose(2) === 0, basis: ['photos'], reasons: PERSONAL },
  }),
  decideOnSite: by(qa, { people: [qa.id], purpose: PERSONAL }),
  recordArrival: (_state, _now, choose) => ({ by: qa, data: choose(2) === 0 ? { people: [qa.id] } : {} }),
  cancelOnSite: by(qa, { reason: PERSONAL }),
  requestSample: by(agent, { request: PERSONAL }),
  recordSample: (state, _now, choose) => {
    const sampleId = choose(2) === 0 ? one(state.samples, choose)?.sampleId : undefined;
    const step = one(['sent', 'received', 'tested', 'returned'], choose);
    return {
      by: qa,
      data: { step, holder: 'qa', ...(sampleId === undefined ? {} : { sampleId }), result: PERSONAL },
    };
  },
  recordFindings: by(qa, { onSite: false, rootCause: PERSONAL }),
  communicateDecision: (state, _now, choose) => {
    const itemId = choose(2) === 0 ? { itemId: itemOf(state, choose) } : {};
    const remedies = choose(2) === 0 ? [{ kind: 'replacement' }] : [];
    return {
      by: choose(2) === 0 ? qa : agent,
      data: {
        ...decision,
        items: [{ ...itemId, outcome: 'accepted', cause: PERSONAL, remedies }],
        appeal: PERSONAL,
      },
    };
  },
  offerRemedy: (_state, _now, choose) => ({
    by: agent,
    data: {
      kind: 'credit',
      amount: { amountMinor: choose(2) === 0 ? 600_000 : 1_000, currency: 'CNY' },
      note: PERSONAL,
    },
  }),
  approveRemedy: remedyBy(lead, { note: PERSONAL }),
  acceptRemedy: remedyOf,
  rejectRemedy: remedyOf,
  fulfilRemedy: remedyBy(agent, { document: 'CN-1' }),
  waiveRemedy: remedyBy(agent, { reason: PERSONAL }),
  recordClaim: by(agent, {
    kind: 'deduction',
    amount: { amountMinor: 1_000, currency: 'CNY' },
    grounds: PERSONAL,
  }),
  settleClaim: (state, _now, choose) => ({
    by: agent,
    data: {
      claimId: one(state.claims, choose)?.claimId ?? OTHER_CASE,
      how: 'paid',
      amount: { amountMinor: 1_000, currency: 'CNY' },
    },
  }),
  claimOnSupplier: by(agent, {
    supplier: { code: 'S-1' },
    amount: { amountMinor: 1_000, currency: 'CNY' },
    grounds: PERSONAL,
  }),
  contest: by(customer, { grounds: PERSONAL }),
  review: by(qaHead, { outcome: 'changed', reasons: PERSONAL }),
  addToNegativeCases: by(qa, { title: PERSONAL, lesson: PERSONAL }),
};

function classified(state: Complaint['state'], choose: Choose): object {
  const unclassified = state.items.find(i => classificationOf(i) === undefined);
  return {
    itemId: choose(3) === 0 ? itemOf(state, choose) : (unclassified?.itemId ?? itemOf(state, choose)),
    responsibleParty: { kind: 'department', code: PRODUCTION },
    severity: 'major',
  };
}
