import { labelSchema } from '../case/case-events.ts';
import { type CaseRules, caseEnded } from '../case/case-rules.ts';
import { decideCase } from '../case/decide-case.ts';
import { closing } from '../case/decide-ending.ts';
import { accept, type Decision, reject } from '../case/decision.ts';
import { factAt } from '../case/facts.ts';
import { type DecideContext, defineLifecycle } from '../case/lifecycle.ts';
import { summaryOf } from '../case/summary.ts';
import { unreachable } from '../unreachable.ts';
import { type LiaisonRoundCommand, liaisonRoundCommands } from './commands.ts';
import { type LiaisonRoundEvent, liaisonRoundEvents, type Period, periodSchema } from './events.ts';
import { evolve, type LiaisonRoundState, noRound } from './state.ts';

type Name = LiaisonRoundCommand['type'];

/** What the state of a round allows, whoever asks. */
function possible(state: LiaisonRoundState): readonly Name[] {
  if (state.phase === 'none') return ['scheduleRound'];
  const commands: Name[] = ['addNote', 'attach', 'link', 'correctDetails'];
  if (state.ended === undefined) commands.push('assign');
  if (state.phase === 'scheduled') commands.push('openRound', 'voidEntry');
  if (state.phase === 'open') commands.push('closeRound');
  if (state.ended?.how !== 'voided') {
    commands.push('recordFormSent', 'recordAnswer', 'recordAnswerTakenBack');
  }
  return commands;
}

const rules: CaseRules<LiaisonRoundState> = {
  lifecycle: 'liaison-round',
  facts: ({ priority }) => ({ priority }),
  metByReply: [],
  reopens: [],
  correctable: {
    name: { kind: 'value', schema: labelSchema, current: s => s.name },
    period: { kind: 'value', schema: periodSchema, current: s => ({ ...s.period }) },
  },
  customerFields: [],
  retractable: [],
  waivable: {},
  mayClose: () => undefined,
  itemIds: () => [],
  possible,
};

export const liaisonRound = defineLifecycle({
  name: 'liaison-round',
  collection: 'liaison-rounds',
  category: 'liaisonRound',
  numberPrefix: 'LRD',
  deciderVersion: 1,
  opens: ['scheduleRound'],
  promises: [],
  commands: liaisonRoundCommands,
  correctable: rules.correctable,
  events: liaisonRoundEvents,
  initial: noRound,
  decide,
  evolve,
  possible,
  summarize: state => summaryOf(state),
});

function decide(
  command: LiaisonRoundCommand,
  state: LiaisonRoundState,
  context: DecideContext,
): Decision<LiaisonRoundEvent> {
  switch (command.type) {
    case 'scheduleRound':
      return scheduleRound(command.data, state, context);
    case 'openRound':
    case 'closeRound':
      return decideStep(command, state, context);
    case 'recordFormSent':
    case 'recordAnswer':
    case 'recordAnswerTakenBack':
      return recordTold(command, state, context);
    case 'voidEntry':
      // Forms that went out can't be called back: such a round is closed.
      return state.phase === 'open'
        ? notPossibleNow(command.type, state)
        : decideCase(command, state, context, rules);
    case 'correctDetails':
      return correctDetails(command, state, context);
    default:
      return decideCase(command, state, context, rules);
  }
}

function notPossibleNow(command: Name, state: LiaisonRoundState) {
  return reject('notPossibleNow', { command, phase: state.phase, possible: [...possible(state)] });
}

function scheduleRound(
  data: (LiaisonRoundCommand & { type: 'scheduleRound' })['data'],
  state: LiaisonRoundState,
  context: DecideContext,
): Decision<LiaisonRoundEvent> {
  if (state.phase !== 'none') return reject('alreadyScheduled', { name: state.name });
  const at = factAt(context, state, data);
  if (typeof at !== 'number') return at;
  const { occurredAt: _at, backdatingReason: _why, customers, ...round } = data;
  const teamId = round.teamId ?? context.actor.teamId;
  if (teamId === undefined) return reject('teamNeeded', { field: 'teamId' });
  const backwards = badPeriod(round.period);
  if (backwards) return backwards;
  const ids = customers.flatMap(({ customer: { customerId } }) =>
    customerId === undefined ? [] : [customerId],
  );
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  if (twice.length > 0) return reject('customerTwice', { customerIds: [...new Set(twice)] });
  const entries = customers.map(entry => ({ ...entry, entryId: context.newId() }));
  return accept<LiaisonRoundEvent>({
    type: 'LiaisonRoundScheduled',
    data: { ...round, teamId, customers: entries },
    occurredAt: at,
  });
}

