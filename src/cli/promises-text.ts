import type { Promises } from '../http/promises-document.ts';
import type { Phrases } from './promise-phrases.ts';
import { terminalText } from './terminal-text.ts';

type PromiseDocument = Promises['promises'][number];
type Reckoning = PromiseDocument['reckoning'];

/** The promises of a case as a person reads them beside a wall calendar. */
export function promisesText({ id, number, lifecycle, promises }: Promises, say: Phrases): string {
  const lines = [
    `${number ?? id}  ${lifecycle}: ${say.promises}`,
    ...(promises.length === 0
      ? ['', say.none]
      : promises.flatMap(promise => ['', ...promiseLines(promise, say)])),
    '',
  ];
  return lines.map(terminalText).join('\n');
}

function promiseLines(promise: PromiseDocument, say: Phrases): readonly string[] {
  const { clock, cycle, status, result, target, startedAt, startedBy, opensAt, dueAt } = promise;
  const { provisional, policyVersion, calendar, reckoning, happened } = promise;
  const outcome = say.result[status === 'paused' ? status : result] ?? result;
  return [
    `${clock}${cycle > 1 ? ` #${cycle}` : ''}: ${say.target(target)} — ${outcome}`,
    `  ${say.starts(wall(startedAt, say), startedBy.command, who(startedBy.actor))}`,
    ...(opensAt === undefined ? [] : [`  ${say.opens(wall(opensAt, say))}`]),
    `  ${say.due(wall(dueAt, say), calendar.timeZone)}${provisional ? `; ${say.provisional}` : ''}`,
    `  ${say.versions(policyVersion, calendar.id, calendar.version)}`,
    ...reckoningLines(reckoning, say).map(line => `  ${line}`),
    `  ${say.happened}`,
    ...happened.map(entry => `    ${happenedLine(entry, say)}`),
  ];
}

function reckoningLines(reckoning: Reckoning, say: Phrases): readonly string[] {
  const { owed, bound, months, days, stretches, stretchesLeftOut, warnings, dueIfResumedAt } = reckoning;
  const { countedMs, leftMs, beyondMs } = reckoning;
  return [
    ...(owed.setBy === 'target' ? [] : [say.setBy(owed.setBy)]),
    ...(bound === undefined ? [] : [say.bound(bound.kind, wall(bound.unboundDueAt, say))]),
    ...(months === undefined
      ? []
      : [
          say.months(months.anchorDate, months.months, months.date, months.rolledDate),
          ...months.skipped.map(day => `  ${dayLine(day, say)}`),
        ]),
    ...(days === undefined ? [] : [say.days, ...days.map(day => `  ${dayLine(day, say)}`)]),
    say.time,
    ...stretches.map(
      ({ from, to, ms, counted, why }) =>
        `  ${wall(from, say)} – ${wall(to, say)}  ${counted ? say.counts : say.countsNot}  ${say.span(ms)}, ${reason(why, say)}`,
    ),
    ...(stretchesLeftOut === 0 ? [] : [`  ${say.leftOut(stretchesLeftOut)}`]),
    say.sum(say.span(countedMs), leftMs === 0 ? undefined : say.span(leftMs), say.span(owed.ms)),
    ...(beyondMs > 0 ? [say.beyond(say.span(beyondMs))] : []),
    ...(dueIfResumedAt === undefined ? [] : [say.ifResumed(wall(dueIfResumedAt, say))]),
    ...(warnings.length === 0 ? [] : [say.warnings]),
    ...warnings.map(
      ({ threshold, at, givenAt }) =>
        `  ${say.warning(threshold, wall(at, say), givenAt === undefined ? undefined : wall(givenAt, say))}`,
    ),
  ];
}

function dayLine({ date, number, why }: NonNullable<Reckoning['days']>[number], say: Phrases): string {
  const told = why.kind === 'workingDay' ? '' : reason(why, say);
  const counted = number === undefined ? told || reason(why, say) : say.day(number);
  return `${date} ${weekday(date, say)}  ${counted}${number !== undefined && told !== '' ? `, ${told}` : ''}`;
}

function reason(
  { kind, name }: { readonly kind: string; readonly name?: string | undefined },
  say: Phrases,
): string {
  const told = say.why[kind] ?? kind;
  return name === undefined ? told : `${told}: ${say.why[name] ?? name}`;
}

function happenedLine(entry: PromiseDocument['happened'][number], say: Phrases): string {
  const { type, occurredAt, recordedAt, actor, command, details } = entry;
  const late =
    recordedAt.slice(0, 16) === occurredAt.slice(0, 16) ? '' : `, ${say.recorded(wall(recordedAt, say))}`;
  const more = Object.entries(details)
    .filter(([, value]) => typeof value !== 'object')
    .map(([name, value]) => `${name} ${name.endsWith('At') ? wall(String(value), say) : String(value)}`);
  return `${wall(occurredAt, say)}  ${type}  (${command}, ${who(actor)}${late})${more.length === 0 ? '' : `: ${more.join(', ')}`}`;
}

function who({ name, role, via }: PromiseDocument['startedBy']['actor']): string {
  return `${name ?? role}, ${via}`;
}

/** `2026-09-30 Wed 16:00`, with seconds where there are any. */
function wall(instant: string, say: Phrases): string {
  const [date, time] = [instant.slice(0, 10), instant.slice(11, 23)];
  return `${date} ${weekday(date, say)} ${time.replace(/:00\.000$/, '').replace(/\.000$/, '')}`;
}

function weekday(date: string, say: Phrases): string {
  return say.weekdays[Temporal.PlainDate.from(date).dayOfWeek - 1] ?? '';
}
