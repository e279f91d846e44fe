import type { RememberingWorkflow } from '../domain/case/remembering-workflow.ts';
import type { Workflow } from '../domain/case/workflow.ts';
import { continueAfterSales } from './continue-after-sales.ts';
import { continueCase } from './continue-case.ts';
import { followUpTask } from './follow-up-task.ts';
import { handOverToSales } from './hand-over-to-sales.ts';
import { hardProblem } from './hard-problem.ts';
import { mergeCases } from './merge-cases.ts';
import { openSuccessor } from './open-successor.ts';
import { recurrence } from './recurrence.ts';
import { roundClosed } from './round-closed.ts';
import { roundOpened } from './round-opened.ts';
import { roundTold } from './round-told.ts';
import { sampleConcluded } from './sample-concluded.ts';

/** Every reaction that crosses cases. */
export const workflows: readonly Workflow[] = [
  mergeCases,
  openSuccessor,
  continueAfterSales,
  continueCase,
  handOverToSales,
  sampleConcluded,
  hardProblem,
  roundOpened,
  roundTold,
  roundClosed,
  followUpTask,
];

/** Those that keep a memory of other cases. */
export const rememberingWorkflows: readonly RememberingWorkflow[] = [recurrence];
