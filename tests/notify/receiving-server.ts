import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';

const cloudEventSchema = z.looseObject({
  id: z.uuid(),
  type: z.string(),
  data: z.looseObject({ caseId: z.uuid(), caseNumber: z.string().optional(), to: z.looseObject({}) }),
});

export interface Received {
  readonly id: string;
  readonly type: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly event: z.infer<typeof cloudEventSchema>;
}

/** What answers a request; without one it is answered 204. */
export type Answering = (received: Received, reply: ServerResponse, request: IncomingMessage) => void;

/** A receiver of notifications on a port of its own, that keeps what it is sent and answers as a test wants. */
export async function receivingServer(port = 0) {
  const got: Received[] = [];
  let answer: Answering = (_received, reply) => void reply.writeHead(204).end();
  const server = createServer(async (request, reply) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
    const event = cloudEventSchema.parse(JSON.parse(text));
    const received = { id: event.id, type: event.type, headers: request.headers, text, event };
    got.push(received);
    answer(received, reply, request);
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    port: address.port,
    got,
    answerWith(next: Answering) {
      answer = next;
    },
    times: (id: string): number => got.filter(each => each.id === id).length,
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

/** As docs/notifications.md says it, by nothing of ours. */
export function isSigned({ headers, text }: Pick<Received, 'headers' | 'text'>, secret: string): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`;
  const expected = createHmac('sha256', key).update(signed).digest();
  return String(headers['webhook-signature'])
    .split(' ')
    .map(each => Buffer.from(each.replace(/^v1,/, ''), 'base64'))
    .some(each => each.length === expected.length && timingSafeEqual(each, expected));
}
