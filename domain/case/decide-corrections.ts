import { instantSchema } from '../log/envelope.ts';
import { cancelClock } from '../sla/cancelling.ts';
import { type Clock, isOpen, latest, openClock } from '../sla/clock.ts';
import { policyLine } from '../sla/policy.ts';
import { isBoundBy, receiptMoves } from '../sla/receipt-moves.ts';
import { isBreached, rejudgeClock, rescindResult } from '../sla/rejudging.ts';
import { rescheduleClock } from '../sla/rescheduling.ts';
import { replayDeadline } from '../sla/schedule.ts';
import { moveWithReply } from '../sla/with-reply.ts';
import { sameTarget, timeLeft } from '../time/target.ts';
import type { CaseCommand } from './case-commands.ts';
import type { CaseEvent } from './case-events.ts';
import { type CaseRules, ownerOf } from './case-rules.ts';
import type { CaseState } from './case-state.ts';
import { isAnotherCustomer } from './correctable-customer.ts';
import { handedOnLater } from './decide-merging.ts';
import { accept, type Decision, reject } from './decision.ts';
import { beforeFact } from './facts.ts';
import type { DecideContext } from './lifecycle.ts';
import { otherReceipts, receiptTakenOver } from './taken-over.ts';

const DAY_MS = 86_400_000;

/** A detail entered wrongly. Clocks do not move, unless a lead corrects the receipt or the customer. */
export function correctDetails<S extends CaseState>(
  data: (CaseCommand & { type: 'correctDetails' })['data'],
  at: number,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): Decision<CaseEvent> {
  const { field, to, text, reason } = data;
  if (field === 'receivedAt') return correctReceipt(to, reason, at, state, context, rules);
  const correctable = Object.hasOwn(rules.correctable, field) ? rules.correctable[field] : undefined;
  if (correctable === undefined) {
    return reject('notCorrectable', { field, possible: ['receivedAt', ...Object.keys(rules.correctable)] });
  }
  if (correctable.kind === 'text') {
    if (text === undefined) return reject('textNeeded', { field });
    return accept<CaseEvent>({ type: 'DetailsCorrected', data: { field, text, reason }, occurredAt: at });
  }
  const parsed = correctable.schema.safeParse(to);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(i => ({ path: i.path.join('/'), message: i.message }));
    return reject('badValue', { field, issues });
  }
  const from = correctable.current(state);
  const isAnother = rules.customerFields.includes(field) && isAnotherCustomer(from, to);
  const corrected: CaseEvent = {
    type: 'DetailsCorrected',
    data: {
      field,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      reason,
      ...(isAnother ? { customerGrade: context.customerGrade ?? null } : {}),
    },
    occurredAt: at,
  };
  const moves = isAnother && context.actor.roles.includes('lead');
  return accept<CaseEvent>(corrected, ...(moves ? regrade(state, context, rules) : []));
}

/** The right customer may have other targets: the running deadlines follow, visibly. */
function regrade<S extends CaseState>(
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): readonly CaseEvent[] {
  const owner = ownerOf(state, rules);
  const { customerGrade } = context;
  const { customerGrade: _wrong, ...facts } = owner.facts;
  const graded = { ...owner, facts: customerGrade === undefined ? facts : { ...facts, customerGrade } };
  const ordinary = { ...graded.facts, priority: 'normal' as const };
  const { calendar } = context;
  return moveWithReply(state.clocks, (clock, notLaterThan) => {
    if (clock.status !== 'running' && clock.status !== 'paused') return [];
    const { schedule, pause } = clock;
    const target = policyLine(context.policy, rules.lifecycle, clock.clock, ordinary)?.target;
    const stays = target === undefined || sameTarget(target, clock.ordinaryTarget);
    if (stays && schedule.dueAt <= notLaterThan) return [];
    const promised = target ?? clock.ordinaryTarget;
    const counted = replayDeadline(promised, clock.startedAt, clock.moves, calendar, clock.anchor).dueAt;
    const dueAt = Math.min(counted, clock.urgent ? schedule.dueAt : counted, notLaterThan);
    const left =
      pause === undefined
        ? {}
        : { leftMs: Math.max(0, timeLeft(promised, Math.min(pause.countedFrom, dueAt), dueAt, calendar)) };
    const changed = stays ? {} : { target: promised };
    return [rescheduleClock(context, graded, clock, 'correctedCustomer', dueAt, { ...left, ...changed })];
  });
}

