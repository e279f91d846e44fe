import type { Workflow } from '../domain/case/workflow.ts';
import { continueAfterSales } from './continue-after-sales.ts';
import { mergeCases } from './merge-cases.ts';
import { openSuccessor } from './open-successor.ts';

/** Every reaction that crosses cases. */
export const workflows: readonly Workflow[] = [mergeCases, openSuccessor, continueAfterSales];