/** Dates in ISO 8601 sort as text. */
function badPeriod(period: Period) {
  return period.to < period.from ? reject('periodEndsBeforeItBegins', { ...period }) : undefined;
}

function decideStep(
  command: LiaisonRoundCommand & { type: 'openRound' | 'closeRound' },
  state: LiaisonRoundState,
  context: DecideContext,
): Decision<LiaisonRoundEvent> {
  if (state.phase === 'none') return reject('noSuchCase', { caseId: context.caseId });
  const now = possible(state);
  if (state.ended !== undefined) return caseEnded(state.ended, now);
  if (!now.includes(command.type)) return notPossibleNow(command.type, state);
  const at = factAt(context, state, command.data);
  if (typeof at !== 'number') return at;
  switch (command.type) {
    case 'openRound': {
      const { teamId, form } = state;
      const customers = state.customers
        .filter(entry => entry.liaisonIds.length === 0)
        .map(({ liaisonIds: _none, answeredBy: _nobody, ...entry }) => entry);
      return accept<LiaisonRoundEvent>({
        type: 'LiaisonRoundOpened',
        data: { customers, teamId, ...(form === undefined ? {} : { form }) },
        occurredAt: at,
      });
    }
    case 'closeRound': {
      const { sent, answered, responseRate } = state;
      const unanswered = state.customers
        .filter(e => e.answeredBy.length === 0)
        .flatMap(({ entryId, liaisonIds }) => liaisonIds.map(liaisonId => ({ entryId, liaisonId })));
      const figures = {
        customers: state.customers.length,
        sent,
        answered,
        unanswered,
        ...(responseRate === undefined ? {} : { responseRate }),
      };
      return accept<LiaisonRoundEvent>(
        { type: 'LiaisonRoundClosed', data: figures, occurredAt: at },
        ...closing(state, at, 'closed', context, rules, command.data),
      );
    }
    default:
      return unreachable(command);
  }
}

/** What its liaisons tell the round, by the workflow; late, a closed round still takes it down. */
function recordTold(
  command: LiaisonRoundCommand & { type: 'recordFormSent' | 'recordAnswer' | 'recordAnswerTakenBack' },
  state: LiaisonRoundState,
  { now, caseId }: DecideContext,
): Decision<LiaisonRoundEvent> {
  if (state.phase === 'none') return reject('noSuchCase', { caseId });
  if (!possible(state).includes(command.type)) return notPossibleNow(command.type, state);
  const { entryId, liaisonId } = command.data;
  const entry = state.customers.find(e => e.entryId === entryId);
  if (entry === undefined) return reject('noSuchCustomer', { entryId });
  const closed = state.ended !== undefined;
  switch (command.type) {
    case 'recordFormSent': {
      if (entry.liaisonIds.includes(liaisonId)) return accept<LiaisonRoundEvent>();
      const data = { entryId, liaisonId, afterClosing: closed };
      return accept<LiaisonRoundEvent>({ type: 'LiaisonRoundFormSent', data, occurredAt: now });
    }
    case 'recordAnswer': {
      if (entry.answeredBy.includes(liaisonId)) return accept<LiaisonRoundEvent>();
      const data = { entryId, liaisonId, late: closed };
      return accept<LiaisonRoundEvent>({ type: 'LiaisonRoundAnswered', data, occurredAt: now });
    }
    case 'recordAnswerTakenBack': {
      if (!entry.answeredBy.includes(liaisonId)) return accept<LiaisonRoundEvent>();
      const data = { entryId, liaisonId };
      return accept<LiaisonRoundEvent>({ type: 'LiaisonRoundAnswerTakenBack', data, occurredAt: now });
    }
    default:
      return unreachable(command);
  }
}

/** A round has no receipt, and its period goes forward. */
function correctDetails(
  command: LiaisonRoundCommand & { type: 'correctDetails' },
  state: LiaisonRoundState,
  context: DecideContext,
): Decision<LiaisonRoundEvent> {
  const { field, to } = command.data;
  if (field === 'receivedAt') {
    return reject('notCorrectable', { field, possible: Object.keys(rules.correctable) });
  }
  const period = field === 'period' ? periodSchema.safeParse(to) : undefined;
  const backwards = period?.success ? badPeriod(period.data) : undefined;
  return backwards ?? decideCase(command, state, context, rules);
}
