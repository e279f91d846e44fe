import { cancelClock } from '../sla/cancelling.ts';
import type { Clock } from '../sla/clock.ts';
import { isOpen } from '../sla/clock.ts';
import { canPause, pauseClock, resumeClock } from '../sla/pausing.ts';
import { rescindBreach } from '../sla/rejudging.ts';
import { rescheduleClock } from '../sla/rescheduling.ts';
import { calmClock, dueIfResumed, hurryClock } from '../sla/urgency.ts';
import { moveWithReply } from '../sla/with-reply.ts';
import { dueOf, timeLeft } from '../time/target.ts';
import { unreachable } from '../unreachable.ts';
import type { CaseCommand } from './case-commands.ts';
import type { CaseEvent } from './case-events.ts';
import { type CaseRules, caseEnded, mergedElsewhere, notAssignee, ownerOf } from './case-rules.ts';
import type { CaseState } from './case-state.ts';
import { correctDetails, retractStep } from './decide-corrections.ts';
import { closeCase, endOfCase, endTimers, reopenCase } from './decide-ending.ts';
import { acceptHandOver, declineHandOver, proposeHandOver, withdrawHandOver } from './decide-hand-over.ts';
import { answerInput, endOrChaseInput, requestInput } from './decide-input.ts';
import { mergeInto, settleMerge, unmerge } from './decide-merging.ts';
import { recordMessage } from './decide-message.ts';
import { reapplyDeadlines } from './decide-reapplying.ts';
import { absorb, release } from './decide-taking-over.ts';
import { fireTimer } from './decide-timer.ts';
import { accept, type Decision, reject } from './decision.ts';
import { beforeFact, factAt } from './facts.ts';
import type { DecideContext } from './lifecycle.ts';
import { waitsForCustomer } from './possible-in-any-case.ts';

/** What can still be done with a case that has ended. */
const AFTER_THE_END: readonly CaseCommand['type'][] = [
  'recordMessage',
  'reopen',
  'unmerge',
  'absorb',
  'settleMerge',
  'release',
  'addNote',
  'attach',
  'link',
  'voidEntry',
  'rescindBreach',
  'retractStep',
  'correctDetails',
  'reapplyDeadlines',
  'fireTimer',
];

/** Which appointments move which promises. */
const APPOINTABLE: readonly string[] = ['onSiteArrival', 'onSiteResolution', 'decision', 'closing'];

/** A date that a customer agrees to; what lies further is a slip of the pen. */
const FURTHEST_APPOINTMENT_MS = 2 * 366 * 86_400_000;

