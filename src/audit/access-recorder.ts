import { v7 as uuidv7 } from 'uuid';
import { AUDIT_ROLES, access } from '../../domain/access/access.ts';
import type { Role } from '../../domain/case/actor.ts';
import type { ActorStamp, Via } from '../../domain/log/envelope.ts';
import type { AggregateOutcome, GiveCommand } from '../directory/aggregate-writer.ts';
import type { Directory } from '../directory/directory.ts';
import type { JsonObject } from '../privacy/json-edit.ts';

/** Who looks: always a person by name, never a machine. */
export interface Looker {
  readonly userId: string;
  readonly roles: readonly Role[];
  readonly via: Via;
}

/** What is looked at. Parameters are ids, instants and formats: never a personal value. */
export interface LookWanted {
  /** camelCase: `asOf`, `export`. */
  readonly action: string;
  readonly parameters: JsonObject;
}

/** A look that is on record. */
export interface Look {
  readonly sessionId: string;
  readonly lookId: string;
  /** How it ended; what is told a second time is passed over. */
  ended(outcome: 'done' | 'failed' | 'cutOff', result: JsonObject): Promise<void>;
}

/** The look was not recorded, so nothing may be shown. The message says what to do. */
export class LookRefusedError extends Error {
  override readonly name = 'LookRefusedError';
  readonly reason: string;
  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface AccessRecorder {
  /** Opens a session: who, and why. @throws LookRefusedError for who may not look */
  openSession(
    who: Looker,
    reason: string,
  ): Promise<{ readonly sessionId: string; readonly expiresAt: number }>;
  endSession(who: Looker, sessionId: string): Promise<void>;
  /**
   * Records one look in the session's stream, durably, before anything is shown.
   * @throws LookRefusedError for a session that there is not, that is another's, has ended or is full
   */
  look(who: Looker, sessionId: string, wanted: LookWanted): Promise<Look>;
}

export function createAccessRecorder(give: GiveCommand): AccessRecorder {
  const asking = (who: Looker) => {
    const commandId = uuidv7();
    return { actor: stampOf(who), commandId, keyed: false, correlationId: commandId };
  };
  return {
    async openSession(who, reason) {
      const { userId } = who;
      const outcome = await give(access, {
        ...asking(who),
        command: { type: 'openSession', data: { userId, reason: reason.trim() } },
      });
      const { id, events } = accepted(outcome);
      return { sessionId: id, expiresAt: Number(events[0]?.data.expiresAt) };
    },

    async endSession(who, sessionId) {
      const { userId } = who;
      accepted(
        await give(access, {
          ...asking(who),
          id: sessionId,
          command: { type: 'endSession', data: { userId } },
        }),
      );
    },

    async look(who, sessionId, { action, parameters }) {
      const { userId } = who;
      const lookId = uuidv7();
      const data = { userId, lookId, action, parameters };
      accepted(await give(access, { ...asking(who), id: sessionId, command: { type: 'recordLook', data } }));
      let told = false;
      return {
        sessionId,
        lookId,
        async ended(outcome, result) {
          if (told) return;
          told = true;
          const end = { userId, lookId, outcome, result };
          accepted(
            await give(access, { ...asking(who), id: sessionId, command: { type: 'endLook', data: end } }),
          );
        },
      };
    },
  };
}

/**
 * The person whom the command line names. Whoever may open the data folder is believed: the log says that the look
 * came by the command line.
 * @throws LookRefusedError for a user that there is not, or who may not look
 */
export function lookerNamed(directory: Pick<Directory, 'user'>, userId: string): Looker {
  const found = directory.user(userId);
  if (found?.active !== true) {
    throw new LookRefusedError(
      'noSuchUser',
      `there is no active user ${userId}: redress token list shows who there is, ` +
        'and redress token create --name "…" --role auditor makes one',
    );
  }
  return { userId, roles: found.roles, via: 'cli' };
}

function stampOf({ userId, roles, via }: Looker): ActorStamp {
  const role = roles.find(each => (AUDIT_ROLES as readonly Role[]).includes(each));
  if (role === undefined) {
    throw new LookRefusedError(
      'forbidden',
      `looking into the record takes one of the roles ${AUDIT_ROLES.join(', ')}; this user has ${roles.join(', ')}`,
    );
  }
  return { id: userId, role, via };
}

function accepted(outcome: AggregateOutcome): AggregateOutcome & { outcome: 'accepted' } {
  if (outcome.outcome === 'accepted') return outcome;
  const reason = outcome.outcome === 'rejected' ? outcome.reason : outcome.outcome;
  throw new LookRefusedError(reason, ADVICE[reason] ?? `the look could not be recorded: ${reason}`);
}

const AGAIN = 'open a new one, and say why';
const ADVICE: Readonly<Record<string, string>> = {
  noSession: `there is no such audit session: ${AGAIN}`,
  notYourSession: `this audit session was opened by somebody else: ${AGAIN}`,
  sessionEnded: `this audit session has ended: ${AGAIN}`,
  sessionExpired: `this audit session is over: ${AGAIN}`,
  streamTooLong: `this audit session holds as many looks as one can: ${AGAIN}`,
};
