import type { RowAccess } from './projection.ts';
import type { Row, Table } from './table.ts';

/**
 * Adds to the figures of one row, making it at first and removing it when all are back at zero, so that counts kept
 * by differences equal counts made anew.
 */
export function addTo<R extends Row>(
  rows: RowAccess,
  table: Table<R>,
  zero: R,
  figures: readonly (keyof R & string)[],
  add: (before: Readonly<R>) => R,
): void {
  rows.change(table, table.keyOf(zero), before => {
    const after = add(before ?? zero);
    return figures.every(figure => after[figure] === 0) ? undefined : after;
  });
}
