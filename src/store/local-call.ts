import { createConnection } from 'node:net';
import { type LocalReply, replySchema } from './local-protocol.ts';
import { publishedSocketAddress } from './socket-address.ts';

/**
 * Why a call of the local socket gave no result: `nobodyListens` (no service runs on that folder: nothing was
 * asked), `lost` (it stopped before answering) or `timeout` (what was asked may have been done), `refused` (the
 * service's handler threw: `remoteName` and the message are its).
 */
export class LocalCallError extends Error {
  override readonly name = 'LocalCallError';
  readonly reason: 'nobodyListens' | 'lost' | 'timeout' | 'refused';
  readonly remoteName: string | undefined;
  constructor(reason: LocalCallError['reason'], message: string, remoteName?: string) {
    super(message);
    this.reason = reason;
    this.remoteName = remoteName;
  }
}

/** Longer than a disk was seen to keep a service waiting. */
const SILENT_FOR_MS = 120_000;

/**
 * Asks the service that owns a data folder, and gives its result.
 * `timeoutMs`: how long to wait for a sign of life, which the service gives every ten seconds while it works.
 * @throws LocalCallError; what the system says when the socket cannot be opened (EACCES)
 */
export function callLocalSocket(
  folder: string,
  method: string,
  params: unknown,
  options: {
    readonly onProgress?: (progress: unknown) => void;
    readonly timeoutMs?: number;
    /** Hangs up: the service's handler is told, and the call is `lost`. */
    readonly signal?: AbortSignal;
  } = {},
): Promise<unknown> {
  const address = publishedSocketAddress(folder);
  if (address === undefined) return Promise.reject(nobodyListens(folder));
  return new Promise((resolve, reject) => {
    const socket = createConnection(address);
    const hangUp = () => socket.destroy();
    options.signal?.addEventListener('abort', hangUp, { once: true });
    let connected = false;
    let received = '';
    socket.setEncoding('utf8');
    const timeoutMs = options.timeoutMs ?? SILENT_FOR_MS;
    socket.setTimeout(timeoutMs, () => {
      const text =
        `the service on ${folder} gave no sign of life for ${timeoutMs / 1_000} s: it hangs, or was suspended. ` +
        'What was asked may have been done; when it goes on, or is started again, look, and ask again';
      reject(new LocalCallError('timeout', text));
      socket.destroy();
    });
    socket.on('connect', () => {
      connected = true;
      socket.write(`${JSON.stringify({ method, params })}\n`);
    });
    socket.on('data', chunk => {
      const text = String(chunk);
      received += text;
      if (!text.includes('\n')) return;
      const lines = received.split('\n');
      received = lines.pop() ?? '';
      try {
        for (const line of lines) take(replySchema.parse(JSON.parse(line)));
      } catch (error) {
        reject(error);
        socket.destroy();
      }
    });
    socket.on('error', error => {
      if (connected) return;
      const nobody = 'code' in error && (error.code === 'ENOENT' || error.code === 'ECONNREFUSED');
      reject(nobody ? nobodyListens(folder) : error);
    });
    socket.on('close', () => {
      options.signal?.removeEventListener('abort', hangUp);
      reject(new LocalCallError('lost', `the service on ${folder} stopped before it answered`));
    });

    function take(reply: LocalReply): void {
      if ('error' in reply) {
        reject(new LocalCallError('refused', reply.error.message, reply.error.name));
      } else if ('result' in reply) {
        resolve(reply.result);
      } else if ('progress' in reply) {
        options.onProgress?.(reply.progress);
      }
    }
  });
}

function nobodyListens(folder: string): LocalCallError {
  return new LocalCallError('nobodyListens', `no service runs on the data folder ${folder}`);
}
