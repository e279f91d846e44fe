import { v5 as uuidv5 } from 'uuid';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { categoryOf, uuidOf } from '../../domain/log/envelope.ts';
import { erasure } from '../../domain/privacy/erasure.ts';
import type { Subject } from '../../domain/privacy/subjects.ts';
import type { AggregateOutcome, Asking, GiveCommand } from '../directory/aggregate-writer.ts';
import type { Directory } from '../directory/directory.ts';
import type { LoadedCase } from '../engine/command-handler.ts';
import { systemActor } from '../engine/system-actor.ts';
import type { PrivacyRegister } from './privacy-register.ts';

export interface PrivacyDeskParts {
  readonly register: PrivacyRegister;
  readonly give: GiveCommand;
  readonly isErased: (subject: string) => boolean;
  /** Destroys every key of a subject, and what is kept in memory; answers how many keys there were. */
  readonly eraseSubject: (subject: string) => Promise<number>;
  readonly directory: Pick<Directory, 'user'>;
  readonly lifecycles: readonly AnyLifecycle[];
  readonly load: (lifecycle: AnyLifecycle, caseId: string) => Promise<LoadedCase | undefined>;
  /** Streams of which an event names any of the subjects. */
  readonly mentions: (subjects: readonly string[]) => Promise<readonly string[]>;
  /** Makes all views anew, and removes the old: an index keeps what was deleted from it. */
  readonly rebuildViews: () => Promise<{ readonly events: number }>;
  readonly onFailure: (erasureId: string, error: unknown) => void;
}

export interface PrivacyDesk {
  readonly register: PrivacyRegister;
  /**
   * Approves an erasure, after a look at what stands against it. When it is accepted the keys are destroyed; what was
   * made from the log is made anew after that (`settled`).
   */
  approve(erasureId: string, asking: Asking): Promise<AggregateOutcome>;
  /** Cases that name any of the subjects, by stream. Reads through the whole log. */
  casesNaming(subjects: readonly string[]): Promise<readonly string[]>;
  /** Ends what an earlier run had begun, and destroys what an old key file brought back; to be called at start. */
  resume(): Promise<void>;
  /** Waits for erasures that are on their way. */
  settled(): Promise<void>;
}

/** Who is to be forgotten: two people, what stands against it, and the steps after. */
export function createPrivacyDesk(parts: PrivacyDeskParts): PrivacyDesk {
  const { register, give, lifecycles } = parts;
  let running: Promise<void> = Promise.resolve();

  const caseStreams = async (subjects: readonly string[]): Promise<readonly string[]> => {
    const named = await parts.mentions(subjects);
    return named.filter(id => lifecycles.some(({ category }) => category === categoryOf(id)));
  };

  const openCases = async (subjects: readonly Subject[]): Promise<string[]> => {
    const open: string[] = [];
    for (const streamId of await caseStreams(subjects.map(({ id }) => id))) {
      const lifecycle = lifecycles.find(({ category }) => category === categoryOf(streamId));
      const caseId = uuidOf(streamId);
      const loaded = lifecycle && (await parts.load(lifecycle, caseId));
      if (loaded !== undefined && lifecycle?.summarize(loaded.state).closed === false) open.push(caseId);
    }
    return open;
  };

  const record = (erasureId: string, step: 'recordUnreachable' | 'recordCompleted', count: number) => {
    const commandId = uuidv5(step, erasureId);
    const { id, role, via } = systemActor('cli');
    return give(erasure, {
      actor: { id, role, via },
      commandId,
      keyed: false,
      correlationId: commandId,
      id: erasureId,
      command:
        step === 'recordUnreachable'
          ? { type: step, data: { keysDestroyed: count } }
          : { type: step, data: { viewsMadeAnewFrom: count } },
    });
  };

  const destroyKeys = async (subjects: readonly Subject[]): Promise<number> => {
    let destroyed = 0;
    for (const { id } of subjects) destroyed += await parts.eraseSubject(id);
    return destroyed;
  };

  /** What was made from the log in clear is made anew; one erasure after the other. */
  const complete = (erasureId: string): void => {
    running = running
      .then(async () => {
        const { events } = await parts.rebuildViews();
        await record(erasureId, 'recordCompleted', events);
      })
      .catch(error => parts.onFailure(erasureId, error));
  };

  const carryOut = async (erasureId: string, subjects: readonly Subject[]): Promise<void> => {
    const keysDestroyed = await destroyKeys(subjects);
    // What was written in the request itself may name them.
    await parts.eraseSubject(erasureId);
    await record(erasureId, 'recordUnreachable', keysDestroyed);
    complete(erasureId);
  };

  return {
    register,

    async approve(erasureId, asking) {
      const { subjects = [] } = register.erasure(erasureId) ?? {};
      const ids = subjects.map(({ id }) => id);
      const holds = register
        .holdsOn(ids)
        .map(({ holdId, ground, reference }) => ({ holdId, ground, reference }));
      const activeUsers = subjects
        .filter(({ kind, id }) => kind === 'user' && parts.directory.user(id)?.active === true)
        .map(({ id }) => id);
      const obstacles = { holds, activeUsers, openCases: await openCases(subjects) };
      const outcome = await give(erasure, {
        ...asking,
        id: erasureId,
        command: { type: 'approveErasure', data: { userId: asking.actor.id, obstacles } },
      });
      if (outcome.outcome === 'accepted') await carryOut(erasureId, subjects);
      return outcome;
    },

    casesNaming: caseStreams,

    async resume() {
      for (const { erasureId, stage, subjects } of register.erasures()) {
        switch (stage) {
          case 'approved':
            await carryOut(erasureId, subjects);
            break;
          case 'unreachable':
          case 'destroyed': {
            // An old key file in the place of the one that was emptied brings nobody back.
            const back = subjects.filter(({ id }) => !parts.isErased(id));
            await destroyKeys(back);
            if (stage === 'unreachable') complete(erasureId);
            break;
          }
          case 'none':
          case 'requested':
          case 'refused':
            break;
        }
      }
    },

    settled: () => running,
  };
}
