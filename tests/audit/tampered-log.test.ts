import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TreeReader } from '../../src/audit/tree-reader.ts';
import { findingText } from '../../src/audit/verify-findings.ts';
import { verifyFolder } from '../../src/audit/verify-folder.ts';
import { verifyText } from '../../src/cli/audit-verify.ts';
import { configuredStore } from '../../src/store/store-address.ts';
import { type ProvenLog, provenLog } from './proven-log.ts';

/** Somebody who holds the machine: can write to the log, to its hashes, or to both. */
let log: ProvenLog;
beforeEach(async () => {
  log = await provenLog();
  await log.append(39);
  await log.follow();
  log.sign();
  await log.append(20);
  await log.follow();
});
afterEach(() => log.remove());

const STRANGE = 'complaint-00000000-0000-4000-8000-00000000dead';

describe('an attacker who writes to the log', () => {
  it('swaps two events of different streams: the first is named, with where it was', async () => {
    log.tamper(
      'UPDATE events SET position = -1 WHERE position = 11; UPDATE events SET position = 11 WHERE position = 33',
      'UPDATE events SET position = 33 WHERE position = -1',
    );
    expect((await log.verify()).findings).toMatchObject([{ kind: 'reordered', index: 10, wasAt: 32 }]);
  });

  it('swaps the streams of two events and leaves their places: the first is named', async () => {
    log.tamper(
      `UPDATE events SET stream_id = '${STRANGE}' WHERE position = 11`,
      `UPDATE events SET (stream_id, revision) = (SELECT stream_id, revision FROM events WHERE position = 11) WHERE position = 99`,
    );
    expect((await log.verify()).findings).toMatchObject([{ kind: 'misfiled', index: 10 }]);
  });

  it('puts in a copy of an event, under another stream: it is named', async () => {
    log.tamper(
      'UPDATE events SET position = -position - 1 WHERE position >= 31; UPDATE events SET position = -position WHERE position < 0',
      `INSERT INTO events SELECT 31, '${STRANGE}', 0, body FROM events WHERE position = 5`,
    );
    expect((await log.verify()).findings).toMatchObject([{ kind: 'inserted', index: 30, count: 1 }]);
  });

  it('cuts the tail off after the last checkpoint: the first event that is gone is named by its hash', async () => {
    log.tamper('DELETE FROM events WHERE position > 50');
    const { findings } = await log.verify();
    expect(findings).toMatchObject([{ kind: 'removed', index: 50, count: 10 }]);
    expect(findings.map(findingText).join()).toContain('no checkpoint covers it');
  });

  it('edits metadata alone: the event is named', async () => {
    log.tamper(
      `UPDATE events SET body = replace(body, '"via":"', '"via":"x') WHERE position = 45 AND body LIKE '%"via":"%'`,
    );
    expect((await log.verify()).findings).toMatchObject([{ kind: 'changed', index: 44 }]);
  });

  it('leaves no JSON of an event: it is named by the id that was taken with its hash', async () => {
    const body = (await log.bodies())[44]?.body ?? '';
    log.edit(45, bytes => bytes.with(0, 0x20));
    const { findings } = await log.verify();
    expect(findings).toMatchObject([{ kind: 'changed', index: 44, eventId: JSON.parse(body).eventId }]);
  });

  it('hides an event before the first position, where its stream alone has it: nothing opens such a log', async () => {
    const [own] = (await log.bodies()).slice(-1);
    log.tamper(
      `INSERT INTO events (position, stream_id, revision, body)
         SELECT -5, stream_id, revision + 1, replace(body, '"revision":' || revision, '"revision":' || (revision + 1))
         FROM events WHERE position = ${Number(own?.position)}`,
    );
    await expect(log.verify()).rejects.toThrow(/does not begin with an event LogCreated/);
  });

  it('files an event under a stream that is in no tree, whose body says another: it is named', async () => {
    log.tamper(
      `INSERT INTO events (stream_id, revision, body) SELECT '$hidden', 0, body FROM events WHERE position = 20`,
    );
    expect((await log.verify()).findings).toMatchObject([{ kind: 'misfiled', streamId: '$hidden' }]);
  });
});