/** Decides the commands that every case takes. */
export function decideCase<S extends CaseState>(
  command: CaseCommand,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): Decision<CaseEvent> {
  if (state.phase === 'none') return reject('noSuchCase', { caseId: context.caseId });
  if (state.ended !== undefined && !AFTER_THE_END.includes(command.type)) {
    return caseEnded(state.ended, rules.possible(state));
  }
  if (command.type === 'fireTimer') return fireTimer(command.data, state, context, rules);
  if (command.type === 'reapplyDeadlines') return reapplyDeadlines(command.data, state, context, rules);
  const at = factAt(context, state, command.data);
  if (typeof at !== 'number') return at;
  const event = <T extends CaseEvent['type']>(type: T, data: (CaseEvent & { type: T })['data']) =>
    ({ type, data, occurredAt: at }) as CaseEvent & { type: T };

  switch (command.type) {
    case 'recordMessage':
      return recordMessage(command.data, at, state, context, rules);
    case 'correctDetails':
      return correctDetails(command.data, at, state, context, rules);
    case 'retractStep':
      return retractStep(command.data, at, state, context, rules);
    case 'rescindBreach': {
      const { clock: name, cycle, evidence } = command.data;
      const clock = state.clocks.find(c => c.clock === name && c.cycle === cycle);
      if (clock === undefined) return reject('noSuchClock', { clock: name, cycle });
      if (clock.status !== 'fulfilled' || clock.breachRescinded || (clock.result?.lateMs ?? 1) > 0) {
        return reject('notKeptInTime', {
          clock: name,
          cycle,
          status: clock.status,
          lateMs: clock.result?.lateMs ?? null,
        });
      }
      const { actor } = context;
      const { assigneeId } = state;
      // Nor whoever acts for the assignee.
      if (assigneeId !== undefined && (actor.id === assigneeId || actor.onBehalfOf === assigneeId))
        return reject('assigneeMayNot', { assigneeId });
      const early = beforeFact(at, 'result', clock.result?.at);
      if (early) return early;
      return accept<CaseEvent>(rescindBreach(clock, evidence, at));
    }
    case 'voidEntry':
      if (state.ended?.how === 'voided') return caseEnded(state.ended, rules.possible(state));
      if (state.ended?.how === 'merged') return mergedElsewhere(state.ended);
      return accept<CaseEvent>(
        ...endOfCase(state, 'voided', at, { context, owner: ownerOf(state, rules) }),
        event('CaseVoided', { reason: command.data.reason }),
      );
    case 'assign': {
      const { assigneeId, teamId = state.teamId } = command.data;
      const { actor } = context;
      const takesItself = state.assigneeId === undefined && actor.id === assigneeId;
      if (!takesItself) {
        const refused = notAssignee(context, state);
        if (refused) return refused;
      }
      if (assigneeId === state.assigneeId && teamId === state.teamId)
        return reject('alreadyAssigned', { assigneeId });
      const previous = state.assigneeId === undefined ? {} : { previousAssigneeId: state.assigneeId };
      return accept<CaseEvent>(event('CaseAssigned', { assigneeId, teamId, ...previous }));
    }
    case 'handOver':
      return proposeHandOver(command.data, at, state, context, rules);
    case 'acceptHandOver':
      return acceptHandOver(command.data, at, state, context, rules);
    case 'declineHandOver':
      return declineHandOver(command.data, at, state, context, rules);
    case 'withdrawHandOver':
      return withdrawHandOver(command.data, at, state, context, rules);
    case 'requestInput':
      return requestInput(command.data, at, state, context, rules);
    case 'provideInput':
    case 'declineInput':
      return answerInput(command, at, state, context, rules);
    case 'chaseInput':
    case 'cancelInput':
      return endOrChaseInput(command, at, state, context, rules);
    case 'markUrgent': {
      if (state.priority === 'urgent') return reject('alreadyUrgent', { possible: ['lowerUrgent'] });
      if (!context.actor.roles.includes('lead')) {
        if (state.urgencyRequested)
          return reject('alreadyRequested', { possible: ['confirmUrgent', 'lowerUrgent'] });
        return accept<CaseEvent>(event('UrgencyRequested', { reason: command.data.reason }));
      }
      const asked = event('UrgencyRequested', { reason: command.data.reason });
      return accept<CaseEvent>(asked, event('UrgencyConfirmed', {}), ...hurry(state, context, rules));
    }
    case 'confirmUrgent': {
      if (state.priority === 'urgent') return reject('alreadyUrgent', { possible: ['lowerUrgent'] });
      if (!state.urgencyRequested) return reject('notRequested', { possible: ['markUrgent'] });
      const { reason } = command.data;
      const confirmed = event('UrgencyConfirmed', reason === undefined ? {} : { reason });
      return accept<CaseEvent>(confirmed, ...hurry(state, context, rules));
    }
    case 'lowerUrgent': {
      if (state.priority === 'normal' && !state.urgencyRequested)
        return reject('notUrgent', { possible: ['markUrgent'] });
      const owner = ownerOf(state, rules);
      const calmed = moveWithReply(state.clocks, (clock, bound) => calmClock(context, owner, clock, bound));
      return accept<CaseEvent>(event('UrgencyLowered', { reason: command.data.reason }), ...calmed);
    }
    case 'waiveStep': {
      const { step, reason } = command.data;
      // By own name only: `toString` is no step.
      const clocks = Object.hasOwn(rules.waivable, step) ? rules.waivable[step] : undefined;
      if (clocks === undefined) return reject('notWaivable', { step, possible: Object.keys(rules.waivable) });
      const promised = state.clocks.filter(c => clocks.includes(c.clock) && isOpen(c));
      if (state.waived.includes(step) && promised.length === 0) return reject('alreadyWaived', { step });
      const held = { context, owner: ownerOf(state, rules) };
      const ended = promised.flatMap(c => cancelClock(c, 'stepWaived', at, held));
      return accept<CaseEvent>(event('StepWaived', { step, reason }), ...ended);
    }
    case 'agreeAppointment': {
      const refused = notAssignee(context, state);
      if (refused) return refused;
      const { clock: name, dueAt, evidence } = command.data;
      if (!APPOINTABLE.includes(name))
        return reject('notAppointable', { clock: name, possible: [...APPOINTABLE] });
      const clock = state.clocks.findLast(c => c.clock === name && isOpen(c));
      if (clock === undefined) return reject('clockNotRunning', { clock: name });
      if (clock.status === 'breached' || context.now >= dueIfResumed(clock, context)) {
        return reject('pastDue', { clock: name, dueAt: clock.schedule.dueAt });
      }
      if (dueAt <= context.now) return reject('appointmentInThePast', { dueAt, now: context.now });
      if (dueAt > context.now + FURTHEST_APPOINTMENT_MS) {
        return reject('appointmentTooFar', { dueAt, until: context.now + FURTHEST_APPOINTMENT_MS });
      }
      const left =
        clock.pause === undefined
          ? {}
          : { leftMs: timeLeft(clock.target, context.now, dueAt, context.calendar) };
      const moved = rescheduleClock(context, ownerOf(state, rules), clock, 'agreedWithCustomer', dueAt, left);
      return accept<CaseEvent>(event('AppointmentAgreed', { clock: name, dueAt, evidence }), moved);
    }
    case 'pauseClock':
      return pauseClocks(command.data, at, state, context, rules);
    case 'resumeClock': {
      const refused = notAssignee(context, state);
      if (refused) return refused;
      const { clock: name } = command.data;
      const paused = state.clocks.filter(
        c => c.status === 'paused' && (name === undefined || c.clock === name),
      );
      const waits = rules.waitsWithoutClock === true && name === undefined && waitsForCustomer(state);
      if (paused.length === 0 && !waits) return reject('notPaused', { clock: name ?? null });
      const pausedAt = Math.max(...paused.map(c => c.pause?.since ?? 0));
      const early = paused.length === 0 ? undefined : beforeFact(at, 'pause', pausedAt);
      if (early) return early;
      const resumed = paused.flatMap(clock => resumeClock(context, clock, at, 'command'));
      const stillWaits = state.clocks.some(
        c => c.pause?.reason === 'awaitingCustomer' && !paused.includes(c),
      );
      return accept<CaseEvent>(
        ...resumed,
        ...(stillWaits ? [] : endTimers(state, 'customerSilence', 'resumed', at)),
      );
    }
    case 'addNote':
      return accept<CaseEvent>(event('NoteAdded', { text: command.data.text }));
    case 'attach': {
      const { occurredAt: _at, backdatingReason: _why, ...attachment } = command.data;
      return accept<CaseEvent>(event('AttachmentAdded', { attachmentId: context.newId(), ...attachment }));
    }
    case 'link': {
      const { to, relation } = command.data;
      if (to.kind === 'case' && to.caseId === context.caseId)
        return reject('linkToItself', { caseId: to.caseId });
      return accept<CaseEvent>(event('CaseLinked', { to, relation }));
    }
    case 'mergeInto':
      return mergeInto(command.data, at, state, context, rules);
    case 'absorb':
      return absorb(command.data, at, state, context, rules);
    case 'unmerge':
      return unmerge(command.data, at, state, context, rules);
    case 'release':
      return release(command.data, at, state);
    case 'settleMerge':
      return settleMerge(command.data, at, state, context, rules);
    case 'splitOff': {
      const { itemIds, description } = command.data;
      const all = rules.itemIds(state);
      const unknown = itemIds.filter(id => !all.includes(id));
      if (unknown.length > 0) return reject('noSuchItem', { itemIds: unknown });
      if (new Set(itemIds).size >= all.length) return reject('nothingWouldRemain', { items: all.length });
      return accept<CaseEvent>(event('CaseSplitOff', { splitId: context.newId(), itemIds, description }));
    }
    case 'withdraw': {
      const { reason } = command.data;
      const withdrawn = event('CaseWithdrawn', reason === undefined ? {} : { reason });
      const held = { context, owner: ownerOf(state, rules) };
      return accept<CaseEvent>(...endOfCase(state, 'withdrawn', at, held), withdrawn);
    }
    case 'reopen':
      return reopenCase({ by: 'command', reason: command.data.reason }, at, state, context, rules);
    case 'close':
    case 'closeWithoutReply':
    case 'closeWithoutAgreement':
      return closeCase(command, at, state, context, rules);
    default:
      return unreachable(command);
  }
}

