import type { FastifyReply } from 'fastify';

/** Aborts when the client goes away before it has its answer: long work for nobody is to be stopped. */
export function hangUp({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}
