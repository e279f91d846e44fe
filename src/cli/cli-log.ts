import { pino } from 'pino';
import type { EngineLog } from '../engine/engine-log.ts';

/** What a command that opens the house itself has to say beside its own words: trouble alone, to stderr. */
export function cliLog(): EngineLog {
  return pino({ level: 'warn' }, pino.destination({ fd: 2, sync: true }));
}
