import { caseEnded, ownerOf } from '../case/case-rules.ts';
import { decideCase } from '../case/decide-case.ts';
import { endTimers } from '../case/decide-ending.ts';
import { notBeforeItsReason, RECEIPT_FROM_THE_FIRST } from '../case/decider-changes.ts';
import { accept, type Decision, reject } from '../case/decision.ts';
import { beforePromise, factAt, receiptAt } from '../case/facts.ts';
import { type DecideContext, defineLifecycle } from '../case/lifecycle.ts';
import { otherCaseOf } from '../case/other-case.ts';
import { noteRecurrence } from '../case/recurrence.ts';
import { DEFAULT_TEAM_ID } from '../log/fixed-streams.ts';
import { latest, openClock } from '../sla/clock.ts';
import type { ClockName } from '../sla/events.ts';
import { meetClock, startClock } from '../sla/promises.ts';
import { disputeClock } from '../sla/rejudging.ts';
import { type AfterSalesCommand, afterSalesCommands } from './commands.ts';
import { awaitWord, withoutConfirmation } from './decide-confirmation.ts';
import { withSuccessor } from './decide-successor.ts';
import { type AfterSalesEvent, afterSalesEvents } from './events.ts';
import { possible, rules } from './rules.ts';
import { type AfterSalesState, buildsOn, dispatched, evolve, noAfterSales, resolution } from './state.ts';

export const afterSales = defineLifecycle({
  name: 'after-sales-request',
  collection: 'after-sales-requests',
  category: 'afterSalesRequest',
  numberPrefix: 'ASR',
  deciderVersion: 3,
  deciderChanges: [notBeforeItsReason(afterSalesCommands), RECEIPT_FROM_THE_FIRST],
  opens: ['report'],
  promises: ['answer', 'onSiteResolution'],
  commands: afterSalesCommands,
  correctable: rules.correctable,
  events: afterSalesEvents,
  initial: noAfterSales,
  decide,
  evolve,
  possible,
  linkedCaseOf: otherCaseOf,
  summarize: state => ({
    phase: state.phase,
    priority: state.priority,
    receivedAt: state.receivedAt,
    teamId: state.teamId,
    closed: state.ended !== undefined,
    ...(state.assigneeId === undefined ? {} : { assigneeId: state.assigneeId }),
  }),
});

function decide(
  command: AfterSalesCommand,
  state: AfterSalesState,
  context: DecideContext,
): Decision<AfterSalesEvent> {
  switch (command.type) {
    case 'report':
      return report(command.data, state, context);
    case 'answer':
    case 'resolveRemotely':
    case 'dispatch':
    case 'recordArrival':
    case 'resolveOnSite':
    case 'confirm':
    case 'dispute':
      return decideOwn(command, state, context);
    case 'fireTimer': {
      const decision: Decision<AfterSalesEvent> = decideCase(command, state, context, rules);
      const silent = command.data.kind === 'confirmBySilence' && decision.outcome === 'accepted';
      if (!silent || decision.events.length === 0) return decision;
      const occurredAt = command.data.at;
      return accept<AfterSalesEvent>(...decision.events, {
        type: 'AfterSalesConfirmed',
        data: { by: 'silence' },
        occurredAt,
      });
    }
    case 'retractStep': {
      const { stepRevision } = command.data;
      const later = buildsOn(state, stepRevision);
      if (later.length > 0) return reject('laterStepsBuildOnIt', { stepRevision, retractFirst: [...later] });
      return withoutConfirmation(decideCase(command, state, context, rules), state, context, stepRevision);
    }
    case 'noteRecurrence':
      return noteRecurrence(command.data, state, context);
    case 'recordMessage': {
      const { bounceOf } = command.data;
      const bounced = state.resolutions.find(r => bounceOf !== undefined && r.messageId === bounceOf);
      const decision = withSuccessor(decideCase(command, state, context, rules), state);
      return bounced === undefined
        ? decision
        : withoutConfirmation(decision, state, context, bounced.revision);
    }
    default:
      return decideCase(command, state, context, rules);
  }
}

function report(
  data: (AfterSalesCommand & { type: 'report' })['data'],
  state: AfterSalesState,
  context: DecideContext,
): Decision<AfterSalesEvent> {
  if (state.phase !== 'none') return reject('alreadyReported', { receivedAt: state.receivedAt });
  const receipt = receiptAt(context, data.receivedAt);
  if ('outcome' in receipt) return receipt;
  const { receivedAt, registeredLate } = receipt;
  const teamId = data.teamId ?? context.actor.teamId ?? DEFAULT_TEAM_ID;
  const { customerGrade } = context;
  // Anyone may ask for urgency; a lead's word confirms it. A workflow hands on what was confirmed before.
  const { actor } = context;
  const confirms = actor.roles.includes('lead') || actor.role === 'system';
  const priority = data.priority === 'urgent' && confirms ? 'urgent' : 'normal';
  const requested: readonly AfterSalesEvent[] =
    data.priority === 'urgent' && !confirms
      ? [{ type: 'UrgencyRequested', data: { reason: data.fault }, occurredAt: receivedAt }]
      : [];
  const reported: AfterSalesEvent = {
    type: 'AfterSalesReported',
    data: {
      ...data,
      receivedAt,
      registeredLate,
      teamId,
      priority,
      ...(customerGrade === undefined ? {} : { customerGrade }),
    },
    occurredAt: receivedAt,
  };
  const facts = {
    priority,
    siteRegion: data.siteRegion,
    ...(customerGrade === undefined ? {} : { customerGrade }),
  } as const;
  const owner = { lifecycle: rules.lifecycle, facts };
  const started = (['answer', 'onSiteResolution'] as const).flatMap(name =>
    startClock(context, owner, [], name, receivedAt),
  );
  return accept<AfterSalesEvent>(reported, ...started, ...requested);
}

