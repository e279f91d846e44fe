import { DatabaseSync } from 'node:sqlite';
import type { Remembered, WorkflowMemory } from '../../domain/case/remembering-workflow.ts';
import type { Position } from '../../domain/log/envelope.ts';

/** Where each workflow is in the log. Lost or behind it does no harm: what is done again adds nothing. */
export interface RunnerFile {
  /** `''` for a workflow that has not begun. */
  position(workflow: string): Position;
  save(workflow: string, position: Position): void;
  /** It has not begun: it will begin anew. */
  forget(workflow: string): void;
  /** What a workflow has in mind; one of another version of it is forgotten, and its place with it. */
  memory(workflow: string, version: number): WorkflowMemory;
  /** Replaces what is kept of a case, together with the place: never the one without the other. */
  remember(workflow: string, position: Position, caseId: string, keep: readonly Remembered[]): void;
  close(): void;
}

/** `runner.db` is not what its name says, or damaged. */
export class RunnerFileError extends Error {
  override readonly name = 'RunnerFileError';
}

/**
 * Opens `runner.db`, made when it does not exist; what belongs to another log is not carried over, nor what was
 * written of this one beyond its head: that log was put back to an earlier state since, and all is done again.
 * @param head the log's last position
 * @throws RunnerFileError
 */
export function openRunnerFile(path: string, logId: string, head: Position): RunnerFile {
  const db = new DatabaseSync(path);
  try {
    makeTables(db);
    const beyond = db.prepare('SELECT 1 FROM checkpoints WHERE logId = ? AND position > ?').get(logId, head);
    if (beyond !== undefined) {
      for (const table of ['memory', 'memoryVersions', 'checkpoints']) {
        db.prepare(`DELETE FROM ${table} WHERE logId = ?`).run(logId);
      }
    }
    return runnerFile(db, logId);
  } catch (error) {
    db.close();
    throw new RunnerFileError(
      `${path} cannot be used: ${error instanceof Error ? error.message : String(error)}. It holds only how far ` +
        'the workflows have read: move it away and start again, and it is made anew',
      { cause: error },
    );
  }
}

function makeTables(db: DatabaseSync): void {
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS checkpoints (
      logId TEXT NOT NULL,
      workflow TEXT NOT NULL,
      position TEXT NOT NULL,
      PRIMARY KEY (logId, workflow)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS memoryVersions (
      logId TEXT NOT NULL,
      workflow TEXT NOT NULL,
      version INTEGER NOT NULL,
      PRIMARY KEY (logId, workflow)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS memory (
      logId TEXT NOT NULL,
      workflow TEXT NOT NULL,
      caseId TEXT NOT NULL,
      part TEXT NOT NULL,
      key TEXT NOT NULL,
      lifecycle TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (logId, workflow, caseId, part)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS memoryByKey ON memory (logId, workflow, key, at, caseId);
  `);
}

/** Remembers for as long as the process: for tests, and for a log in memory. */
export function memoryRunnerFile(): RunnerFile {
  return openRunnerFile(':memory:', '', '');
}

function runnerFile(db: DatabaseSync, logId: string): RunnerFile {
  const get = db.prepare('SELECT position FROM checkpoints WHERE logId = ? AND workflow = ?');
  const put = db.prepare(`
    INSERT INTO checkpoints VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET position = excluded.position
  `);
  const forgetPlace = db.prepare('DELETE FROM checkpoints WHERE logId = ? AND workflow = ?');
  const ofKey = 'SELECT * FROM memory WHERE logId = ? AND workflow = ? AND key = ? AND caseId <> ?';
  const before = db.prepare(`${ofKey} AND at <= ? ORDER BY at DESC, caseId DESC LIMIT 1`);
  const after = db.prepare(`${ofKey} AND at > ? ORDER BY at, caseId LIMIT 1`);
  const ofCase = db.prepare(
    'SELECT * FROM memory WHERE logId = ? AND workflow = ? AND caseId = ? ORDER BY part',
  );
  const forget = db.prepare('DELETE FROM memory WHERE logId = ? AND workflow = ? AND caseId = ?');
  const keepOne = db.prepare('INSERT INTO memory VALUES (?, ?, ?, ?, ?, ?, ?)');

  const together = (write: () => void): void => {
    db.exec('BEGIN IMMEDIATE');
    try {
      write();
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  };

  return {
    position: workflow => String(get.get(logId, workflow)?.position ?? ''),
    save(workflow, position) {
      put.run(logId, workflow, position);
    },
    forget(workflow) {
      forgetPlace.run(logId, workflow);
    },
    memory(workflow, version) {
      const known = db
        .prepare('SELECT version FROM memoryVersions WHERE logId = ? AND workflow = ?')
        .get(logId, workflow)?.version;
      if (known !== version) {
        together(() => {
          for (const table of ['memory', 'checkpoints', 'memoryVersions']) {
            db.prepare(`DELETE FROM ${table} WHERE logId = ? AND workflow = ?`).run(logId, workflow);
          }
          db.prepare('INSERT INTO memoryVersions VALUES (?, ?, ?)').run(logId, workflow, version);
        });
      }
      return {
        of: caseId => ofCase.all(logId, workflow, caseId).map(remembered),
        lastUpTo: (key, at, exceptCaseId) => first(before.get(logId, workflow, key, exceptCaseId, at)),
        firstAfter: (key, at, exceptCaseId) => first(after.get(logId, workflow, key, exceptCaseId, at)),
      };
    },
    remember(workflow, position, caseId, keep) {
      together(() => {
        forget.run(logId, workflow, caseId);
        for (const { part, key, lifecycle, at } of keep) {
          keepOne.run(logId, workflow, caseId, part, key, lifecycle, at);
        }
        put.run(logId, workflow, position);
      });
    },
    close() {
      if (db.isOpen) db.close();
    },
  };
}

type Row = Readonly<Record<string, unknown>>;

function remembered(row: Row): Remembered {
  const text = (column: string) => String(row[column]);
  return {
    key: text('key'),
    lifecycle: text('lifecycle'),
    caseId: text('caseId'),
    part: text('part'),
    at: Number(row.at),
  };
}

function first(row: Row | undefined): Remembered | undefined {
  return row === undefined ? undefined : remembered(row);
}
