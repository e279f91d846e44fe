import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';

const attribute = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) });
const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.int(),
  attributes: z.array(attribute).default([]),
  status: z.object({ code: z.int().optional() }).optional(),
});
export type ReceivedSpan = z.infer<typeof spanSchema>;
const request = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(attribute) }),
      scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })),
    }),
  ),
});

export interface OtlpReceiver {
  readonly endpoint: string;
  readonly spans: ReceivedSpan[];
  /** All that came, as text. */
  readonly texts: string[];
  close(): Promise<void>;
}

/** A receiver of OTLP over HTTP, as a collector is one. */
export async function otlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const texts: string[] = [];
  const server = createServer(async (asked, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of asked) chunks.push(Buffer.from(chunk));
    const text = Buffer.concat(chunks).toString();
    if (asked.url === '/v1/traces' && asked.headers['content-type'] === 'application/json') {
      texts.push(text);
      for (const { scopeSpans } of request.parse(JSON.parse(text)).resourceSpans) {
        spans.push(...scopeSpans.flatMap(scope => scope.spans));
      }
    }
    answer.setHeader('content-type', 'application/json').end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    spans,
    texts,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
