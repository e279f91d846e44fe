import { notBeforeItsReason, RECEIPT_FROM_THE_FIRST } from '../case/decider-changes.ts';
import type { DeciderChange } from '../log/aggregate.ts';
import { complaintCommands } from './commands.ts';

const common = notBeforeItsReason(complaintCommands);

/** What newer versions of the complaint's rules decide differently. */
export const deciderChanges: readonly DeciderChange[] = [
  {
    version: 2,
    commands: [
      ...common.commands,
      'acceptRemedy',
      'approveRemedy',
      'cancelOnSite',
      'communicateDecision',
      'decideOnSite',
      'disputeResponsibility',
      'fulfilRemedy',
      'judgeRemotely',
      'offerRemedy',
      'receive',
      'reclassify',
      'recordArrival',
      'recordSample',
      'rejectRemedy',
      'ruleOnResponsibility',
      'settleClaim',
      'waiveRemedy',
    ],
    why: `${common.why}; the authority limit counts all that a case offers without an approval; only the workflow opens a part of a case`,
  },
  RECEIPT_FROM_THE_FIRST,
];
