import { v5 as uuidv5 } from 'uuid';
import { importCommandId, openedCaseId } from '../engine/command-id.ts';
import { canonicalJson } from '../store/canonical-json.ts';

/** Ids of one source in one log: the same in every run, so that what is there already is known again. */
export interface ImportIds {
  /** Of the import, whichever run. */
  readonly importId: string;
  readonly teamId: string;
  userOf(value: string): string;
  /** Of the case that a value of the case's key stands for, opened or not. */
  caseOf(caseKey: string): string;
  /** Of the command that opens it, whichever row does. */
  openingCommandOf(caseKey: string): string;
  /** Of a row: what all that it brings about is correlated by. */
  rowOf(caseKey: string, rowKey: string): string;
  /** Of one command of a row; `part` says which. */
  commandOf(caseKey: string, rowKey: string, part: string): string;
}

export function importIds(logId: string, source: string): ImportIds {
  const idOf = (...meaning: readonly string[]) =>
    uuidv5(canonicalJson(['import', source, ...meaning]), logId);
  // A log has few actors, each in thousands of rows.
  const users = new Map<string, string>();
  const userOf = (value: string): string => {
    const known = users.get(value);
    if (known !== undefined) return known;
    const id = idOf('user', value);
    users.set(value, id);
    return id;
  };
  const openingCommandOf = (caseKey: string) => importCommandId(logId, { source, caseKey, rowKey: OPENING });
  return {
    importId: idOf('import'),
    teamId: idOf('team'),
    userOf,
    caseOf: caseKey => openedCaseId(logId, openingCommandOf(caseKey)),
    openingCommandOf,
    rowOf: (caseKey, rowKey) => importCommandId(logId, { source, caseKey, rowKey }),
    commandOf: (caseKey, rowKey, part) =>
      importCommandId(logId, { source, caseKey, rowKey: `${rowKey}#${part}` }),
  };
}

/** No row's key holds the sign. */
const OPENING = '#open';
