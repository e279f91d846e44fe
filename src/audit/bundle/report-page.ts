import type { z } from 'zod';
import type { caseSchema } from '../../http/case-document.ts';
import type { Trail } from '../../http/trail-document.ts';
import { htmlText } from '../html-text.ts';
import { eventNameZh } from './event-names.ts';

type CaseDocument = z.infer<typeof caseSchema>;

export interface ReportParts {
  readonly document: CaseDocument;
  readonly trail: Trail;
  readonly caseStream: string;
  readonly madeAt: string;
  readonly checkpoint: { readonly size: number; readonly root: string; readonly verifier: string };
  readonly policies: readonly unknown[];
  readonly calendars: readonly unknown[];
}

/** The case for people: opens without a network, prints, needs no script. */
export function reportPage(parts: ReportParts): string {
  const { document, trail, madeAt, checkpoint, caseStream } = parts;
  const { number, id, lifecycle, phase, receivedAt, clocks } = document;
  const title = number ?? id;
  return `<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>${htmlText(title)}</title>
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>${STYLE}</style></head><body>
<header><p>证据报告 · Evidence report</p><h1>${htmlText(title)}</h1></header>
<table class="facts">
${row('案件 · Case', `${lifecycle} ${id}`)}
${row('受理时间 · Received', receivedAt)}
${row('当前阶段 · Phase', phase)}
${row('报告时间 · Made', madeAt)}
${row('检查点 · Checkpoint', `${checkpoint.size} 个事件 events, ${checkpoint.root}`)}
${row('公钥 · Verifier key', checkpoint.verifier)}
</table>
<p class="note">${NOTE}</p>

<h2>承诺 · Promises</h2>
<table><thead><tr><th>承诺 Promise</th><th>开始 Started</th><th>到期 Due</th><th>结果 Result</th><th>完成 Ended</th><th>规则 Rules</th></tr></thead><tbody>
${clocks.map(clockRow).join('\n')}
</tbody></table>

<h2>经过 · What happened</h2>
<table><thead><tr><th>#</th><th>发生 Occurred<br>记录 Recorded</th><th>事件 Event</th><th>操作人 Who</th><th>内容 Content</th></tr></thead><tbody>
${trail.entries.map(entryRow).join('\n')}
</tbody></table>
${rejections(trail)}
<footer>${htmlText(caseStream)} · ${trail.entries.length} 个事件 events</footer>
</body></html>
`;
}

const NOTE =
  '<span lang="zh">本报告由 events.ndjson 中的事件生成。请用 verify-bundle.mjs 验证:README.txt 有说明。</span> ' +
  '<span lang="en">This report was made from the events in events.ndjson. Verify it by verify-bundle.mjs: README.txt says how.</span>';

const STYLE = `
body { font: 10.5pt/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #111 }
header p { margin: 0; color: #555 } h1 { margin: 0 0 1rem; font-size: 20pt } h2 { margin: 2rem 0 .5rem; font-size: 13pt }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid #ccc }
.facts td:first-child { white-space: nowrap; color: #555 } td { overflow-wrap: anywhere } .late { color: #a00; font-weight: 600 }
dl { margin: 0; display: grid; grid-template-columns: max-content 1fr; gap: 0 .6rem } dt { color: #555 } dd { margin: 0; white-space: pre-wrap }
.note, footer { color: #555 } footer { margin-top: 2rem } time { white-space: nowrap }
@media print { body { margin: 0; max-width: none; font-size: 9pt } tr { break-inside: avoid } thead { display: table-header-group } }
`;

const RESULTS_ZH: Readonly<Record<CaseDocument['clocks'][number]['result'], string>> = {
  met: '按时完成',
  metAfterRescinding: '撤销超时后按时完成',
  late: '逾期完成',
  breachedOpen: '已逾期,未完成',
  disputed: '有争议',
  cancelled: '已取消',
  running: '进行中',
};

function clockRow(clock: CaseDocument['clocks'][number]): string {
  const { clock: name, cycle, startedAt, dueAt, result, endedAt, policyVersion, calendar } = clock;
  const isLate = result === 'late' || result === 'breachedOpen';
  const cells = [
    htmlText(`${words(name)}${cycle > 1 ? ` #${cycle}` : ''}`),
    time(startedAt),
    time(dueAt),
    `<span${isLate ? ' class="late"' : ''}>${RESULTS_ZH[result]}<br>${htmlText(words(result))}</span>`,
    endedAt === undefined ? '' : time(endedAt),
    htmlText(`policy ${policyVersion}, ${calendar.id} ${calendar.version}`),
  ];
  return tableRow(cells);
}

function entryRow(entry: Trail['entries'][number]): string {
  const { revision, type, occurredAt, recordedAt, actor, data } = entry;
  const zh = eventNameZh(type);
  return tableRow([
    String(revision),
    `${time(occurredAt)}<br>${recordedAt === occurredAt ? '' : time(recordedAt)}`,
    `${zh === undefined ? '' : `${htmlText(zh)}<br>`}${htmlText(words(type))}`,
    htmlText(`${actor.name ?? actor.role} (${actor.via})`),
    fields(data),
  ]);
}

function rejections({ rejections: tried = [] }: Trail): string {
  if (tried.length === 0) return '';
  const rows = tried.map(({ command, reason, recordedAt, actor }) =>
    tableRow([
      time(recordedAt),
      htmlText(words(command)),
      htmlText(words(reason)),
      htmlText(`${actor.name ?? actor.role} (${actor.via})`),
    ]),
  );
  return `<h2>被拒绝的操作 · What was refused</h2>
<table><thead><tr><th>时间 When</th><th>操作 Command</th><th>原因 Reason</th><th>操作人 Who</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table>`;
}

/** What an event says; what is nested as short JSON. */
function fields(data: Readonly<Record<string, unknown>>): string {
  const rows = Object.entries(data)
    .filter(([name, value]) => value !== undefined && !TECHNICAL.has(name))
    .map(([name, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return `<dt>${htmlText(words(name))}</dt><dd>${htmlText(text)}</dd>`;
    });
  return rows.length === 0 ? '' : `<dl>${rows.join('')}</dl>`;
}

/** In case.json for machines. */
const TECHNICAL = new Set(['schedule', 'target', 'messageId', 'warningsLeft', 'ordinary']);

/** `firstReply` → `first reply` */
function words(name: string): string {
  return name.replace(/(?<=[a-z0-9])[A-Z]/g, letter => ` ${letter.toLowerCase()}`);
}

function time(instant: string): string {
  return `<time datetime="${htmlText(instant)}">${htmlText(instant.slice(0, 19).replace('T', ' '))}</time>`;
}

function row(name: string, value: string): string {
  return `<tr><td>${name}</td><td>${htmlText(value)}</td></tr>`;
}

function tableRow(cells: readonly string[]): string {
  return `<tr>${cells.map(cell => `<td>${cell}</td>`).join('')}</tr>`;
}
