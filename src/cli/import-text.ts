import type { ImportReport, RefusedRow } from '../import/import-report.ts';
import type { ImportProgress } from '../import/importer.ts';

const number = new Intl.NumberFormat('en');
const REFUSED_SHOWN = 20;

/** One line that tells how far an import is. */
export function progressText({ rows, rowsDone, timersFired, refused }: ImportProgress): string {
  const done = rows === 0 ? 100 : Math.floor((100 * rowsDone) / rows);
  const words = [
    `${done} %`,
    `${number.format(rowsDone)} of ${number.format(rows)} rows`,
    `${number.format(timersFired)} timers fired`,
  ];
  if (refused > 0) words.push(`${number.format(refused)} rows refused`);
  return words.join(' · ');
}

/** What an import did, in lines for a person; the first refused rows by line, the rest counted. */
export function reportText(report: ImportReport): string {
  const { rows, dryRun, finished } = report;
  const count = (n: number, what: string) => (n === 0 ? [] : [`  ${number.format(n).padStart(9)}  ${what}`]);
  const refusedShown = report.refused.slice(0, REFUSED_SHOWN);
  const refusedMore = report.refused.length - refusedShown.length;
  const seconds = report.seconds.toFixed(1);
  const rate = number.format(Math.round(rows.read / Math.max(report.seconds, 0.001)));
  return [
    `${dryRun ? 'Checked' : finished ? 'Imported' : 'Imported in part'}: ${report.source}, ` +
      `${number.format(rows.read)} rows of ${number.format(report.cases)} cases by ${report.people} people` +
      (report.from === undefined || report.to === undefined ? '' : `, ${report.from} to ${report.to}`),
    ...count(rows.imported, dryRun ? 'rows can be imported' : 'rows imported'),
    ...count(rows.alreadyThere, 'rows were there already'),
    ...count(rows.passedBefore, 'rows passed over, as by an earlier run'),
    ...count(rows.leftOut, 'rows left out by the mapping'),
    ...report.leftOutBecause.map(
      ({ activity, reason, rows: n }) => `${' '.repeat(13)}${n} ${activity}: ${reason}`,
    ),
    ...count(rows.rejected, dryRun ? 'rows make no command' : 'rows refused by the rules'),
    ...count(rows.broken, 'rows broken'),
    ...report.refusedBecause.map(
      ({ activity, command, reason, rows: n }) => `${' '.repeat(13)}${n} ${named(activity, command, reason)}`,
    ),
    ...(report.refused.length === 0 ? [] : ['', ...refusedShown.map(refusedText)]),
    ...(refusedMore > 0 ? [`… and ${number.format(refusedMore)} more: --report FILE writes them all`] : []),
    ...(dryRun
      ? []
      : ['', `commands: ${counted(report.commands)}`, `timers fired: ${counted(report.timers)}`]),
    '',
    `${seconds} s, ${rate} rows/s`,
    ...(finished ? [] : ['Stopped before its end: run it again, and it goes on.']),
    '',
  ].join('\n');
}

function refusedText({ line, caseKey, activity, command, reason, details }: RefusedRow): string {
  const where = caseKey === undefined ? '' : ` ${caseKey},`;
  const { message, possible: _possible, ...rest } = details;
  const told = Object.entries(rest).map(([name, value]) => `${name} ${readable(name, value)}`);
  const why = typeof message === 'string' ? message : told.join(', ');
  return `line ${line}:${where} ${named(activity, command, reason)}${why === '' ? '' : ` – ${why}`}`;
}

/** Instants, by the names that they have, as a person reads them. */
function readable(name: string, value: unknown): string {
  const isInstant = typeof value === 'number' && /(At|now|until)$/i.test(name);
  if (isInstant) return new Date(value).toISOString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function named(activity: string | undefined, command: string | undefined, reason: string): string {
  const what = [activity, command].filter(part => part !== undefined && part !== '').join(' → ');
  return what === '' ? reason : `${what}: ${reason}`;
}

function counted(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).map(([name, n]) => `${number.format(n)} ${name}`);
  return entries.length === 0 ? 'none' : entries.join(', ');
}
