import type { Clock } from './clock.ts';
import type { ClockName } from './events.ts';

/** What every event says of the promise that it is about. */
export function clockId({ clock, cycle }: Clock): { readonly clock: ClockName; readonly cycle: number } {
  return { clock, cycle };
}
