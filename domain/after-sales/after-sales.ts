import { labelSchema } from '../case/case-events.ts';
import { type CaseRules, caseEnded, ownerOf } from '../case/case-rules.ts';
import { decideCase } from '../case/decide-case.ts';
import { endTimers } from '../case/decide-ending.ts';
import { accept, type Decision, reject } from '../case/decision.ts';
import { factAt, receiptAt } from '../case/facts.ts';
import { type DecideContext, defineLifecycle } from '../case/lifecycle.ts';
import { latest, openClock } from '../sla/clock.ts';
import type { ClockName } from '../sla/events.ts';
import { disputeClock, meetClock, startClock } from '../sla/promises.ts';
import { dueOf } from '../time/target.ts';
import { type AfterSalesCommand, afterSalesCommands } from './commands.ts';
import { type AfterSalesEvent, afterSalesEvents } from './events.ts';
import {
  type AfterSalesState,
  dispatched,
  evolve,
  isConfirmed,
  noAfterSales,
  RETRACTABLE,
  resolution,
} from './state.ts';

type Name = AfterSalesCommand['type'];

/** What the state allows, whoever asks. */
function possible(state: AfterSalesState): readonly Name[] {
  if (state.phase === 'none') return ['report'];
  const commands: Name[] = ['addNote', 'attach', 'link', 'recordMessage', 'correctDetails'];
  const add = (when: boolean, ...names: Name[]) => {
    if (when) commands.push(...names);
  };
  add(
    state.steps.some(s => !s.retracted),
    'retractStep',
  );
  add(
    state.clocks.some(c => c.status === 'fulfilled' && !c.breachRescinded && (c.result?.lateMs ?? 1) <= 0),
    'rescindBreach',
  );
  if (state.ended !== undefined) {
    const { how } = state.ended;
    add(how === 'merged', 'unmerge');
    add(how !== 'merged' && how !== 'voided', 'reopen');
    add(how !== 'voided', 'voidEntry');
    return commands;
  }
  const resolved = resolution(state) !== undefined;
  commands.push('assign', 'waiveStep', 'mergeInto', 'withdraw', 'voidEntry');
  add(state.priority === 'normal' && !state.urgencyRequested, 'markUrgent');
  add(state.urgencyRequested, 'confirmUrgent');
  add(state.priority === 'urgent' || state.urgencyRequested, 'lowerUrgent');
  add(
    state.clocks.some(c => c.status === 'running'),
    'pauseClock',
    'agreeAppointment',
  );
  add(
    state.clocks.some(c => c.status === 'paused'),
    'resumeClock',
  );
  add(state.answers.length === 0, 'answer');
  add(!resolved, 'resolveRemotely', 'dispatch', 'resolveOnSite');
  add(dispatched(state) !== undefined && state.phase !== 'arrived', 'recordArrival');
  add(resolved && !isConfirmed(state), 'confirm');
  add(resolved, 'dispute');
  add(resolved || state.waived.includes('resolution'), 'close');
  add(
    state.timers.some(t => t.timer === 'customerSilence' && t.active),
    'closeWithoutReply',
  );
  add(!resolved, 'closeWithoutAgreement');
  return commands;
}

const rules: CaseRules<AfterSalesState> = {
  lifecycle: 'after-sales-request',
  facts: ({ priority, siteRegion, customerGrade }) => ({
    priority,
    siteRegion,
    ...(customerGrade === undefined ? {} : { customerGrade }),
  }),
  metByReply: ['answer'],
  reopens: ['answer', 'onSiteResolution'],
  correctable: {
    order: { kind: 'value', schema: labelSchema, current: s => s.order },
    defectCategory: { kind: 'value', schema: labelSchema, current: s => s.defectCategory },
    productCode: { kind: 'value', schema: labelSchema, current: s => s.productCode },
    fault: { kind: 'text' },
    site: { kind: 'text' },
  },
  customerFields: [],
  retractable: RETRACTABLE,
  waivable: { answer: ['answer'], resolution: ['onSiteResolution'] },
  mayClose(state, mode) {
    if (mode !== 'closed' || resolution(state) !== undefined || state.waived.includes('resolution'))
      return undefined;
    return reject('notResolved', { possible: [...possible(state)] });
  },
  itemIds: () => [],
  possible,
};

export const afterSales = defineLifecycle({
  name: 'after-sales-request',
  collection: 'after-sales-requests',
  category: 'afterSalesRequest',
  numberPrefix: 'ASR',
  deciderVersion: 1,
  opens: ['report'],
  commands: afterSalesCommands,
  events: afterSalesEvents,
  initial: noAfterSales,
  decide,
  evolve,
  possible,
  linkedCaseOf: command => (command.type === 'mergeInto' ? command.data.survivorId : undefined),
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
  const teamId = data.teamId ?? context.actor.teamId;
  if (teamId === undefined) return reject('teamNeeded', { field: 'teamId' });
  const { customerGrade } = context;
  // Anyone may ask for urgency; a lead's word confirms it.
  const priority = data.priority === 'urgent' && context.actor.roles.includes('lead') ? 'urgent' : 'normal';
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
  return accept<AfterSalesEvent>(reported, ...started);
}

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
  const early = state.priority === 'urgent' && command.type === 'recordArrival';
  if (!now.includes(command.type) && !early) {
    return reject('notPossibleNow', { command: command.type, phase: state.phase, possible: [...now] });
  }
  const at = factAt(context, state, command.data);
  if (typeof at !== 'number') return at;
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

/** The customer is asked whether it is well, reminded, and taken at its silence in the end. */
function awaitWord(state: AfterSalesState, context: DecideContext, at: number): readonly AfterSalesEvent[] {
  const { remindAfterWorkingDays, confirmAfterWorkingDays } = context.policy.confirmation;
  const after = (count: number) =>
    dueOf({ kind: 'workingDays', count, countFrom: 'receipt' }, at, context.calendar).dueAt;
  const cycle = state.timers.filter(t => t.timer === 'confirmation').length + 1;
  return [
    ...endTimers(state, 'confirmation', 'resolvedAgain', at),
    {
      type: 'CaseTimerStarted',
      data: {
        timer: 'confirmation',
        cycle,
        remindAt: [after(remindAfterWorkingDays)],
        endsAt: after(confirmAfterWorkingDays),
        endsWith: 'confirmBySilence',
      },
      occurredAt: at,
    },
  ];
}
