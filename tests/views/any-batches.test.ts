import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterSales } from '../../domain/after-sales/after-sales.ts';
import type { StoredEvent } from '../../domain/log/envelope.ts';
import { technicalLiaison } from '../../domain/technical-liaison/technical-liaison.ts';
import { surviveAnything } from '../arbitrary-commands.ts';
import { anyComplaint, append, caseIdOf, sideBySide, storedOf, type Told } from './cases-in-a-log.ts';
import { ViewFolder } from './view-folder.ts';

const numbers = fc.array(fc.nat(1_000_000), { minLength: 40, maxLength: 300, size: 'max' });
const lives = fc.array(numbers, { minLength: 2, maxLength: 5 });

/** Cases of several lifecycles, whatever happens to them. */
function casesOf(choices: readonly (readonly number[])[]): readonly (readonly StoredEvent[])[] {
  return choices.map((each, n) => {
    const caseId = caseIdOf(n);
    let told: Told = [];
    if (n % 3 === 1) {
      surviveAnything(afterSales, each, [], story => {
        told = story.events;
      });
      return storedOf(`${afterSales.category}-${caseId}`, told);
    }
    if (n % 3 === 2) {
      surviveAnything(technicalLiaison, each, [], story => {
        told = story.events;
      });
      return storedOf(`${technicalLiaison.category}-${caseId}`, told);
    }
    return storedOf(`complaint-${caseId}`, anyComplaint(each));
  });
}

describe('views that follow the log', () => {
  it('hold what a rebuild makes of it, by whatever batches it came, and however often they were opened', async () => {
    await fc.assert(
      fc.asyncProperty(lives, numbers, async (choices, turns) => {
        const views = await ViewFolder.make();
        try {
          const appends = sideBySide(casesOf(choices), turns);
          for (const [turn, events] of appends.entries()) {
            await append(views.store, events);
            const choice = turns[turn % turns.length] ?? 0;
            // Some are taken in at once, some with others, some by views that remember nothing of the case.
            if (choice % 5 === 0) await views.reopen();
            else if (choice % 5 < 3) await views.follow();
          }
          await views.follow();
          expect(await views.differences()).toEqual([]);
        } finally {
          await views.close();
        }
      }),
      { numRuns: 15 },
    );
  }, 240_000);
});
