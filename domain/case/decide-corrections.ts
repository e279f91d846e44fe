import { instantSchema } from '../log/envelope.ts';
import { isOpen } from '../sla/clock.ts';
import { policyLine } from '../sla/policy.ts';
import { cancelClock, rejudgeClock, rescheduleClock, rescindResult } from '../sla/promises.ts';
import { replayDeadline } from '../sla/schedule.ts';
import type { CaseCommand } from './case-commands.ts';
import type { CaseEvent } from './case-events.ts';
import { type CaseRules, ownerOf } from './case-rules.ts';
import type { CaseState } from './case-state.ts';
import { accept, type Decision, reject } from './decision.ts';
import { receiptAt } from './facts.ts';
import type { DecideContext } from './lifecycle.ts';

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
  const correctable = rules.correctable[field];
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
  const corrected: CaseEvent = {
    type: 'DetailsCorrected',
    data: { field, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }), reason },
    occurredAt: at,
  };
  const moves = rules.customerFields.includes(field) && context.actor.roles.includes('lead');
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
  if (customerGrade === undefined) return [];
  const graded = { ...owner, facts: { ...owner.facts, customerGrade } };
  return state.clocks
    .filter(c => c.status === 'running')
    .flatMap(clock => {
      const line = policyLine(context.policy, rules.lifecycle, clock.clock, graded.facts);
      if (line === undefined || JSON.stringify(line.target) === JSON.stringify(clock.target)) return [];
      const { dueAt } = replayDeadline(
        line.target,
        clock.startedAt,
        clock.moves,
        context.calendar,
        clock.anchor,
      );
      return [rescheduleClock(context, graded, clock, 'correctedCustomer', dueAt)];
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
  const receipt = receiptAt(context, parsed.data);
  if ('outcome' in receipt) return receipt;
  const { receivedAt } = receipt;
  if (receivedAt === state.receivedAt) return reject('nothingToCorrect', { receivedAt });
  const owner = ownerOf(state, rules);
  const judged = state.clocks
    .filter(clock => clock.startedAt === state.receivedAt)
    .filter(clock => rules.startedByReceipt?.includes(clock.clock) ?? true)
    .flatMap(clock => rejudgeClock(context, owner, clock, receivedAt));
  const corrected: CaseEvent = {
    type: 'DetailsCorrected',
    data: { field: 'receivedAt', from: state.receivedAt, to: receivedAt, reason },
    occurredAt: at,
  };
  return accept<CaseEvent>(corrected, ...judged);
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
  const owner = ownerOf(state, rules);
  const ended = state.ended !== undefined;
  const results = state.clocks.filter(c => c.result?.commandId === step.commandId);
  const started = state.clocks.filter(c => c.startedBy === step.commandId && isOpen(c));
  const retracted: CaseEvent = {
    type: 'StepRetracted',
    data: { stepRevision, stepType: step.type, reason },
    occurredAt: at,
  };
  return accept<CaseEvent>(
    retracted,
    ...(ended ? [] : results.flatMap(c => rescindResult(context, owner, c, 'retracted', at))),
    ...started.flatMap(c => cancelClock(c, 'startRetracted', at)),
  );
}
