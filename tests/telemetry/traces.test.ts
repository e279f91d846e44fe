import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DEFAULT_TEAM_ID } from '../../domain/log/fixed-streams.ts';
import { openSqliteLog } from '../../src/store/sqlite-log.ts';
import { dataFolder, type RunningService, redress, startService } from '../cli/redress.ts';
import { type OtlpReceiver, otlpReceiver, type ReceivedSpan } from './otlp-receiver.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const PERSONAL = [
  'Nanyang Garments',
  'Wang Xiaoming',
  '13800138000',
  'The slider comes off',
  'twenty pieces',
];

const ROOT = join(import.meta.dirname, '../..');
const data = dataFolder();
let receiver: OtlpReceiver;
let service: RunningService;
let liaisonId = '';
let token = '';

async function post(url: string, body: object, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await fetch(service.url + url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, text: await answer.text() };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

const idIn = ({ status, text }: Answer): string => {
  if (status >= 300) throw new Error(`${status}: ${text}`);
  return z.object({ id: z.string() }).parse(JSON.parse(text)).id;
};

/** A liaison up to its hand-over, upon which a workflow opens a sample request. All in one trace of the caller's. */
beforeAll(async () => {
  receiver = await otlpReceiver();
  service = await startService(data.path, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint });
  const roles = ['technicalService', 'marketing', 'agent', 'lead'].flatMap(role => ['--role', role]);
  const made = await redress(data.path, [
    'token',
    'create',
    '--name',
    'Somebody',
    '--team',
    DEFAULT_TEAM_ID,
    ...roles,
    '--json',
  ]);
  const somebody = z
    .object({ userId: z.string(), token: z.string() })
    .parse(JSON.parse(made.stdout || made.stderr));
  ({ token } = somebody);
  const traced = { traceparent: `00-${TRACE_ID}-${CALLER}-01` };
  liaisonId = idIn(
    await post(
      '/v1/technical-liaisons/send-form',
      { customer: { name: PERSONAL[0] }, channel: 'email' },
      traced,
    ),
  );
  const liaison = `/v1/technical-liaisons/${liaisonId}`;
  idIn(
    await post(`${liaison}/record-response`, {
      kind: 'requirement',
      contactPosition: 'technical',
      channel: 'email',
      text: `${PERSONAL[1]} (${PERSONAL[2]}): ${PERSONAL[3]}`,
      receivedAt: new Date().toISOString(),
    }),
  );
  idIn(await post(`${liaison}/reply-preliminarily`, { channel: 'email', text: PERSONAL[3] }));
  idIn(await post(`${liaison}/assess`, { result: 'mouldOrSample' }));
  idIn(
    await post(
      `${liaison}/hand-over-to-sales`,
      { need: 'sample', description: PERSONAL[4], marketingContactId: somebody.userId },
      traced,
    ),
  );
  await untilOpened();
  await post('/v1/complaints', { kind: 'nonsense' }, traced);
  await service.stop();
});
afterAll(async () => {
  await receiver.close();
  data.remove();
});

/** Waits until the workflow has opened the sample request. */
async function untilOpened(): Promise<void> {
  for (;;) {
    const answer = await fetch(`${service.url}/v1/technical-liaisons/${liaisonId}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if ((await answer.text()).includes('"linkedTo":["')) return;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

function spanNamed(name: string, under?: string): ReceivedSpan {
  const found = receiver.spans.filter(
    span =>
      span.name === name && span.traceId === TRACE_ID && (under === undefined || span.parentSpanId === under),
  );
  const [span] = found;
  if (span === undefined) {
    throw new Error(
      `no span ${name} under ${under}: ${JSON.stringify(receiver.spans.map(s => [s.name, s.traceId, s.parentSpanId]))}`,
    );
  }
  return span;
}

const attributeOf = (span: ReceivedSpan, key: string) =>
  Object.values(span.attributes.find(each => each.key === key)?.value ?? {})[0];

describe('traces of the real service', () => {
  it('go on from the caller, through the handler into the store', () => {
    const request = spanNamed('POST /v1/technical-liaisons/send-form', CALLER);
    expect(attributeOf(request, 'http.response.status_code')).toBe(201);
    const command = spanNamed('command technical-liaison sendForm', request.spanId);
    expect(attributeOf(command, 'redress.outcome')).toBe('accepted');
    expect(attributeOf(command, 'redress.case_id')).toBe(liaisonId);
    const append = spanNamed('store append', command.spanId);
    expect(attributeOf(append, 'redress.stream_category')).toBe('technicalLiaison');
  });

  it('are kept in the log with what was recorded', async () => {
    const command = spanNamed('command technical-liaison sendForm');
    const log = await openSqliteLog(`${data.path}/events.db`);
    const [first] = await log.readStream(`technicalLiaison-${liaisonId}`);
    await log.close();
    expect(first?.metadata.traceparent).toBe(`00-${TRACE_ID}-${command.spanId}-01`);
  });

  it('go on into what a workflow does about it, in the same trace', () => {
    const handOver = spanNamed('command technical-liaison handOverToSales');
    const workflow = receiver.spans.find(
      span => span.parentSpanId === handOver.spanId && span.name.startsWith('workflow '),
    );
    expect(workflow?.traceId).toBe(TRACE_ID);
    const opened = receiver.spans.find(span => span.parentSpanId === workflow?.spanId);
    expect(opened?.name).toMatch(/^command sample-request /);
    expect(
      receiver.spans.some(span => span.parentSpanId === opened?.spanId && span.name === 'store append'),
    ).toBe(true);
  });

  it('have a span for a request that is refused', () => {
    const refused = spanNamed('POST /v1/complaints', CALLER);
    expect(attributeOf(refused, 'http.response.status_code')).toBe(400);
  });

  it('begin anew where the caller brings none', () => {
    const replied = receiver.spans.find(
      span => span.name === 'POST /v1/technical-liaisons/:id/reply-preliminarily',
    );
    expect(replied?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(replied?.traceId).not.toBe(TRACE_ID);
    expect(replied?.parentSpanId ?? '').toBe('');
  });

  it('say nothing that a person wrote, and no token', () => {
    const all = receiver.texts.join('\n');
    for (const text of [...PERSONAL, token]) expect(all).not.toContain(text);
  });
});

describe('a service that is not to be traced', () => {
  it('loads nothing of it: one file imports it, which is asked for where it is configured alone', () => {
    const importing = (what: RegExp) =>
      globSync('{src,domain,projections,workflows}/**/*.ts', { cwd: ROOT }).filter(file =>
        what.test(readFileSync(join(ROOT, file), 'utf8')),
      );
    expect(importing(/from '@opentelemetry/)).toEqual(['src/telemetry/otlp-spans.ts']);
    expect(importing(/from '.*otlp-spans\.ts'/)).toEqual([]);
    expect(importing(/import\('.*otlp-spans\.ts'\)/)).toEqual(['src/telemetry/open-spans.ts']);
  });
});
