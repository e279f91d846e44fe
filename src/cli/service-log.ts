import { type Logger, pino } from 'pino';
import type { Config } from '../config.ts';
import { REDACTED_PATHS } from '../http/request-log.ts';

/** The service's log on standard output: JSON lines for machines, plain lines for a terminal. */
export function serviceLog({ logLevel, logFormat }: Pick<Config, 'logLevel' | 'logFormat'>): Logger {
  const asText = logFormat === 'text' || (logFormat === 'auto' && process.stdout.isTTY === true);
  const options = {
    level: logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: [...REDACTED_PATHS], censor: '[redacted]' },
  };
  return asText
    ? pino(options, { write: line => process.stdout.write(textOf(line)) })
    : pino(options, pino.destination({ fd: 1, sync: false }));
}

const LEVELS: Readonly<Record<string, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info ',
  40: 'WARN ',
  50: 'ERROR',
  60: 'FATAL',
};

function textOf(line: string): string {
  // A line that pino wrote.
  const { level, time, msg, ...fields }: Record<string, unknown> = JSON.parse(line);
  const said = Object.entries(fields).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${String(time).slice(11, 23)} ${LEVELS[String(level)] ?? level} ${msg ?? ''} ${said.join(' ')}`
    .trimEnd()
    .concat('\n');
}
