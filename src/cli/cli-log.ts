import type { EngineLog } from '../engine/engine-log.ts';
import { terminalText } from './terminal-text.ts';

/** What a command that opens the house itself has to say beside its own words: trouble alone, for people, to stderr. */
export function cliLog(): EngineLog {
  const tell = (about: object, text: string): void => {
    const { problem, ...rest }: { readonly problem?: unknown } = about;
    const facts = Object.entries(rest).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
    const all = `${text}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}${problem === undefined ? '' : `: ${problem}`}`;
    process.stderr.write(`redress: ${terminalText(all)}\n`);
  };
  return { warn: tell, error: tell };
}
