/** No stream is without a bound (docs/decisions/0001-log-format.md, 4); beyond it a case can only be brought to its end. */
export const CASE_EVENT_LIMIT = 5_000;

/** What a case beyond its limit still takes. */
export const POSSIBLE_WHEN_TOO_LONG: ReadonlySet<string> = new Set([
  'close',
  'closeWithoutReply',
  'closeWithoutAgreement',
  // A complaint without a decision is closed once that step is waived.
  'waiveStep',
  // Nor with a remedy owed: what was given is recorded, or waived.
  'fulfilRemedy',
  'waiveRemedy',
  'withdraw',
  'voidEntry',
  'mergeInto',
  'settleMerge',
  'release',
  'fireTimer',
]);
