import fc from 'fast-check';
import { expect, test } from 'vitest';
import { afterSales } from '../../domain/after-sales/after-sales.ts';
import { compileCalendar } from '../../domain/time/calendar.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { anyNumbers, surviveAnything } from '../arbitrary-commands.ts';
import { at, type Story } from '../given-when-then.ts';
import { clockLawsHold } from '../sla/clock-laws.ts';
import { explanationsHold } from '../sla/explanation-laws.ts';

const calendar = compileCalendar(chinaCalendar());

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
      explanationsHold(last.events, calendar, at('2026-12-24 10:00'));
      expect(last.refolded()).toEqual(last.state);
    }),
  );
}, 240_000);
