import type { ProjectionStatus } from './engine-views.ts';
import type { UnfinishedImport } from './held-cases.ts';
import type { TimekeeperStatus } from './timekeeper.ts';
import type { StoreHealth } from './watched-store.ts';
import type { WorkflowStatus } from './workflow-runner.ts';

/** Events that a view may be behind before its answers count as old: some seconds of a busy hour. */
const BEHIND_EVENTS = 5_000;

/** How far the clock may be set back before what it dates is worth nothing. */
const CLOCK_BEHIND_MS = 60_000;

/** The truth about the service. */
export interface Readiness {
  /** It can answer as if nothing were wrong. */
  readonly ready: boolean;
  /** What is wrong, for people; no personal value. */
  readonly reasons: readonly string[];
  /** Not wrong yet, but worth knowing. */
  readonly warnings: readonly string[];
  readonly projections: readonly ProjectionStatus[];
  readonly timekeeper: TimekeeperStatus;
  readonly workflows: readonly WorkflowStatus[];
}

export async function readinessOf(parts: {
  readonly now: number;
  /** When the newest event was recorded, as far as that can be held against this clock. */
  readonly recordedUntil: () => Promise<number | undefined>;
  readonly closing: boolean;
  readonly store: StoreHealth;
  readonly projections: readonly ProjectionStatus[];
  readonly timekeeper: TimekeeperStatus;
  readonly workflows: readonly WorkflowStatus[];
  readonly unfinishedImports: readonly UnfinishedImport[];
  /** What keeps the log from being proven. */
  readonly evidence: readonly string[];
  /** Of calendars that come to the end of what they know. */
  readonly calendars: readonly string[];
  /** Why a run over the open promises does not come on. */
  readonly deadlineRuns: string | undefined;
  /** Why notifications do not go out, and how many wait. */
  readonly notifications: string | undefined;
  /**
   * Of a node that shares the log: how its clock goes wrong, since when it hears nothing of the others, and which are
   * configured otherwise.
   */
  readonly clock?: string | undefined;
  readonly silentSince?: number | undefined;
  readonly settings?: string | undefined;
}): Promise<Readiness> {
  const { closing, store, projections, timekeeper, workflows, unfinishedImports, evidence } = parts;
  const reasons: string[] = [];
  const warnings: string[] = [];
  if (closing) reasons.push('the service is stopping');
  const recordedUntil = await parts.recordedUntil();
  const behindMs = recordedUntil === undefined ? 0 : recordedUntil - parts.now;
  if (behindMs > CLOCK_BEHIND_MS) {
    reasons.push(
      `the clock is ${Math.round(behindMs / 1000)} s behind the newest event of the log: set it right, or what happens is dated wrong and no timer fires`,
    );
  }
  const trouble = await store.trouble();
  if (trouble !== undefined) reasons.push(`the log takes no write: ${trouble}`);
  if (parts.clock !== undefined) reasons.push(`no timers are fired here: ${parts.clock}`);
  if (parts.silentSince !== undefined) {
    const since = new Date(parts.silentSince).toISOString();
    reasons.push(`nothing is heard of what other nodes write since ${since}`);
  }
  for (const { projection, behindEvents, faulted } of projections) {
    if (faulted !== undefined) {
      reasons.push(`the view ${projection} stopped at position ${faulted.position}: ${faulted.message}`);
    } else if (behindEvents > BEHIND_EVENTS) {
      reasons.push(`the view ${projection} is ${behindEvents} events behind the log`);
    }
  }
  if (timekeeper.problem !== undefined) warnings.push(`timers are not fired: ${timekeeper.problem}`);
  for (const { source, cases } of unfinishedImports) {
    warnings.push(
      `the import of ${source} was cut off, and the timers of its ${cases} cases wait: run it again, or give it up`,
    );
  }
  warnings.push(...parts.calendars);
  if (parts.deadlineRuns !== undefined)
    warnings.push(`a run over the open promises was cut off, and is tried again: ${parts.deadlineRuns}`);
  if (parts.notifications !== undefined) warnings.push(parts.notifications);
  if (parts.settings !== undefined) warnings.push(parts.settings);
  for (const { workflow, fault } of workflows) {
    if (fault !== undefined) {
      warnings.push(`the workflow ${workflow} stopped at position ${fault.position}: ${fault.message}`);
    }
  }
  warnings.push(...evidence);
  return { ready: reasons.length === 0, reasons, warnings, projections, timekeeper, workflows };
}
