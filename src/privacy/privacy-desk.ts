import { v5 as uuidv5 } from 'uuid';
import type { CommandOf } from '../../domain/case/event-definition.ts';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { categoryOf, uuidOf } from '../../domain/log/envelope.ts';
import { erasure, type erasureCommands } from '../../domain/privacy/erasure.ts';
import type { Subject } from '../../domain/privacy/subjects.ts';
import type { ThisNode } from '../cluster/this-node.ts';
import type { AggregateOutcome, Asking, GiveCommand } from '../directory/aggregate-writer.ts';
import type { Directory } from '../directory/directory.ts';
import type { LoadedCase } from '../engine/command-handler.ts';
import { systemActor } from '../engine/system-actor.ts';
import type { ListedErasure, PrivacyRegister } from './privacy-register.ts';

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
  /** Where nodes share the log: each lets go of the keys and says so. */
  readonly node?: Pick<ThisNode, 'nodeId' | 'nodes' | 'forget'>;
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
  /** Carries on what other nodes have begun. */
  look(): void;
  /** Nodes that have not let go of an erasure's keys yet; none on a log that is not shared. */
  waitsFor(erasure: ListedErasure): readonly string[];
  /** Waits for erasures that are on their way. */
  settled(): Promise<void>;
}

/** Who is to be forgotten: two people, what stands against it, and the steps after. */
export function createPrivacyDesk(parts: PrivacyDeskParts): PrivacyDesk {
  const { register, give, lifecycles, node } = parts;
  let running: Promise<void> = Promise.resolve();
  /** Erasures that this node has begun to purge, or to complete. */
  const begun = new Set<string>();

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

  const record = (
    erasureId: string,
    command: CommandOf<typeof erasureCommands>,
    commandId = uuidv5(command.type, erasureId),
  ) => {
    const { id, role, via } = systemActor('cli');
    return give(erasure, {
      actor: { id, role, via },
      commandId,
      keyed: false,
      correlationId: commandId,
      id: erasureId,
      command,
    });
  };

  /** Those at work when the keys were destroyed, but for who has let go of them. */
  const waitsFor = ({ unreachableAt, purgedBy = [] }: ListedErasure): readonly string[] => {
    if (node === undefined || unreachableAt === undefined) return [];
    return node.nodes
      .working()
      .filter(({ registeredAt }) => registeredAt <= unreachableAt)
      .map(({ nodeId }) => nodeId)
      .filter(nodeId => !purgedBy.some(each => each.nodeId === nodeId));
  };

  /** Whoever sees it first that all have let go and the database was scavenged writes it down. */
  const completeShared = async (shared: NonNullable<typeof node>, found: ListedErasure): Promise<void> => {
    const { erasureId, scavenged, unreachableAt = 0 } = found;
    if (scavenged === undefined || waitsFor(found).length > 0) return;
    const nodes = shared.nodes
      .working()
      .filter(({ registeredAt }) => registeredAt <= unreachableAt)
      .map(({ nodeId }) => nodeId);
    await record(erasureId, {
      type: 'recordCompleted',
      data: { viewsMadeAnewFrom: 0, ...(nodes.length === 0 ? {} : { nodes }) },
    });
  };

  /** This node lets go of the keys, and makes anew what it had made from the log. */
  const purge = async (shared: NonNullable<typeof node>, found: ListedErasure): Promise<void> => {
    const { erasureId, subjects } = found;
    for (const { id } of subjects) shared.forget(id);
    shared.forget(erasureId);
    const { events } = await parts.rebuildViews();
    await record(
      erasureId,
      {
        type: 'recordPurgedByNode',
        data: { nodeId: shared.nodeId, viewsMadeAnewFrom: events },
      },
      uuidv5(`recordPurgedByNode ${shared.nodeId}`, erasureId),
    );
  };

  /** What is to be done here of erasures whose keys are destroyed; one after the other, and each once. */
  const look = (): void => {
    if (node === undefined) return;
    for (const found of register.erasures()) {
      if (found.stage !== 'unreachable') continue;
      const isPurged = found.purgedBy?.some(({ nodeId }) => nodeId === node.nodeId) === true;
      const isOver = found.scavenged !== undefined && waitsFor(found).length === 0;
      const step = isPurged ? (isOver ? `complete ${found.erasureId}` : undefined) : found.erasureId;
      if (step === undefined || begun.has(step)) continue;
      begun.add(step);
      running = running
        .then(() => (isPurged ? completeShared(node, found) : purge(node, found)))
        .catch(error => {
          begun.delete(step);
          parts.onFailure(found.erasureId, error);
        });
    }
  };

  const destroyKeys = async (subjects: readonly Subject[]): Promise<number> => {
    let destroyed = 0;
    for (const { id } of subjects) destroyed += await parts.eraseSubject(id);
    return destroyed;
  };

  /** What was made from the log in clear is made anew; one erasure after the other. */
  const complete = (erasureId: string): void => {
    if (node !== undefined) {
      look();
      return;
    }
    running = running
      .then(async () => {
        const { events } = await parts.rebuildViews();
        await record(erasureId, { type: 'recordCompleted', data: { viewsMadeAnewFrom: events } });
      })
      .catch(error => parts.onFailure(erasureId, error));
  };

  const carryOut = async (erasureId: string, subjects: readonly Subject[]): Promise<void> => {
    const keysDestroyed = await destroyKeys(subjects);
    // What was written in the request itself may name them.
    await parts.eraseSubject(erasureId);
    await record(erasureId, { type: 'recordUnreachable', data: { keysDestroyed } });
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

    look,
    waitsFor,
    settled: () => running,
  };
}
