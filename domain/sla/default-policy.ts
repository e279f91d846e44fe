import { type Policy, policySchema } from './policy.ts';

/** The published promises of the house; written as version 1 of the policy at first start. */
export function defaultPolicy(holdsFrom = 0): Policy {
  return policySchema.parse({
    policyId: 'default',
    version: 1,
    holdsFrom,
    calendarId: 'cn',
    lines: [
      line('technical-liaison', 'firstReply', { kind: 'workingDays', count: 1, countFrom: 'receipt' }),
      line('after-sales-request', 'answer', { kind: 'elapsed', duration: 'PT24H' }),
      line('after-sales-request', 'onSiteResolution', { kind: 'elapsed', duration: 'PT48H' }),
      line('complaint', 'acknowledgement', { kind: 'workingTime', duration: 'PT4H' }),
      line('complaint', 'firstReply', { kind: 'elapsed', duration: 'PT24H' }),
      line('complaint', 'remoteJudgement', { kind: 'elapsed', duration: 'PT24H' }),
      line('complaint', 'onSiteArrival', { kind: 'elapsed', duration: 'PT48H' }),
      line('complaint', 'decision', { kind: 'workingDays', count: 5, countFrom: 'receipt' }),
      line('complaint', 'closing', { kind: 'workingDays', count: 10, countFrom: 'receipt' }),
      line(
        'complaint',
        'decision',
        { kind: 'workingDays', count: 1, countFrom: 'receipt' },
        { priority: 'urgent' },
      ),
      line(
        'complaint',
        'closing',
        { kind: 'workingDays', count: 2, countFrom: 'receipt' },
        { priority: 'urgent' },
      ),
      line('factory-visit', 'approval', { kind: 'workingDays', count: 1, countFrom: 'receipt' }),
      line('factory-visit', 'hostsAssigned', { kind: 'before' }),
      line('factory-visit', 'visitCompleted', { kind: 'workingDays', count: 2, countFrom: 'nextDay' }),
      line('factory-visit', 'wave1', { kind: 'calendarMonths', count: 1 }),
      line('factory-visit', 'wave3', { kind: 'calendarMonths', count: 3 }),
      line('factory-visit', 'wave6', { kind: 'calendarMonths', count: 6 }),
      line('difficult-problem', 'firstResponse', { kind: 'workingDays', count: 1, countFrom: 'receipt' }),
      line('difficult-problem', 'progress', { kind: 'workingDays', count: 5, countFrom: 'receipt' }),
      line('any', 'input', { kind: 'workingDays', count: 1, countFrom: 'receipt' }),
    ],
    escalatesTo: {
      complaint: 'qaHead',
      'technical-liaison': 'technicalService',
      'after-sales-request': 'lead',
      'factory-visit': 'marketingDirector',
      'difficult-problem': 'technicalCentre',
      'sample-request': 'marketingDirector',
    },
    authorityLimit: { amountMinor: 500_000, currency: 'CNY' },
    customerSilence: { remindAfterWorkingDays: [3, 6], closeAfterWorkingDays: 10 },
    confirmation: { remindAfterWorkingDays: 3, confirmAfterWorkingDays: 7 },
  });
}

function line(lifecycle: string, clock: string, target: object, when: object = {}): object {
  return { lifecycle, clock, target, when };
}