function correctReceipt<S extends CaseState>(
  to: unknown,
  reason: string,
  at: number,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): Decision<CaseEvent> {
  if (!context.actor.roles.includes('lead')) return reject('leadOnly', { field: 'receivedAt' });
  const parsed = instantSchema.safeParse(to);
  if (!parsed.success)
    return reject('badValue', { field: 'receivedAt', issues: [{ path: '', message: 'must be an instant' }] });
  const receivedAt = parsed.data;
  if (receivedAt > context.now) return reject('inTheFuture', { receivedAt, now: context.now });
  // From the first that was recorded: corrected again and again, it would reach back without end.
  const firstReceivedAt = state.firstReceivedAt ?? state.receivedAt;
  const earliest = firstReceivedAt - context.policy.receiptReachesBackDays * DAY_MS;
  if (receivedAt < earliest) return reject('tooFarBack', { receivedAt, earliest });
  if (receivedAt === state.receivedAt) return reject('nothingToCorrect', { receivedAt });
  // What is recorded of the receipt's own instant is the receipt.
  const facts = [...state.steps.filter(s => !s.retracted), ...state.messages].map(fact => fact.at);
  const firstFactAt = Math.min(...facts.filter(fact => fact > state.receivedAt));
  if (receivedAt > firstFactAt) return reject('afterFirstFact', { receivedAt, firstFactAt });
  const another = otherReceipts(state).find(other => other < receivedAt);
  if (another !== undefined)
    return reject('laterThanAnotherReceipt', {
      receivedAt,
      anotherReceivedAt: another,
      hint: 'of cases that were merged the earliest receipt counts: undo the merge first',
    });
  const owner = ownerOf(state, rules);
  const takenOverBy = receiptTakenOver(state)?.commandId;
  const begun = state.clocks
    .filter(
      clock =>
        clock.startedAt === state.receivedAt || (takenOverBy !== undefined && isBoundBy(clock, takenOverBy)),
    )
    .filter(clock => rules.startedByReceipt?.includes(clock.clock) ?? true);
  const restsOn = (clock: Clock) => ({
    ...receiptMoves(context, clock, { from: state.receivedAt, to: receivedAt }, takenOverBy),
    startedAt: clock.startedAt === state.receivedAt ? receivedAt : clock.startedAt,
  });
  const reply = openClock(begun, 'firstReply') ?? begun.find(c => c.clock === 'firstReply');
  const replyRests = reply && restsOn(reply);
  const replyDueAt =
    reply &&
    replyRests &&
    replayDeadline(reply.target, replyRests.startedAt, replyRests.moves, context.calendar, reply.anchor)
      .dueAt;
  const judged = begun.flatMap(clock =>
    rejudgeClock(
      context,
      owner,
      clock,
      restsOn(clock),
      clock.clock === 'acknowledgement' ? replyDueAt : undefined,
    ),
  );
  const corrected: CaseEvent = {
    type: 'DetailsCorrected',
    data: { field: 'receivedAt', from: state.receivedAt, to: receivedAt, reason },
    occurredAt: at,
  };
  return accept<CaseEvent>(corrected, ...judged);
}

const CANCELLED_BY = {
  closed: 'caseClosed',
  withoutReply: 'caseClosed',
  withoutAgreement: 'caseClosed',
  withdrawn: 'withdrawn',
  voided: 'voided',
  merged: 'merged',
} as const;

