import { DatabaseSync } from 'node:sqlite';
import type { Position } from '../../domain/log/envelope.ts';

/** Where each workflow is in the log. Lost or behind it does no harm: what is done again adds nothing. */
export interface RunnerFile {
  /** `''` for a workflow that has not begun. */
  position(workflow: string): Position;
  save(workflow: string, position: Position): void;
  close(): void;
}

/** Opens `runner.db`, made when it does not exist; positions in another log are not carried over. */
export function openRunnerFile(path: string, logId: string): RunnerFile {
  const db = new DatabaseSync(path);
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS checkpoints (
      logId TEXT NOT NULL,
      workflow TEXT NOT NULL,
      position TEXT NOT NULL,
      PRIMARY KEY (logId, workflow)
    ) STRICT, WITHOUT ROWID;
  `);
  const get = db.prepare('SELECT position FROM checkpoints WHERE logId = ? AND workflow = ?');
  const put = db.prepare(`
    INSERT INTO checkpoints VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET position = excluded.position
  `);
  return {
    position: workflow => String(get.get(logId, workflow)?.position ?? ''),
    save(workflow, position) {
      put.run(logId, workflow, position);
    },
    close() {
      if (db.isOpen) db.close();
    },
  };
}

/** Remembers for as long as the process: for tests, and for a log in memory. */
export function memoryRunnerFile(): RunnerFile {
  const positions = new Map<string, Position>();
  return {
    position: workflow => positions.get(workflow) ?? '',
    save(workflow, position) {
      positions.set(workflow, position);
    },
    close() {},
  };
}
