import type { CaseCommand } from '../case/case-commands.ts';
import { type CaseRules, caseEnded } from '../case/case-rules.ts';
import { closing } from '../case/decide-ending.ts';
import { accept, type Decision, reject } from '../case/decision.ts';
import { factAt } from '../case/facts.ts';
import type { DecideContext } from '../case/lifecycle.ts';
import { dueOf } from '../time/target.ts';
import type { TechnicalLiaisonCommand } from './commands.ts';
import type { TechnicalLiaisonEvent } from './events.ts';
import { isAnswered, type TechnicalLiaisonState } from './state.ts';

/** Opens a liaison that waits for a customer: nothing is promised yet, and the customer is reminded once. */
export function sendForm(
  data: (TechnicalLiaisonCommand & { type: 'sendForm' })['data'],
  state: TechnicalLiaisonState,
  context: DecideContext,
): Decision<TechnicalLiaisonEvent> {
  if (state.phase !== 'none') return reject('alreadyOpen', { receivedAt: state.receivedAt });
  const at = factAt(context, state, data);
  if (typeof at !== 'number') return at;
  const { occurredAt: _at, backdatingReason: _why, ...form } = data;
  const teamId = form.teamId ?? context.actor.teamId;
  if (teamId === undefined) return reject('teamNeeded', { field: 'teamId' });
  // A round's fax goes out by hand, and its record is added afterwards.
  if (form.channel === 'fax' && form.faxRecord === undefined && context.actor.role !== 'system') {
    return reject('faxRecordNeeded', { field: 'faxRecord' });
  }
  const { customerGrade, policy, calendar } = context;
  const count = policy.formReminderAfterWorkingDays;
  const remindAt = dueOf({ kind: 'workingDays', count, countFrom: 'receipt' }, at, calendar).dueAt;
  return accept<TechnicalLiaisonEvent>(
    {
      type: 'TechnicalLiaisonFormSent',
      data: { ...form, teamId, ...(customerGrade === undefined ? {} : { customerGrade }) },
      occurredAt: at,
    },
    formReminder(1, remindAt, at),
  );
}

export function formReminder(cycle: number, remindAt: number, at: number): TechnicalLiaisonEvent {
  return {
    type: 'CaseTimerStarted',
    data: { timer: 'formReminder', cycle, remindAt: [remindAt] },
    occurredAt: at,
  };
}

/**
 * Closes a liaison whose form was never answered: for a person after the reminder, for the end of its round at once.
 * The round does not wait for its liaisons to tell it of answers: one that was answered meanwhile goes on.
 */
export function closeUnanswered(
  data: (CaseCommand & { type: 'closeWithoutReply' })['data'],
  state: TechnicalLiaisonState,
  context: DecideContext,
  rules: CaseRules<TechnicalLiaisonState>,
): Decision<TechnicalLiaisonEvent> {
  if (state.phase === 'none') return reject('noSuchCase', { caseId: context.caseId });
  const byRound = context.actor.role === 'system';
  if (byRound && (state.ended !== undefined || isAnswered(state))) return accept<TechnicalLiaisonEvent>();
  if (state.ended !== undefined) return caseEnded(state.ended, rules.possible(state));
  const at = factAt(context, state, data);
  if (typeof at !== 'number') return at;
  if (!byRound) {
    const reminder = state.timers.findLast(t => t.timer === 'formReminder');
    const reminded = state.timers.some(t => t.timer === 'formReminder' && t.reminded > 0);
    if (!reminded)
      return reject('remindersFirst', { reminded: 0, remindAt: [...(reminder?.remindAt ?? [])] });
  }
  return accept<TechnicalLiaisonEvent>(...closing(state, at, 'withoutReply', context, rules, data));
}
