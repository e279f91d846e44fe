import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { csvCell } from '../../src/audit/export-csv.ts';
import { xmlText } from '../../src/audit/export-xes.ts';
import { canonicalJson } from '../../src/store/canonical-json.ts';
import { type Ask, asker, type HttpHouse, httpHouse, receive } from '../http/http-house.ts';
import { sharedPath } from '../shared-data.ts';

let server: HttpHouse;
let auditor: Ask;
let headers: Record<string, string>;
let caseId: string;
let other: string;
/** A label stands in clear: what an export makes of it is seen. */
const FORMULA = '=HYPERLINK("http://evil.example","click")';
const ODD = 'a<b>&"c"\u0001\n\t末';
beforeAll(async () => {
  server = await httpHouse();
  auditor = asker(server.app, (await server.person('auditor')).token);
  const agent = asker(server.app, (await server.person('agent', 'lead')).token);
  caseId = await receive(agent, { complainant: { name: FORMULA } });
  other = await receive(agent, { complainant: { name: ODD } });
  await agent('POST', `/v1/complaints/${caseId}/add-note`, { text: '=1+1' });
  await agent('POST', `/v1/complaints/${caseId}/withdraw`, {});
  const { body } = await auditor('POST', '/v1/audit/sessions', { reason: 'process mining' });
  headers = { 'audit-session': String(body.id) };
});
afterAll(() => server.close());

const exported = async (query: string) => {
  const answer = await auditor('GET', `/v1/audit/export?${query}`, undefined, headers);
  expect(answer.status).toBe(200);
  return answer.text;
};
const stored = async () => server.house.store.readAll('', 10_000);
const linesOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));

describe('an export as the evidence', () => {
  it('holds every event, byte for byte as it is hashed, in the order of the log', async () => {
    const text = await exported('format=ndjson');
    const events = (await stored()).slice(0, linesOf(text).length);
    expect(events.at(-1)?.type).toBe('AuditLookRecorded');
    const written = events.map(({ position: _place, ...event }) => `${canonicalJson(event)}\n`);
    expect(text).toBe(written.join(''));
  });

  it('holds one case alone, or one lifecycle, or what was recorded in a time', async () => {
    const streams = (text: string) => new Set(linesOf(text).map(({ streamId }) => streamId));
    expect(streams(await exported(`format=ndjson&case=${caseId}`))).toEqual(new Set([`complaint-${caseId}`]));
    expect(streams(await exported('format=ndjson&lifecycle=complaint'))).toEqual(
      new Set([`complaint-${caseId}`, `complaint-${other}`]),
    );
    expect(await exported('format=ndjson&to=2020-01-01T00:00:00Z')).toBe('');
  });

  it('is on record with the checksum of what was sent', async () => {
    const text = await exported(`format=ndjson&case=${caseId}`);
    const { body } = await auditor('GET', `/v1/audit/looks?about=${caseId}`, undefined, headers);
    const bytes = new TextEncoder().encode(text);
    const digest = await crypto.subtle.digest('SHA-256', bytes);
    expect(body.looks).toContainEqual(
      expect.objectContaining({
        action: 'export',
        outcome: 'done',
        result: { bytes: bytes.length, sha256: Buffer.from(digest).toString('hex') },
      }),
    );
  });

  it('is not given of a lifecycle that there is not: nothing would look like nothing there', async () => {
    for (const route of ['export', 'recheck']) {
      const { status, body } = await auditor(
        'GET',
        `/v1/audit/${route}?lifecycle=complaints`,
        undefined,
        headers,
      );
      expect([status, body.errors]).toMatchObject([400, [{ path: 'lifecycle' }]]);
    }
  });

  it('is not given of a case that there is not', async () => {
    const { status } = await auditor('GET', '/v1/audit/export?case=CMP-1999-000001', undefined, headers);
    expect(status).toBe(404);
  });
});

