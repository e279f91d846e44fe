import { z } from 'zod';

/**
 * How the command line reaches a service that runs: over a socket which only the owner of the data folder can open.
 * One request a connection, each message a line of JSON:
 * `{"method","params"}` → any number of `{"progress"}`, and `{"alive"}` now and then, then `{"result"}` or `{"error": {"name","message"}}`.
 */
export const requestSchema = z.object({ method: z.string(), params: z.unknown() });
export const replySchema = z.union([
  z.object({ alive: z.literal(true) }),
  z.object({ error: z.object({ name: z.string(), message: z.string() }) }),
  z.object({ result: z.unknown() }).refine(reply => 'result' in reply),
  z.object({ progress: z.unknown() }),
]);
export type LocalReply = z.infer<typeof replySchema>;