function hurry<S extends CaseState>(
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): readonly CaseEvent[] {
  const owner = ownerOf(state, rules);
  return moveWithReply(state.clocks, (clock, bound) => hurryClock(context, owner, clock, bound));
}

function pauseClocks<S extends CaseState>(
  data: (CaseCommand & { type: 'pauseClock' })['data'],
  at: number,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): Decision<CaseEvent> {
  const refused = notAssignee(context, state);
  if (refused) return refused;
  const { clock: name, reason } = data;
  const running = state.clocks.filter(
    c => c.status === 'running' && (name === undefined || c.clock === name),
  );
  const pausable = running.filter(clock => canPause(clock, at) && context.now < clock.schedule.dueAt);
  if (pausable.length === 0) {
    if (rules.waitsWithoutClock === true && name === undefined && reason === 'awaitingCustomer') {
      if (waitsForCustomer(state)) return reject('alreadyWaiting', { possible: ['resumeClock'] });
      return accept<CaseEvent>(...startSilence(state, context, at));
    }
    const dueAt = running.map(c => c.schedule.dueAt);
    return reject('nothingToPause', { clock: name ?? null, running: running.map(c => c.clock), dueAt });
  }
  const { maximumPauses } = context.policy;
  const worn = pausable.find(clock => clock.pauses >= maximumPauses);
  if (worn !== undefined && !context.actor.roles.includes('lead')) {
    return reject('tooManyPauses', { clock: worn.clock, maximumPauses, unless: 'a lead pauses it' });
  }
  const paused = pausable.flatMap((clock: Clock) => pauseClock(context, clock, at, reason));
  return accept<CaseEvent>(
    ...paused,
    ...(reason === 'awaitingCustomer' ? startSilence(state, context, at) : []),
  );
}

/** A customer who is waited for is reminded, and the case closed without a reply in the end. */
function startSilence(state: CaseState, context: DecideContext, at: number): readonly CaseEvent[] {
  if (state.timers.some(t => t.timer === 'customerSilence' && t.active)) return [];
  const { remindAfterWorkingDays, closeAfterWorkingDays } = context.policy.customerSilence;
  const after = (count: number) =>
    dueOf({ kind: 'workingDays', count, countFrom: 'receipt' }, at, context.calendar).dueAt;
  const cycle = state.timers.filter(t => t.timer === 'customerSilence').length + 1;
  return [
    {
      type: 'CaseTimerStarted',
      data: {
        timer: 'customerSilence',
        cycle,
        remindAt: remindAfterWorkingDays.map(after),
        endsAt: after(closeAfterWorkingDays),
        endsWith: 'closeWithoutReply',
      },
      occurredAt: at,
    },
  ];
}