describe('an attacker who puts something into the file of the log', () => {
  const verified = () =>
    verifyFolder(
      { folder: log.folder, store: configuredStore('sqlite', log.folder) },
      { keyFile: 'none', keys: [log.signer.verifier.text], checkpoints: [...log.checkpoints] },
      () => {},
    );

  it('leaves nothing to find in a log as the house made it', async () => {
    expect(await verified()).toMatchObject({ ok: true, findings: [] });
  });

  it.each([
    [
      'a trigger that drops what is written',
      `CREATE TRIGGER tidy AFTER INSERT ON events BEGIN DELETE FROM events WHERE position = new.position; END`,
      { object: 'trigger', name: 'tidy', how: 'added' },
      'a trigger "tidy" that Redress did not make: it can change or drop what is written, unseen',
    ],
    [
      'a table of its own',
      'CREATE TABLE notes (text)',
      { object: 'table', name: 'notes', how: 'added' },
      'a table "notes"',
    ],
    [
      'another index under the name of ours',
      'DROP INDEX events_by_stream; CREATE INDEX events_by_stream ON events (stream_id, revision)',
      { object: 'index', name: 'events_by_stream', how: 'changed' },
      'is not as Redress made it',
    ],
    [
      'no index any more',
      'DROP INDEX events_by_stream',
      { object: 'index', name: 'events_by_stream', how: 'missing' },
      'the index "events_by_stream" is missing',
    ],
  ])('is told of by name: %s', async (_what, statement, object, text) => {
    log.tamper(statement);
    const { ok, findings } = await verified();
    expect({ ok, findings }).toMatchObject({
      ok: false,
      findings: [{ kind: 'foreignObject', file: 'events.db', ...object }],
    });
    expect(findings.map(findingText).join()).toContain(text);
  });
});

describe('an attacker who writes to the hashes too', () => {
  it('changes an event under a checkpoint: it lies between two checkpoints', async () => {
    log.tamper(`UPDATE events SET body = replace(body, '"via":"', '"via":"x') WHERE position = 20`);
    await log.forgeHashes();
    expect((await log.verify()).findings).toMatchObject([{ kind: 'rewritten', fromIndex: 0, toIndex: 40 }]);
  });

  it('changes an event after the last checkpoint, or cuts the tail off: it cannot be known, and that is said', async () => {
    log.tamper(`UPDATE events SET body = replace(body, '"via":"', '"via":"x') WHERE position = 50`);
    log.tamper('DELETE FROM events WHERE position > 55');
    await log.forgeHashes();
    const report = await log.verify();
    expect(report).toMatchObject({ ok: true, events: 55, provenEvents: 40, hashedEvents: 55 });
    const text = verifyText(report, true);
    expect(text).toContain(
      'What came after (15 events) is as the hashes on this machine say, and no signature.',
    );
    expect(text).toContain('The key lies on this machine');
  });

  it('takes the checkpoints and the hashes away: nothing is claimed', async () => {
    log.tamper(`UPDATE events SET body = replace(body, '"via":"', '"via":"x') WHERE position = 20`);
    log.tamperHashes('DROP TABLE tile; DROP TABLE state; PRAGMA application_id = 0; PRAGMA user_version = 0');
    log.checkpoints.length = 0;
    const text = verifyText(await log.verify(), true);
    expect(text).toMatch(/^\? 60 events were read/);
    expect(text).not.toContain('as they were written');
  });

  it('shortens the list of hashes to hide a change after it: that nothing is known of the rest is said', async () => {
    log.checkpoints.length = 0;
    log.tamper(`UPDATE events SET body = replace(body, '"via":"', '"via":"x') WHERE position = 50`);
    log.tamperHashes('UPDATE state SET size = 30');
    const text = verifyText(await log.verify(), false);
    expect(text).toMatch(/^✓ 30 events are as they were written\n/);
    expect(text).toContain('Of the last 30 events nothing can be known');
  });
});

describe('a file of hashes with any byte changed', () => {
  it('never makes verify break off, nor agree where a hash or an id in it is another', async () => {
    const path = join(log.folder, 'tree.db');
    const settled = new DatabaseSync(path);
    settled.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const leavesOf = () => {
      const reader = TreeReader.open(path);
      const all = [...(reader?.leaves() ?? [])].map(({ hashed }) => Buffer.from(hashed).toString('hex'));
      const size = reader?.state().size;
      reader?.close();
      return JSON.stringify([all, size]);
    };
    const before = leavesOf();
    settled.close();
    const whole = readFileSync(path);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom('turn', 'cut'),
        async (at, turn, how) => {
          for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
          writeFileSync(
            path,
            how === 'cut' ? whole.subarray(0, at) : whole.with(at, (whole[at] ?? 0) ^ turn),
          );
          const report = await verifyFolder(
            { folder: log.folder, store: configuredStore('sqlite', log.folder) },
            {
              keyFile: 'none',
              keys: [log.signer.verifier.text],
              checkpoints: [...log.checkpoints],
            },
            () => {},
          );
          if (report.ok && report.hashedEvents === 60) expect(leavesOf()).toBe(before);
        },
      ),
      { numRuns: 150 },
    );
  });
});
