import type { DeciderChange } from '../log/aggregate.ts';

/** Of the commands that every case takes. */
const NOT_BEFORE_ITS_REASON = [
  'close',
  'closeWithoutReply',
  'closeWithoutAgreement',
  'reopen',
  'unmerge',
  'retractStep',
  'rescindBreach',
  'resumeClock',
  'recordMessage',
];

/**
 * Version 2 of every lifecycle: a step is not dated before what it rests on.
 * @param commands the lifecycle's own, of which one or the other is not among those of every case
 */
export function notBeforeItsReason(commands: Readonly<Record<string, unknown>>): DeciderChange {
  return {
    version: 2,
    commands: NOT_BEFORE_ITS_REASON.filter(name => Object.hasOwn(commands, name)),
    why: 'a step that is dated before what it rests on is refused',
  };
}

/** Version 3 of every lifecycle that has a receipt. */
export const RECEIPT_FROM_THE_FIRST: DeciderChange = {
  version: 3,
  commands: ['correctDetails'],
  why: 'a corrected receipt is bounded by the first that was recorded, and moves what was taken over with it',
};
