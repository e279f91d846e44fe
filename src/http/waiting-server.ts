import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { PROBLEM_JSON, RETRY_AFTER_SECONDS } from './error-answers.ts';
import { PROBLEMS, problemDocument } from './problems.ts';

/**
 * Answers on the service's address while the log cannot be reached and the house is not open: that the process lives,
 * that it is not ready, and why. Everything else is asked for again later.
 * @param why for people; no personal value
 */
export async function answerThatItWaits(
  { host, port }: { readonly host: string; readonly port: number },
  why: () => string,
): Promise<{ close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const [path] = (request.url ?? '').split('?');
    if (path === '/health/live') return answer(response, 200, { live: true });
    if (path === '/health/ready') {
      return answer(response, 503, { ready: false, reasons: [why()], warnings: [], projections: [] });
    }
    const problem = problemDocument('logUnreachable', randomUUID(), {
      detail: `The service has not opened the log yet. ${PROBLEMS.logUnreachable.advice}`,
      members: { reason: 'unreachable' },
    });
    return answer(response, PROBLEMS.logUnreachable.status, problem, PROBLEM_JSON);
  });
  server.listen({ host, port });
  await once(server, 'listening');
  return {
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(
  response: ServerResponse,
  status: number,
  body: Record<string, unknown>,
  mediaType = 'application/json; charset=utf-8',
): void {
  response.writeHead(status, {
    'content-type': mediaType,
    'cache-control': 'no-store',
    connection: 'close',
    ...(status === 503 ? { 'retry-after': RETRY_AFTER_SECONDS } : {}),
  });
  response.end(JSON.stringify(body));
}
