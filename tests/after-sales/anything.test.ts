import fc from 'fast-check';
import { expect, test } from 'vitest';
import { afterSales } from '../../domain/after-sales/after-sales.ts';
import { anyNumbers, surviveAnything } from '../arbitrary-commands.ts';
import type { Story } from '../given-when-then.ts';
import { clockLawsHold } from '../sla/clock-laws.ts';

test('whatever is sent to an after-sales request, it decides, and its promises keep their laws', () => {
  fc.assert(
    fc.property(anyNumbers, numbers => {
      let last:
        | Pick<
            Story<typeof afterSales.initial, typeof afterSales.commands, typeof afterSales.events>,
            'events' | 'state' | 'refolded'
          >
        | undefined;
      surviveAnything(afterSales, numbers, ['order', 'productCode', 'answer', 'resolution'], story => {
        last = story;
      });
      if (last === undefined) return;
      clockLawsHold(last.events);
      expect(last.refolded()).toEqual(last.state);
    }),
  );
}, 240_000);
