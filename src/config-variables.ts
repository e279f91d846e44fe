import { z } from 'zod';
import { isTimeZone } from '../domain/time/time-zone.ts';
import { isShared, withoutPassword } from './store/store-address.ts';

/** One environment variable: what is checked, what `redress config` shows, and what docs/configuration.md says. */
export interface ConfigVariable<T = unknown> {
  /** Of the environment: `REDRESS_…`. */
  readonly name: string;
  /** As it would be written; `<REDRESS_DATA>` stands for that variable's value. */
  readonly default: string;
  readonly meaning: string;
  /** From text to value; its error message says what the text should be. */
  readonly schema: z.ZodType<T, string>;
  /** How the text is shown, where not as it is. */
  readonly shown: (text: string) => string;
}

const wholeNumber = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,12}$/, error)
    .transform(Number)
    .pipe(z.int(error).min(min, error).max(max, error));
};
const minutesOrNever = wholeNumber(0, 100_000).refine(
  minutes => minutes === 0 || minutes >= 10,
  'must be 0, or from 10 to 100000',
);
const isCopyTarget = (text: string): boolean =>
  !/^[a-z][a-z0-9+.-]+:/i.test(text) || (/^https?:/.test(text) && URL.canParse(text));
const isWebhook = (text: string): boolean => {
  if (text === 'none') return true;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
};
/** Many a receiver's address holds its password: in the path, in a query. */
const withoutPath = (text: string): string =>
  text.replace(/^([a-z]+:\/\/)(?:[^/?#]*@)?([^/?#@]*).+$/i, '$1$2/***');
const path = z.string().min(1, 'must be a path');
const variable = <T>(
  name: string,
  fallback: string,
  schema: z.ZodType<T, string>,
  meaning: string,
  shown: (text: string) => string = text => text,
): ConfigVariable<T> => ({ name, default: fallback, meaning, schema, shown });

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** The one table of the configuration, by the key that a `Config` has for it. */
export const CONFIG_VARIABLES = {
  dataFolder: variable(
    'REDRESS_DATA',
    './data',
    path,
    'The data folder: log, views, keys and lock. Made at first start.',
  ),
  host: variable(
    'REDRESS_HOST',
    '127.0.0.1',
    z.string().regex(/^[A-Za-z0-9.:_-]{1,253}$/, 'must be an address or a host name to listen at'),
    'The address to listen at. `0.0.0.0` or `::` opens the service to the network: put TLS in front of it.',
  ),
  port: variable(
    'REDRESS_PORT',
    '4470',
    wholeNumber(0, 65_535),
    'The port to listen at; 0 takes a free one.',
  ),
  store: variable(
    'REDRESS_STORE',
    'sqlite',
    z
      .string()
      .refine(
        text => text === 'sqlite' || isShared(text),
        'must be sqlite, the embedded store in the data folder, or esdb://… of an EventStoreDB',
      ),
    'Where the log is kept. `sqlite` is the embedded store in the data folder; `esdb://user:password@host:2113?tls=true` or ' +
      '`esdb+discover://…`, as its client takes it, an EventStoreDB of our own that nodes share. Its password is never shown or logged.',
    withoutPassword,
  ),
  nodeId: variable(
    'REDRESS_NODE_ID',
    'auto',
    z
      .string()
      .regex(
        /^(auto|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
        'must be auto, or a UUID in small letters',
      ),
    'Which node this is of those that share a log, a UUID; `auto` makes one at first start and keeps it in the data folder.',
  ),
  masterKeyFile: variable(
    'REDRESS_MASTER_KEY_FILE',
    '<REDRESS_DATA>/master.key',
    path,
    'The file with the master key that wraps the keys of personal data. Made at first start, readable by its owner alone; never made ' +
      'where nodes share a log: every node is given the same. ' +
      'Keep it, and a copy of it, apart from the backups of the data folder.',
  ),
  checkpointKeyFile: variable(
    'REDRESS_CHECKPOINT_KEY_FILE',
    '<REDRESS_DATA>/checkpoint.key',
    path,
    'The file with the key that signs checkpoints of the log. Made at first start, readable by its owner alone.',
  ),
  checkpointEveryMinutes: variable(
    'REDRESS_CHECKPOINT_EVERY',
    '60',
    minutesOrNever,
    'Minutes between two checkpoints of a log that grows, at least 10; 0: none is made but on request.',
  ),
  checkpointCopy: variable(
    'REDRESS_CHECKPOINT_COPY',
    'none',
    z.string().refine(isCopyTarget, 'must be none, a folder, or an http(s) address'),
    'Where a copy of each checkpoint is kept apart from the log: a folder on another machine, or an address to which it is POSTed. ' +
      'A checkpoint without a copy elsewhere proves nothing against who can write to this machine.',
  ),
  notifyUrl: variable(
    'REDRESS_NOTIFY_URL',
    'none',
    z.string().refine(isWebhook, 'must be none, or an http(s) address without a user or password in it'),
    'Where notifications are POSTed (docs/notifications.md): warnings, escalations, reminders, what waits for somebody. ' +
      '`none`: nothing is sent, and none are kept.',
    withoutPath,
  ),
  notifySecretFile: variable(
    'REDRESS_NOTIFY_SECRET_FILE',
    '<REDRESS_DATA>/notify.secret',
    path,
    'The file with the secret that signs notifications, which the receiver needs too. Made at the first start that sends any, ' +
      'readable by its owner alone; one that is named here has to be there.',
  ),
  notifyTimeoutMs: variable(
    'REDRESS_NOTIFY_TIMEOUT',
    '10000',
    wholeNumber(1_000, 60_000),
    'How long the receiver of a notification may take to answer, in milliseconds. One whose sender died is sent again after three times as long.',
  ),
  notifyNames: variable(
    'REDRESS_NOTIFY_NAMES',
    'no',
    z.enum(['yes', 'no'], 'must be yes or no').transform(text => text === 'yes'),
    'Whether notifications carry the name of whoever is told; else ids alone leave the house.',
  ),
  timeZone: variable(
    'REDRESS_TIME_ZONE',
    'Asia/Shanghai',
    z.string().refine(isTimeZone, 'must be the name of a time zone, as Asia/Shanghai'),
    "The house's time zone: answers are written in it, and case numbers begin anew with its years. Never change it once cases exist.",
  ),
  logLevel: variable(
    'REDRESS_LOG_LEVEL',
    'info',
    z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`),
    'The least severity that is logged.',
  ),
  logFormat: variable(
    'REDRESS_LOG_FORMAT',
    'auto',
    z.enum(['auto', 'json', 'text'], 'must be auto, json or text'),
    'How log lines look: `json` one object a line, `text` for eyes, `auto` text on a terminal and JSON elsewhere.',
  ),
  rateLimit: variable(
    'REDRESS_RATE_LIMIT',
    '6000',
    wholeNumber(0, 1_000_000_000),
    'Requests a minute that may be made with one token before further ones are answered 429; 0 for no limit.',
  ),
  failureLimit: variable(
    'REDRESS_FAILURE_LIMIT',
    '60',
    wholeNumber(0, 1_000_000_000),
    'Refused tokens a minute from one address before further ones are answered 429; 0 for no limit.',
  ),
  bodyLimitBytes: variable(
    'REDRESS_BODY_LIMIT',
    '262144',
    wholeNumber(1024, 16_777_216),
    'The largest request body, in bytes.',
  ),
  requestTimeoutMs: variable(
    'REDRESS_REQUEST_TIMEOUT',
    '30000',
    wholeNumber(1000, 600_000),
    'How long a client may take to send a request, in milliseconds.',
  ),
  waitTimeoutMs: variable(
    'REDRESS_WAIT_TIMEOUT',
    '5000',
    wholeNumber(1, 60_000),
    'How long `?after=` and `?wait=number` wait for the views, in milliseconds.',
  ),
  liveClients: variable(
    'REDRESS_LIVE_CLIENTS',
    '200',
    wholeNumber(0, 100_000),
    'How many clients may listen to `GET /v1/events` at once.',
  ),
  trustedProxies: variable(
    'REDRESS_TRUSTED_PROXIES',
    'none',
    z
      .string()
      .regex(
        /^(none|[0-9a-fA-F.:]+(\/\d{1,3})?(,[0-9a-fA-F.:]+(\/\d{1,3})?)*)$/,
        'must be none, or addresses and ranges with commas between them, as 10.0.0.0/8,::1',
      )
      .transform(text => (text === 'none' ? [] : text.split(','))),
    'Proxies whose `X-Forwarded-For` is believed, with commas between; `none` where clients connect directly.',
  ),
  shutdownTimeoutMs: variable(
    'REDRESS_SHUTDOWN_TIMEOUT',
    '15000',
    wholeNumber(100, 600_000),
    'How long a stopping service waits for what it is doing, in milliseconds.',
  ),
  tracesTo: variable(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'none',
    z
      .string()
      .refine(
        text => text === 'none' || (/^https?:\/\//.test(text) && URL.canParse(text)),
        'must be none, or the http(s) address of a receiver, as http://127.0.0.1:4318',
      )
      .transform(text => (text === 'none' ? undefined : text)),
    'Where traces go, by OTLP over HTTP: the address of a collector, as OpenTelemetry names this variable everywhere. ' +
      'Without it nothing of tracing is loaded. `OTEL_EXPORTER_OTLP_HEADERS` and `OTEL_SERVICE_NAME` hold too.',
  ),
} as const;