/**
 * The results that a decision gave, taken back: a clock runs again, or is breached, unless another fact that stands kept
 * it too; of a case that has ended, or owes nothing, what would run again ends with it.
 */
export function rescinded<S extends CaseState>(
  context: DecideContext,
  rules: CaseRules<S>,
  state: S,
  commandId: string,
  because: 'retracted' | 'bounced',
  at: number,
): readonly CaseEvent[] {
  const owner = ownerOf(state, rules);
  const resting = rules.restsOn?.(state, commandId) ?? [];
  const { ended } = state;
  const over = ended === undefined ? rules.owesNothing?.(state) : CANCELLED_BY[ended.how];
  const owedAgain: Clock[] = [];
  const events = state.clocks
    .filter(
      c =>
        c.result !== undefined &&
        (c.result.commandId === commandId ||
          (resting.includes(c.clock) && latest(state.clocks, c.clock) === c)),
    )
    .flatMap((clock): readonly CaseEvent[] => {
      const others = [
        rules.stillMetAt?.(state, clock, commandId),
        metByMessageAt(state, clock, commandId, rules),
      ];
      const still = others.filter(other => other !== undefined).sort((a, b) => a - b)[0];
      const taken = rescindResult(context, owner, clock, because, at, { still, until: ended?.at });
      if (taken.length === 0 || over === undefined || still !== undefined) return taken;
      const broken = isBreached(clock) || taken.some(e => e.type === 'SlaClockBreached');
      const again = { ...clock, status: broken ? ('breached' as const) : ('running' as const) };
      owedAgain.push(again);
      return [...taken, ...cancelClock(again, over, at)];
    });
  return ended?.how === 'merged' ? [...events, ...handedOnLater(state, owedAgain, at)] : events;
}

/** When another message that stands kept the promise: it did not bounce and was not taken back. */
function metByMessageAt<S extends CaseState>(
  { messages, steps, ended }: S,
  { clock, startedAt }: Clock,
  without: string,
  { metByReply }: CaseRules<S>,
): number | undefined {
  return messages
    .filter(m => m.keeps !== undefined && !m.bounced && m.commandId !== without && m.at >= startedAt)
    .filter(({ keeps }) => clock === 'acknowledgement' || (keeps === 'reply' && metByReply.includes(clock)))
    .filter(m => m.at <= (ended?.at ?? m.at))
    .filter(m => !steps.some(step => step.commandId === m.commandId && step.retracted))
    .map(m => m.at)
    .sort((a, b) => a - b)[0];
}

/** A step recorded by mistake: what it met runs again, what it started ends. */
export function retractStep<S extends CaseState>(
  data: (CaseCommand & { type: 'retractStep' })['data'],
  at: number,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): Decision<CaseEvent> {
  const { stepRevision, reason } = data;
  const retractable = ['MessageRecorded', ...rules.retractable];
  const open = state.steps.filter(s => !s.retracted && retractable.includes(s.type));
  const step = state.steps.find(s => s.revision === stepRevision);
  if (step === undefined || !retractable.includes(step.type)) {
    return reject('noSuchStep', {
      stepRevision,
      possible: open.slice(-20).map(s => ({ stepRevision: s.revision, step: s.type })),
    });
  }
  if (step.retracted) return reject('alreadyRetracted', { stepRevision });
  const early = beforeFact(at, 'step', step.at);
  if (early !== undefined) return early;
  const started = state.clocks.filter(c => c.startedBy === step.commandId && isOpen(c));
  const retracted: CaseEvent = {
    type: 'StepRetracted',
    data: { stepRevision, stepType: step.type, reason },
    occurredAt: at,
  };
  return accept<CaseEvent>(
    retracted,
    ...rescinded(context, rules, state, step.commandId, 'retracted', at),
    ...started.flatMap(c => cancelClock(c, 'startRetracted', at)),
  );
}
