import { htmlText } from './html-text.ts';

/** A checkpoint as a page to be printed and put into a folder: what is on paper nobody changes from afar. */
export function checkpointPage(checkpoint: {
  readonly size: number;
  readonly note: string;
  readonly verifier: string;
  readonly signedAt: number;
}): string {
  const { size, note, verifier, signedAt } = checkpoint;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Checkpoint of ${size} events</title>
<style>
  body { font: 11pt/1.5 system-ui, sans-serif; max-width: 42rem; margin: 2rem auto; padding: 0 1rem }
  pre { font: 12pt/1.6 ui-monospace, monospace; border: 1pt solid; padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere }
  td { border-bottom: 1pt solid; padding: 1.2rem 4rem 0 0 }
</style></head><body>
<h1>日志检查点 · Checkpoint of the log</h1>
<p>${new Date(signedAt).toISOString()} · ${size} 个事件 · ${size} events</p>
<pre>${htmlText(note)}</pre>
<p>验证公钥 · Verifier key</p>
<pre>${htmlText(verifier)}</pre>
<p lang="zh">请将此页存放在运行系统的机器之外。日后若日志与此不符,即可证明它曾被改动。</p>
<p>Keep this page away from the machine that runs the system. A log that does not agree with it later was changed.
To compare: type the lines of the first box into a file and run <code>redress audit verify --checkpoint FILE --key KEY</code>.</p>
<table><tr><td>日期 · Date</td><td>姓名 · Name</td><td>签字 · Signature</td></tr></table>
</body></html>
`;
}
