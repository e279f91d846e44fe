import { resolve } from 'node:path';
import { MigrationError } from './migration-error.ts';

/** Where a log lies or is to lie, as people write it. */
export type LogAddress =
  | { readonly home: 'sqlite'; readonly folder: string; readonly shown: string }
  | { readonly home: 'eventstoredb'; readonly connectionString: string; readonly shown: string };

/** `sqlite:<data folder>`, or a connection string of EventStoreDB. @throws MigrationError */
export function readLogAddress(text: string): LogAddress {
  const [, folder] = /^sqlite:(.+)$/.exec(text) ?? [];
  if (folder !== undefined) {
    const whole = resolve(folder);
    return { home: 'sqlite', folder: whole, shown: whole };
  }
  if (/^(esdb|kurrentdb)(\+discover)?:\/\/./.test(text)) {
    const shown = text.replace(/\/\/[^@/\s]*@/, '//').replace(/\?.*$/, '');
    return { home: 'eventstoredb', connectionString: text, shown };
  }
  throw new MigrationError(
    `"${text.replace(/\/\/[^@/\s]*@/, '//')}" is no place of a log: sqlite:<data folder>, or esdb://…, the connection string of EventStoreDB`,
  );
}
