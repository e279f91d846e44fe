import type { Position, StoredEvent } from '../../domain/log/envelope.ts';
import { leafOf } from '../audit/leaf.ts';
import { GrowingTree } from '../audit/subtrees.ts';
import type { AppendResult, EventStore, NewEvent } from '../store/event-store.ts';
import type { BodyReader, StoredBody } from '../store/stored-bodies.ts';
import { type Decision, decisionsOf, leavesAfter } from './decisions.ts';
import { MigrationError } from './migration-error.ts';
import type { OpenLog } from './open-log.ts';
import { patiently } from './patience.ts';

/** What of the source is in the target, and up to where in the source. */
export interface Copied {
  readonly tree: GrowingTree;
  readonly upTo: Position;
}

/**
 * Compares what the target has with the beginning of the source, event by event.
 * @throws MigrationError when it is not that
 */
export async function compareBeginning(
  source: OpenLog,
  target: OpenLog,
  onProgress: (events: number) => void,
): Promise<Copied> {
  const tree = new GrowingTree();
  let upTo: Position = '';
  const ours = leavesAfter(source.bodies, '');
  for await (const there of leavesAfter(target.bodies, '')) {
    const { value: here, done } = await ours.next();
    if (done === true) {
      throw new MigrationError(
        `${target.shown} holds more than the source: after the ${tree.size} events of ${source.shown} comes ` +
          `${there.streamId}, revision ${there.revision}. It has gone on since it was copied: serve it, or name another target`,
      );
    }
    if (here.body !== there.body) {
      throw new MigrationError(
        `${target.shown} holds something else than ${source.shown}: event ${tree.size + 1} is ` +
          `${there.streamId}, revision ${there.revision}, and not ${here.streamId}, revision ${here.revision}. ` +
          'Nothing was written: name an empty target',
      );
    }
    tree.add(leafOf(here).hashed);
    upTo = here.position;
    onProgress(tree.size);
  }
  await ours.return(undefined);
  return { tree, upTo };
}

/**
 * Copies what comes after, decision by decision, in log order.
 * @throws MigrationError when somebody else writes into the target; StoreUnavailableError
 */
export async function copyRest(
  source: OpenLog,
  target: OpenLog,
  { tree, upTo: from }: Copied,
  onProgress: (events: number) => void,
): Promise<Copied> {
  let upTo = from;
  const { store, appendsAtOnce } = target;
  for await (const together of inGroups(decisionsOf(leavesAfter(source.bodies, from)), appendsAtOnce)) {
    const results = await Promise.all(together.map(decision => appended(store, decision)));
    for (const [index, result] of results.entries()) {
      const [first] = together[index] ?? [];
      if (result.outcome === 'appended') continue;
      throw new MigrationError(
        `${target.shown} has another event at ${first?.streamId}, revision ${first?.revision}: something else writes into it`,
      );
    }
    for (const event of together.flat()) {
      tree.add(leafOf(event).hashed);
      upTo = event.position;
    }
    onProgress(tree.size);
  }
  return { tree, upTo };
}

/** Count and root of a log as it is read back. */
export async function treeOf(log: BodyReader, onProgress: (events: number) => void): Promise<GrowingTree> {
  const tree = new GrowingTree();
  for await (const event of leavesAfter(log, '')) {
    tree.add(leafOf(event).hashed);
    onProgress(tree.size);
  }
  return tree;
}

async function* inGroups(
  decisions: AsyncIterable<Decision>,
  size: number,
): AsyncGenerator<readonly Decision[]> {
  let group: Decision[] = [];
  for await (const decision of decisions) {
    group.push(decision);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** The same events are sent again while the store cannot say whether it has them. */
function appended(store: EventStore, decision: Decision): Promise<AppendResult> {
  const [{ streamId, revision }] = decision;
  const events = decision.map(eventIn);
  return patiently(() => store.append(streamId, revision - 1, events));
}

function eventIn({ body }: StoredBody): NewEvent {
  // Written by a store of ours; the root over what is read back tells whether it came through as it was.
  const { streamId: _streamId, revision: _revision, ...event } = JSON.parse(body) as StoredEvent;
  return event;
}
