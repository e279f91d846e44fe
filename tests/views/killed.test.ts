import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProcess } from '../store/processes/start-process.ts';
import { anyComplaint, append, caseIdOf, sideBySide, storedOf } from './cases-in-a-log.ts';
import { ViewFolder } from './view-folder.ts';

let views: ViewFolder;
beforeAll(async () => {
  views = await ViewFolder.make();
});
afterAll(() => views.close());

const CASES = 40;
const LIVES = 5;

describe('views whose process is killed again and again', () => {
  it('lose nothing and count nothing twice', async () => {
    const cases = Array.from({ length: CASES }, (_, n) => {
      const numbers = Array.from({ length: 80 }, (_, i) => (n * 7919 + i * 104_729) % 1_000_003);
      return storedOf(`complaint-${caseIdOf(n)}`, anyComplaint(numbers));
    });
    const appends = sideBySide(
      cases,
      Array.from({ length: 500 }, (_, i) => (i * 15_485_863) % 1_000_003),
    );
    for (let life = 0; life < LIVES; life++) {
      const follower = await startProcess('../../views/processes/follow.ts', [views.folder]);
      await follower.nextLine();
      const share = appends.slice(
        Math.floor((life * appends.length) / LIVES),
        Math.floor(((life + 1) * appends.length) / LIVES),
      );
      // Its last batches are under way, or not begun, when it is killed.
      for (const events of share) await append(views.store, events);
      await follower.kill();
    }
    await views.follow();
    expect(await views.differences()).toEqual([]);
  });
});