/** Which promises a step keeps: it can't have happened before they began. */
const PROMISED = {
  answer: ['answer'],
  resolveRemotely: ['answer', 'onSiteResolution'],
  resolveOnSite: ['answer', 'onSiteResolution'],
  dispatch: [],
  recordArrival: [],
  confirm: [],
  dispute: [],
} as const satisfies Record<string, readonly ClockName[]>;

function decideOwn(
  command: AfterSalesCommand & {
    type:
      | 'answer'
      | 'resolveRemotely'
      | 'dispatch'
      | 'recordArrival'
      | 'resolveOnSite'
      | 'confirm'
      | 'dispute';
  },
  state: AfterSalesState,
  context: DecideContext,
): Decision<AfterSalesEvent> {
  if (state.phase === 'none') return reject('noSuchCase', { caseId: context.caseId });
  if (state.ended !== undefined) return caseEnded(state.ended, possible(state));
  const now = possible(state);
  if (!now.includes(command.type)) {
    return reject('notPossibleNow', { command: command.type, phase: state.phase, possible: [...now] });
  }
  const at = factAt(context, state, command.data);
  if (typeof at !== 'number') return at;
  for (const name of PROMISED[command.type]) {
    const early = beforePromise(at, openClock(state.clocks, name));
    if (early !== undefined) return early;
  }
  const resolvedAt = resolution(state)?.at;
  if (
    (command.type === 'confirm' || command.type === 'dispute') &&
    resolvedAt !== undefined &&
    at < resolvedAt
  )
    return reject('beforeResolution', { occurredAt: at, resolvedAt });
  const owner = ownerOf(state, rules);
  const meet = (name: ClockName, mode?: string) =>
    meetClock(context, owner, openClock(state.clocks, name), at, mode);

  switch (command.type) {
    case 'answer': {
      const { occurredAt: _at, backdatingReason: _why, ...told } = command.data;
      const answered = {
        type: 'AfterSalesAnswered' as const,
        data: { messageId: context.newId(), ...told },
        occurredAt: at,
      };
      return accept<AfterSalesEvent>(answered, ...meet('answer'));
    }
    case 'resolveRemotely': {
      const { occurredAt: _at, backdatingReason: _why, ...told } = command.data;
      const data = { messageId: context.newId(), ...told };
      const resolved = { type: 'AfterSalesResolvedRemotely' as const, data, occurredAt: at };
      return accept<AfterSalesEvent>(
        resolved,
        ...meet('answer'),
        ...meet('onSiteResolution', 'remote'),
        ...awaitWord(state, context, at),
      );
    }
    case 'dispatch': {
      const { occurredAt: _at, backdatingReason: _why, ...data } = command.data;
      return accept<AfterSalesEvent>({ type: 'TechnicianDispatched', data, occurredAt: at });
    }
    case 'recordArrival': {
      const people = command.data.people ?? dispatched(state)?.people;
      if (people === undefined) return reject('peopleNeeded', { field: 'people' });
      const { note } = command.data;
      const data = { people: [...people], ...(note === undefined ? {} : { note }) };
      return accept<AfterSalesEvent>({ type: 'TechnicianArrived', data, occurredAt: at });
    }
    case 'resolveOnSite': {
      const people = command.data.people ?? dispatched(state)?.people;
      if (people === undefined) return reject('peopleNeeded', { field: 'people' });
      const { work, parts, travel } = command.data;
      const data = { people: [...people], work, parts, ...(travel === undefined ? {} : { travel }) };
      const resolved = { type: 'AfterSalesResolvedOnSite' as const, data, occurredAt: at };
      return accept<AfterSalesEvent>(
        resolved,
        ...meet('answer'),
        ...meet('onSiteResolution', 'onSite'),
        ...awaitWord(state, context, at),
      );
    }
    case 'confirm': {
      const { evidence } = command.data;
      const by = context.actor.role === 'customer' ? ('customer' as const) : ('agent' as const);
      const data = { by, ...(evidence === undefined ? {} : { evidence }) };
      return accept<AfterSalesEvent>(
        { type: 'AfterSalesConfirmed', data, occurredAt: at },
        ...endTimers(state, 'confirmation', 'confirmed', at),
      );
    }
    case 'dispute':
      return accept<AfterSalesEvent>(
        { type: 'AfterSalesDisputed', data: { reason: command.data.reason }, occurredAt: at },
        ...disputeClock(latest(state.clocks, 'onSiteResolution'), at),
        ...endTimers(state, 'confirmation', 'disputed', at),
        ...startClock(context, owner, state.clocks, 'onSiteResolution', at),
      );
  }
}
