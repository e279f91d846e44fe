import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Projection, type RowAccess, registered } from '../../projections/projection.ts';
import { defineTable } from '../../projections/table.ts';
import type { Checkpoint } from '../../src/views/view-file.ts';
import { ViewFollower } from '../../src/views/view-follower.ts';
import { anyComplaint, append, caseIdOf, storedOf } from './cases-in-a-log.ts';
import { allProjections, ViewFolder } from './view-folder.ts';

interface SeenRow {
  readonly streamId: string;
  readonly events: number;
}
const seenTable = defineTable<SeenRow>({
  name: 'seen',
  columns: { streamId: 'text', events: 'integer' },
  key: ['streamId'],
  indexes: [],
});

type Fragile = Projection<SeenRow>;

/** Counts the events of each stream, and breaks in a way of its own at the second event of one. */
function fragile(broken: Partial<Pick<Fragile, 'fold' | 'derive'>>): Fragile {
  return {
    name: 'fragile',
    version: 1,
    tables: [seenTable],
    types: new Set(complaint.map(event => event.type)),
    fold: (before, { streamId }) => ({ streamId, events: (before?.events ?? 0) + 1 }),
    derive(before, after, rows) {
      if (after !== undefined) rows.put(seenTable, after, before !== undefined);
    },
    ...broken,
  };
}

const complaint = anyComplaint([7, 3, 99, 12, 5, 20, 31, 8, 4, 4, 17, 2, 60, 1, 2, 3]);
const streamOf = (n: number) => `complaint-${caseIdOf(n)}`;
const VICTIM = streamOf(2);
const whole = fragile({});
const breaks: readonly (readonly [how: string, Fragile])[] = [
  [
    'throws when it folds',
    fragile({
      fold(before, event) {
        if (event.streamId === VICTIM && event.revision === 1) throw new RangeError('cannot fold this');
        return whole.fold(before, event);
      },
    }),
  ],
  [
    'throws when it derives',
    fragile({
      derive(before, after, rows) {
        if (after?.streamId === VICTIM && after.events > 1) throw new RangeError('cannot derive this');
        whole.derive(before, after, rows);
      },
    }),
  ],
  [
    'writes a row that its table does not take',
    fragile({
      derive(before, after, rows: RowAccess) {
        whole.derive(before, after, rows);
        if (after?.streamId === VICTIM && after.events > 1) rows.put(seenTable, after, false);
      },
    }),
  ],
];

let views: ViewFolder;
beforeEach(async () => {
  views = await ViewFolder.make();
});
afterEach(() => views.close());

async function appendCase(n: number): Promise<void> {
  for (const event of storedOf(streamOf(n), complaint)) await append(views.store, [event]);
}

describe.each(breaks)('a projection that %s', (_how, broken) => {
  const projections = [registered(broken), ...allProjections];
  const checkpointsOf = async (follower: ViewFollower): Promise<readonly Checkpoint[]> => {
    let told: readonly Checkpoint[] = [];
    const watcher = new ViewFollower(views.folder, views.log, projections, ({ checkpoints }) => {
      told = checkpoints;
    });
    await follower.follow();
    follower.close();
    await watcher.open(() => {});
    watcher.close();
    return told;
  };
  const expectItAlone = async (checkpoints: readonly Checkpoint[]) => {
    const head = await views.log.head();
    const victim = (await views.log.readStream(VICTIM))[1];
    const faulted = checkpoints.filter(({ fault }) => fault !== undefined);
    expect(faulted.map(({ name }) => name)).toEqual(['fragile']);
    expect(faulted[0]?.fault?.position).toBeDefined();
    // It has not taken in what it broke at, nor anything after.
    expect((faulted[0]?.position ?? '') < (victim?.position ?? '')).toBe(true);
    expect(checkpoints.filter(c => c.fault === undefined && c.position !== head)).toEqual([]);
  };

  it('stops alone while it follows, and is told of, with the place', async () => {
    const follower = await views.reopen(projections);
    await appendCase(1);
    await follower.follow();
    await appendCase(2);
    await follower.follow();
    await appendCase(3);
    await expectItAlone(await checkpointsOf(follower));
  });

  it('stops alone in a rebuild', async () => {
    await appendCase(1);
    await appendCase(2);
    await appendCase(3);
    const follower = await views.reopen(projections);
    await expectItAlone(await checkpointsOf(follower));
  });

  it('goes on where it stood when it is mended, as if nothing had been', async () => {
    const follower = await views.reopen(projections);
    await appendCase(1);
    await follower.follow();
    await appendCase(2);
    await follower.follow();
    const mended = [registered(whole), ...allProjections];
    await views.reopen(mended);
    await appendCase(3);
    await views.follow();
    expect(await views.differences(mended)).toEqual([]);
  });
});
