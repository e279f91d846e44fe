import { caseEvents } from '../domain/case/case-events.ts';
import type { CaseState } from '../domain/case/case-state.ts';
import { recurrenceEvents } from '../domain/case/recurrence.ts';
import { complaintEvents } from '../domain/complaint/events.ts';
import { type RecordedEvent, uuidOf } from '../domain/log/envelope.ts';
import {
  type Addressee,
  type Matter,
  type NotificationKind,
  TOLD_WITHIN_MS,
} from '../domain/notification/notification.ts';
import type { Recipient } from '../domain/sla/events.ts';

/** A message to be sent, once for its event, kind and addressee. */
export interface Notification {
  readonly kind: NotificationKind;
  readonly lifecycle: string;
  readonly caseId: string;
  readonly addressee: Addressee;
  readonly happenedAt: number;
  readonly matter: Matter;
}

/** What is known of an event beside itself. */
export interface NotifiedCase {
  readonly lifecycle: string;
  /** The case right after the event. */
  readonly state: CaseState;
  /** Event types of the decision that the event is of. */
  readonly together: readonly string[];
}

type Told = Pick<Notification, 'kind' | 'matter'> & { readonly to: readonly Addressee[] };

/** Which events are told to whom; each answers nothing where there is nothing to tell. */
const TELLS: Readonly<Record<string, (event: RecordedEvent, about: NotifiedCase) => readonly Told[]>> = {
  SlaClockWarned({ data, metadata }) {
    const { recipients, ...matter } = caseEvents.SlaClockWarned.schema.parse(data);
    // Recorded when it was too late to act on: the breach tells.
    if (matter.dueAt <= metadata.recordedAt) return [];
    return [{ kind: 'promiseWarned', matter, to: people(recipients) }];
  },
  SlaClockEscalated({ data }) {
    const { recipients, ...matter } = caseEvents.SlaClockEscalated.schema.parse(data);
    return [{ kind: 'promiseEscalated', matter, to: people(recipients) }];
  },
  FollowUpWaveOpened({ data, metadata }) {
    const { recipients, ...matter } = caseEvents.FollowUpWaveOpened.schema.parse(data);
    if (matter.dueAt <= metadata.recordedAt) return [];
    return [{ kind: 'waveOpened', matter, to: people(recipients) }];
  },
  CustomerReminded({ data, metadata }, { state }) {
    const matter = caseEvents.CustomerReminded.schema.parse(data);
    const timer = state.timers.find(t => t.timer === matter.timer && t.cycle === matter.cycle);
    // The house was down: of several that are due at once the last one tells, and what silence brings needs none.
    const next = timer?.remindAt[matter.number] ?? timer?.endsAt;
    if (timer === undefined || (next !== undefined && next <= metadata.recordedAt)) return [];
    return [{ kind: 'customerReminder', matter, to: [contactOf(state)] }];
  },
  InputRequested({ data }) {
    const { inputId, cycle, department, askedUserId, dueAt } = caseEvents.InputRequested.schema.parse(data);
    if (askedUserId === undefined) return [];
    const matter = { inputId, cycle, department, ...(dueAt === undefined ? {} : { dueAt }) };
    return [{ kind: 'inputAsked', matter, to: [{ role: 'asked', userId: askedUserId }] }];
  },
  InputChased({ data }) {
    const { inputId, cycle, recipients } = caseEvents.InputChased.schema.parse(data);
    return [{ kind: 'inputChased', matter: { inputId, cycle }, to: people(recipients) }];
  },
  HandOverProposed({ data }) {
    const { handOverId, toUserId, toTeamId } = caseEvents.HandOverProposed.schema.parse(data);
    const to = {
      role: 'takingOver',
      teamId: toTeamId,
      ...(toUserId === undefined ? {} : { userId: toUserId }),
    };
    return [{ kind: 'handOverOffered', matter: { handOverId }, to: [to] }];
  },
  RecurrenceFound({ data }, { state: { teamId } }) {
    const { of, told } = recurrenceEvents.RecurrenceFound.schema.parse(data);
    return [{ kind: 'recurrenceFound', matter: { ofCaseId: of.caseId }, to: [{ ...told, teamId }] }];
  },
  UrgencyRequested(_event, { state: { teamId }, together }) {
    // A lead's word confirms itself.
    return together.includes('UrgencyConfirmed')
      ? []
      : approval({ approval: 'urgency' }, { role: 'lead', teamId });
  },
  ComplaintRemedyOffered({ data }, { state: { teamId } }) {
    const { remedyId, approvalNeeded } = complaintEvents.ComplaintRemedyOffered.schema.parse(data);
    return approvalNeeded ? approval({ approval: 'remedy', remedyId }, { role: 'lead', teamId }) : [];
  },
  FactoryVisitAssessed: () => approval({ approval: 'factoryVisit' }, { role: 'marketingDirector' }),
  FactoryVisitResubmitted: () => approval({ approval: 'factoryVisit' }, { role: 'marketingDirector' }),
};

/** The event types that may have somebody told. */
export const NOTIFYING: readonly string[] = Object.keys(TELLS);

/** A receipt can be recorded 30 days late: what lies further back when it is recorded is history. */
const HISTORY_MS = 31 * 86_400_000;

/**
 * Whether an event is news: it was not imported, and it was recorded not long ago, of what is no history. What an
 * import, a replay or a log that is read anew brings of the past is told to nobody.
 * @param now UTC epoch milliseconds
 */
export function isNews({ metadata }: RecordedEvent, now: number): boolean {
  const { importId, actor, recordedAt, occurredAt } = metadata;
  if (importId !== undefined || actor.via === 'import') return false;
  return recordedAt > now - TOLD_WITHIN_MS && occurredAt > recordedAt - HISTORY_MS;
}

/** Who is told of an event that is news; everybody once, by the first of their roles. */
export function notificationsOf(event: RecordedEvent, about: NotifiedCase): readonly Notification[] {
  const base = {
    lifecycle: about.lifecycle,
    caseId: uuidOf(event.streamId),
    happenedAt: event.metadata.occurredAt,
  };
  return (TELLS[event.type]?.(event, about) ?? []).flatMap(({ kind, matter, to }) => {
    const keys = to.map(addresseeKey);
    const once = to.filter((_each, at) => keys.indexOf(keys[at] ?? '') === at);
    return once.map(addressee => ({ ...base, kind, addressee, matter }));
  });
}

/** Tells the addressees of one event apart: part of a message's id. */
export function addresseeKey({ role, userId, contactId, teamId }: Addressee): string {
  return userId ?? contactId ?? `${role} ${teamId ?? ''}`;
}

function people(recipients: readonly Recipient[]): readonly Addressee[] {
  return recipients.map(({ userId, role }) => ({ role, userId }));
}

function approval(matter: Matter, to: Addressee): readonly Told[] {
  return [{ kind: 'approvalAsked', matter, to: [to] }];
}

/** Whom the house deals with at the customer's, where they are known: a lifecycle that knows keeps a `contactId`. */
function contactOf(state: CaseState): Addressee {
  return 'contactId' in state && typeof state.contactId === 'string'
    ? { role: 'contact', contactId: state.contactId }
    : { role: 'contact' };
}