describe('an export for a spreadsheet', () => {
  it('begins with the mark of UTF-8, and has as many cells in every row', async () => {
    const text = await exported('format=csv');
    const rows = text
      .replace(/^\ufeff/, '')
      .split('\r\n')
      .filter(row => row !== '');
    const cells = rows.map(row => row.match(/"(?:[^"]|"")*"/g)?.length);
    expect(new Set(cells)).toEqual(new Set([21]));
    expect(rows.length).toBeGreaterThan(10);
  });

  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    ' =1',
    '\u3000＝1',
    '＋1',
    '－1',
    '＠x',
    '﹦1',
    '\ufeff=1',
  ])('disarms %j', text => {
    expect(csvCell(text)).toBe(`"'${text}"`);
  });

  it('leaves what is no formula as it is, and doubles quotes', () => {
    expect(csvCell('a "b", c')).toBe('"a ""b"", c"');
    expect(csvCell(0)).toBe('"0"');
    expect(csvCell('{"a":"=1"}')).toBe('"{""a"":""=1""}"');
  });
});

describe('an export for process mining', () => {
  it.each(['', '&lifecycle=complaint', '&to=2020-01-01T00:00:00Z'])(
    'is valid OCEL 2.0, with nothing named that is not in it (%s)',
    async selection => {
      const text = await exported(`format=ocel${selection}`);
      const document = JSON.parse(text);
      const schema = JSON.parse(readFileSync(sharedPath('data/exchange-formats/schema_ocel2.json'), 'utf8'));
      const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
      expect([validate(document), validate.errors]).toEqual([true, null]);

      const { events, objects, eventTypes, objectTypes } = document;
      const known = new Set(objects.map(({ id }: { id: string }) => id));
      expect(known.size).toBe(objects.length);
      const declared = new Map<string, Set<string>>(
        eventTypes.map(({ name, attributes }: Declared) => [name, new Set(attributes.map(a => a.name))]),
      );
      for (const { type, attributes, relationships } of events) {
        for (const { name } of attributes) expect(declared.get(type)).toContain(name);
        for (const { objectId } of relationships) expect(known).toContain(objectId);
      }
      const kinds = new Set(objectTypes.map(({ name }: Declared) => name));
      for (const { type } of objects) expect(kinds).toContain(type);
    },
  );

  it('relates the events of a case to the case and to who acted', async () => {
    const { events } = JSON.parse(await exported(`format=ocel&case=${caseId}`));
    const received = events.find(({ type }: { type: string }) => type === 'ComplaintReceived');
    expect(received.relationships).toContainEqual({ objectId: caseId, qualifier: 'subject' });
    expect(received.relationships.map(({ qualifier }: { qualifier: string }) => qualifier)).toContain(
      'actor',
    );
  });

  it.each(['', `&lifecycle=complaint`, '&to=2020-01-01T00:00:00Z'])(
    'is valid XES by the schema of IEEE 1849 (%s)',
    async selection => {
      const contents = await exported(`format=xes${selection}`);
      const schema = readFileSync(sharedPath('data/exchange-formats/xes-ieee-1849-2016.xsd'), 'utf8');
      const { valid, errors } = await validateXML({
        xml: [{ fileName: 'log.xes', contents }],
        schema: [{ fileName: 'xes.xsd', contents: schema }],
      });
      expect(errors).toEqual([]);
      expect(valid).toBe(true);
    },
  );

  it('has a trace for each case, with every event of it', async () => {
    const text = await exported('format=xes');
    expect(text.match(/<trace>/g)).toHaveLength(2);
    const events = (await stored()).filter(({ streamId }) => streamId.startsWith('complaint-'));
    expect(text.match(/<event>/g)).toHaveLength(events.length);
  });

  it('writes text so that it is read again as it was, but for what XML cannot hold', () => {
    expect(xmlText(ODD)).toBe('a&lt;b&gt;&amp;&quot;c&quot;\ufffd&#10;&#9;末');
    expect(xmlText('\ud800x\udc00 😀\ufffe')).toBe('\ufffdx\ufffd 😀\ufffd');
  });
});

interface Declared {
  readonly name: string;
  readonly attributes: readonly { readonly name: string }[];
}
