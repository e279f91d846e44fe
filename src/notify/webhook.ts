import type { WallClock } from '../clock.ts';
import type { SignWebhook } from './webhook-secret.ts';

/** A message on its way out. */
export interface OutgoingMessage {
  /** The same however often it is sent. */
  readonly id: string;
  /** As it goes over the wire. */
  readonly body: string;
}

export type DeliveryOutcome =
  | { readonly outcome: 'taken' }
  | {
      readonly outcome: 'failed';
      readonly reason: 'refused' | 'redirected' | 'unreachable' | 'timedOut';
      readonly status?: number;
      /** As the receiver asked for. */
      readonly retryAfterMs?: number;
      /** For people: no personal value, no secret. */
      readonly problem: string;
    };

/** The port to whoever brings messages to people: answers within its time limit, and never throws. */
export type Deliver = (message: OutgoingMessage) => Promise<DeliveryOutcome>;

/** What is read of an answer, so that its connection can be used again: nothing in it matters. */
const ANSWER_BYTES = 16 * 1024;

/**
 * POSTs messages to an address, signed. Whatever answers 2xx in time has taken the message; a redirect is not followed,
 * since whoever can answer one would else say where signed messages go.
 */
export function webhook(options: {
  readonly url: string;
  readonly timeoutMs: number;
  readonly sign: SignWebhook;
  readonly clock: WallClock;
}): Deliver {
  const { url, timeoutMs, sign, clock } = options;
  // The path may hold a token of the receiver's: only this much is told.
  const { origin } = new URL(url);
  return async ({ id, body }) => {
    const timestamp = Math.floor(clock.now() / 1_000);
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/cloudevents+json; charset=utf-8',
          'idempotency-key': id,
          'webhook-id': id,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': sign({ id, timestamp, body }),
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      // Taken or not is settled by now: an answer that is cut off half-way changes nothing.
      await readSome(answer).catch(() => {});
      return outcomeOf(answer, origin, clock.now());
    } catch (error) {
      return error instanceof Error && error.name === 'TimeoutError'
        ? { outcome: 'failed', reason: 'timedOut', problem: `${origin} did not answer in ${timeoutMs} ms` }
        : {
            outcome: 'failed',
            reason: 'unreachable',
            problem: `${origin} cannot be reached: ${causeOf(error)}`,
          };
    }
  };
}

function outcomeOf(answer: Response, origin: string, now: number): DeliveryOutcome {
  const { status, ok } = answer;
  if (ok) return { outcome: 'taken' };
  const problem = `${origin} answered ${status}`;
  if (status >= 300 && status < 400)
    return {
      outcome: 'failed',
      reason: 'redirected',
      status,
      problem: `${problem}: redirects are not followed, set REDRESS_NOTIFY_URL to where it leads`,
    };
  const retryAfterMs = retryAfter(answer.headers.get('retry-after'), now);
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  return { outcome: 'failed', reason: 'refused', status, ...wait, problem };
}

/** RFC 9110, 10.2.3: seconds, or a date. */
function retryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

async function readSome(answer: Response): Promise<void> {
  const reader = answer.body?.getReader();
  if (reader === undefined) return;
  for (let bytes = 0; bytes < ANSWER_BYTES; ) {
    const { done, value } = await reader.read();
    if (done) return;
    bytes += value.length;
  }
  await reader.cancel();
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof Error ? cause.message : error.message;
}
