import { z } from 'zod';
import { RUN_KINDS } from '../../domain/house/deadline-runs.ts';
import { reasonSchema } from '../../domain/house/publishing.ts';
import type { Asking } from '../directory/aggregate-writer.ts';
import type { House } from '../engine/open-house.ts';
import type { WhichState } from '../house/house-calendars.ts';
import { problemLines, type TextProblem } from '../text-problem.ts';
import { asking, demandAccepted } from './asking.ts';
import { OperationError } from './operation-error.ts';

const which = z.union([z.int().min(1), z.literal(['draft', 'inForce'])]);
const source = {
  /** The file's name, for messages. */
  file: z.string(),
  format: z.enum(['yaml', 'json', 'ics']),
  text: z.string(),
  calendarId: z.string().optional(),
  years: z.array(z.int()).optional(),
  knownThrough: z.string().optional(),
};
/** In whose name: the command line itself has none. */
const inTheNameOf = { author: z.uuid().optional() };
const draftNumber = { draft: z.int().min(1).optional() };
const publishing = { ...inTheNameOf, ...draftNumber, reason: reasonSchema };
const runKind = { what: z.enum(RUN_KINDS), calendarId: z.string().optional() };

/** What the command line does with calendars, the policy and the deadlines that run by them. */
export const houseOperations = {
  'calendar.list': (house: House) => house.calendars.list(),

  async 'calendar.show'(house: House, params: unknown) {
    const { calendarId, state } = z.strictObject({ calendarId: z.string(), state: which }).parse(params);
    const content = await house.calendars.content(calendarId, state);
    return content ?? missing(`calendar ${calendarId}`, state);
  },

  async 'calendar.diff'(house: House, params: unknown) {
    const { calendarId, from, to } = z
      .strictObject({ calendarId: z.string(), from: which, to: which })
      .parse(params);
    const changes = await house.calendars.diff(calendarId, from, to);
    return changes ?? missing(`calendar ${calendarId}`, from, to);
  },

  async 'calendar.check'(house: House, params: unknown) {
    const { file, ...given } = z.strictObject(source).parse(params);
    const checked = await house.calendars.check(given);
    if (checked.outcome === 'refused') throw unusable(file, checked.problems);
    const { calendar, notes, changes } = checked;
    return { calendarId: calendar.calendarId, notes, changes };
  },

  async 'calendar.draft'(house: House, params: unknown) {
    const { file, replaces, author, ...given } = z
      .strictObject({ ...source, ...inTheNameOf, replaces: z.int().min(1).optional() })
      .parse(params);
    const drafted = await house.calendars.draft(given, replaces, authoredBy(house, author));
    if (drafted.outcome === 'unreadable') throw unusable(file, drafted.problems);
    demandAccepted(drafted.given, 'the draft');
    const { draft, notes, changes } = drafted;
    return { draft, notes, changes };
  },

  async 'calendar.abandon'(house: House, params: unknown) {
    const { calendarId, draft, reason, author } = z
      .strictObject({ ...publishing, calendarId: z.string() })
      .parse(params);
    const number = draft ?? (await calendarDraft(house, calendarId));
    const given = await house.calendars.abandon(calendarId, number, reason, authoredBy(house, author));
    demandAccepted(given, 'giving up the draft');
    return { draft: number };
  },

  async 'calendar.publish'(house: House, params: unknown) {
    const { calendarId, draft, reason, knownFrom, author } = z
      .strictObject({ ...publishing, calendarId: z.string(), knownFrom: z.int().optional() })
      .parse(params);
    const number = draft ?? (await calendarDraft(house, calendarId));
    const wanted = { draft: number, reason, knownFrom };
    const given = await house.calendars.publish(calendarId, wanted, authoredBy(house, author));
    const [event] = demandAccepted(given, 'the publication').events;
    return { version: Object(event?.data.calendar).version };
  },

  'policy.list': (house: House) => house.policy.list(),

  async 'policy.show'(house: House, params: unknown) {
    const { state } = z.strictObject({ state: which }).parse(params);
    return (await house.policy.content(state)) ?? missing('the policy', state);
  },

  async 'policy.at'(house: House, params: unknown) {
    const { instant } = z.strictObject({ instant: z.int() }).parse(params);
    return house.policy.at(instant);
  },

  async 'policy.diff'(house: House, params: unknown) {
    const { from, to } = z.strictObject({ from: which, to: which }).parse(params);
    return (await house.policy.diff(from, to)) ?? missing('the policy', from, to);
  },

  async 'policy.check'(house: House, params: unknown) {
    const { file, text } = z.strictObject({ file: z.string(), text: z.string() }).parse(params);
    const checked = await house.policy.check(text);
    if (checked.outcome === 'refused') throw unusable(file, checked.problems);
    return { incomplete: problemLines(checked.incomplete), changes: checked.changes };
  },

  async 'policy.draft'(house: House, params: unknown) {
    const { file, text, replaces, author } = z
      .strictObject({
        file: z.string(),
        text: z.string(),
        ...inTheNameOf,
        replaces: z.int().min(1).optional(),
      })
      .parse(params);
    const drafted = await house.policy.draft(text, replaces, authoredBy(house, author));
    if (drafted.outcome === 'unreadable') throw unusable(file, drafted.problems);
    demandAccepted(drafted.given, 'the draft');
    const { draft, changes, incomplete } = drafted;
    return { draft, changes, incomplete: problemLines(incomplete) };
  },

  async 'policy.abandon'(house: House, params: unknown) {
    const { draft, reason, author } = z.strictObject(publishing).parse(params);
    const number = draft ?? (await policyDraft(house));
    demandAccepted(
      await house.policy.abandon(number, reason, authoredBy(house, author)),
      'giving up the draft',
    );
    return { draft: number };
  },

  async 'policy.publish'(house: House, params: unknown) {
    const { draft, reason, holdsFrom, author } = z
      .strictObject({ ...publishing, holdsFrom: z.int().optional() })
      .parse(params);
    const wanted = { draft: draft ?? (await policyDraft(house)), reason, holdsFrom };
    const given = await house.policy.publish(wanted, authoredBy(house, author));
    const [event] = demandAccepted(given, 'the publication').events;
    return { version: Object(event?.data.policy).version };
  },

  async 'deadlines.preview'(house: House, params: unknown) {
    const { after, ...wanted } = z.strictObject({ ...runKind, after: z.string() }).parse(params);
    const { moves, cases, laidOn, next } = await house.deadlineRuns.preview(wanted, { after, limit: 500 });
    const { id, version } = laidOn.calendar;
    return {
      moves: moves.map(move => ({ ...move, number: house.views.numberOf(move.caseId) ?? null })),
      cases,
      calendar: { id, version },
      policyVersion: laidOn.policy.version,
      next: next ?? null,
    };
  },

  /** Begins a run and, where this process has the house to itself, stays with it to its end. */
  async 'deadlines.start'(house: House, params: unknown, emit: (progress: unknown) => void) {
    const { author, ...wanted } = z
      .strictObject({ ...runKind, ...inTheNameOf, reason: reasonSchema })
      .parse(params);
    const given = await house.deadlineRuns.start(wanted, authoredBy(house, author));
    const [event] = demandAccepted(given, 'the run').events;
    const runId = String(event?.data.runId);
    const run = async () => (await house.deadlineRuns.list()).find(each => each.runId === runId);
    const shown = setInterval(() => void run().then(emit, () => {}), SHOW_EVERY_MS);
    try {
      await house.deadlineRuns.settled();
    } finally {
      clearInterval(shown);
    }
    return run();
  },

  'deadlines.runs': (house: House) => house.deadlineRuns.list(),

  async 'deadlines.stop'(house: House, params: unknown) {
    const { runId, reason, author } = z
      .strictObject({ ...inTheNameOf, runId: z.uuid(), reason: reasonSchema })
      .parse(params);
    demandAccepted(
      await house.deadlineRuns.stop(runId, reason, authoredBy(house, author)),
      'stopping the run',
    );
    return { runId };
  },
} as const;

const SHOW_EVERY_MS = 1_000;

async function calendarDraft(house: House, calendarId: string): Promise<number> {
  const found = (await house.calendars.list()).find(each => each.calendarId === calendarId);
  return found?.draft?.draft ?? noDraft(`calendar ${calendarId}`);
}

async function policyDraft(house: House): Promise<number> {
  return (await house.policy.list()).draft?.draft ?? noDraft('the policy');
}

function noDraft(of: string): never {
  throw new OperationError(`there is no draft of ${of}`);
}

function missing(of: string, ...states: readonly WhichState[]): never {
  throw new OperationError(`there is no ${states.join(' or no ')} of ${of}`);
}

function unusable(file: string, problems: readonly TextProblem[]): OperationError {
  return new OperationError(
    [`${file} cannot be used:`, ...problemLines(problems).map(line => `  ${line}`)].join('\n'),
  );
}

/** @throws OperationError for an author who is not there */
function authoredBy(house: House, author: string | undefined): Asking {
  if (author !== undefined && house.directory.user(author)?.active !== true)
    throw new OperationError(`there is no active user ${author}`);
  return asking(author);
}
