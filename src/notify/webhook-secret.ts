import { createHmac, randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';

const PREFIX = 'whsec_';
const NEW_SECRET_BYTES = 32;
/** As Standard Webhooks bounds a secret. */
const LEAST_BYTES = 24;
const MOST_BYTES = 64;
const FINGERPRINT_DIGITS = 32;

/** The file with the secret that signs webhooks is missing, unsafe or malformed. The text says what to do. */
export class WebhookSecretError extends Error {
  override readonly name = 'WebhookSecretError';
}

/** Signs a message; of two secrets, while a new one is brought in, there are two signatures. */
export type SignWebhook = (message: {
  readonly id: string;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly body: string;
}) => string;

export interface WebhookSecrets {
  readonly sign: SignWebhook;
  /** Of each secret 32 hex digits, which tell it from others in one log, and say nothing of it. */
  fingerprints(logId: string): readonly string[];
}

/**
 * Reads the secrets, a line each, as `whsec_` and base64; `#` begins a remark. A file that is missing is made, with a
 * new secret, where `mayMake` says so: never one that was configured to be elsewhere.
 * @throws WebhookSecretError
 */
export function openWebhookSecret(file: string, mayMake: boolean): WebhookSecrets {
  if (mayMake && !existsSync(file)) makeSecret(file);
  let text: string;
  let mode: number;
  try {
    mode = statSync(file).mode;
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new WebhookSecretError(
      `the secret that signs webhooks cannot be read: ${why}. Put it there, a line of ${PREFIX} and base64`,
      { cause: error },
    );
  }
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new WebhookSecretError(`others than its owner may use ${file}: chmod 600 it`);
  const keys = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => keyIn(line, file));
  if (keys.length === 0)
    throw new WebhookSecretError(`${file} holds no secret: a line of ${PREFIX} and base64`);
  return {
    sign: message => keys.map(key => signatureOf(key, message)).join(' '),
    fingerprints: logId => keys.map(key => fingerprintOf(key, logId)),
  };
}

/** By the scheme of Standard Webhooks: `v1,` and base64 of HMAC-SHA-256 over `id.timestamp.body`. */
function signatureOf(key: Buffer, { id, timestamp, body }: Parameters<SignWebhook>[0]): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

/** Under the secret itself, which is random: nobody finds it by trying. */
function fingerprintOf(key: Buffer, logId: string): string {
  const mac = createHmac('sha256', key).update(`redress notification secret fingerprint v1\n${logId}`);
  return mac.digest('hex').slice(0, FINGERPRINT_DIGITS);
}

function keyIn(line: string, file: string): Buffer {
  const base64 = line.startsWith(PREFIX) ? line.slice(PREFIX.length) : undefined;
  const key = Buffer.from(base64 ?? '', 'base64');
  if (base64 === undefined || key.toString('base64').replace(/=+$/, '') !== base64.replace(/=+$/, ''))
    throw new WebhookSecretError(`${file} holds a line that is no secret: it must be ${PREFIX} and base64`);
  if (key.length < LEAST_BYTES || key.length > MOST_BYTES)
    throw new WebhookSecretError(
      `${file} holds a secret of ${key.length} bytes: it must have ${LEAST_BYTES} to ${MOST_BYTES}`,
    );
  return key;
}

function makeSecret(file: string): void {
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    writeFileSync(
      descriptor,
      `# The secret that signs webhooks: the receiver needs it too.\n${PREFIX}${randomBytes(NEW_SECRET_BYTES).toString('base64')}\n`,
    );
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
