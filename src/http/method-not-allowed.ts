import type { FastifyInstance, HTTPMethods } from 'fastify';
import { sendProblem } from './error-answers.ts';

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Notes every route from here on; what it returns is called after the last, and lets the other methods be answered 405. */
export function answerOtherMethods(app: FastifyInstance): () => void {
  const methods = new Map<string, Set<string>>();
  let noting = true;
  app.addHook('onRoute', ({ url, method }) => {
    if (!noting) return;
    const known = methods.get(url) ?? new Set();
    for (const each of [method].flat()) known.add(each);
    methods.set(url, known);
  });
  return () => {
    noting = false;
    for (const [url, known] of methods) {
      const others = METHODS.filter(method => !known.has(method));
      const allow = [...known].sort().join(', ');
      if (others.length === 0) continue;
      app.route({
        method: others,
        url,
        handler: (request, reply) =>
          sendProblem(request, reply, 'methodNotAllowed', {
            detail: `This address takes ${allow}.`,
            headers: { allow },
          }),
      });
    }
  };
}
