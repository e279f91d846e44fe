import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { originOf, signCheckpoint } from '../../src/audit/checkpoint-note.ts';
import { leafHash } from '../../src/audit/merkle.ts';
import { newSigner } from '../../src/audit/signed-note.ts';
import { findingText } from '../../src/audit/verify-findings.ts';
import { type ProvenLog, provenLog } from './proven-log.ts';

let log: ProvenLog;
beforeEach(async () => {
  log = await provenLog();
});
afterEach(() => log.remove());

/** A log of so many events, the first of the log's own among them, under checkpoints at some sizes. */
async function written(...counts: readonly number[]): Promise<void> {
  for (const [at, count] of counts.entries()) {
    await log.append(at === 0 ? count - 1 : count);
    await log.follow();
    log.sign();
  }
}

// The place of an event in the tree is one less than its position here.
const changeBody = (position: number) =>
  `UPDATE events SET body = replace(body, '"schemaVersion":1', '"schemaVersion":2') WHERE position = ${position}`;
/** Makes room before a position: from the end, as each position is taken but for the moment. */
const shift = (from: number, by: number) =>
  `UPDATE events SET position = -position - ${by} WHERE position >= ${from}; UPDATE events SET position = -position WHERE position < 0`;
const insertAt = (position: number) => [
  shift(position, 1),
  `INSERT INTO events SELECT ${position}, 'note-00000000-0000-4000-8000-000000000000', 0,
    replace(replace(body, stream_id, 'note-00000000-0000-4000-8000-000000000000'), '"revision":' || revision, '"revision":0')
    FROM events WHERE position = 2`,
];
const swap = (a: number, b: number) =>
  `UPDATE events SET position = -1 WHERE position = ${a}; UPDATE events SET position = ${a} WHERE position = ${b};
   UPDATE events SET position = ${b} WHERE position = -1`;

describe('a log that nobody touched', () => {
  it('agrees with every checkpoint, and goes on doing so while it grows', async () => {
    await written(30, 300, 1);
    expect(await log.verify()).toMatchObject({
      ok: true,
      events: 331,
      agreed: 3,
      provenEvents: 331,
      findings: [],
    });
    await log.append(10);
    expect(await log.verify()).toMatchObject({ ok: true, events: 341, agreed: 3, provenEvents: 331 });
  });

  it('is verified by its checkpoints alone where there are no hashes', async () => {
    await written(30, 30);
    log.tamperHashes('DROP TABLE tile; DROP TABLE state; PRAGMA application_id = 0; PRAGMA user_version = 0');
    expect(await log.verify()).toMatchObject({ ok: true, agreed: 2 });
  });
});

describe('the first event that is not as it was', () => {
  it('is named when it was changed, by whatever bit', async () => {
    await written(40, 20);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 60 }), fc.nat(), fc.nat(7), async (position, where, bit) => {
        const before = log.edit(position, body => {
          const at = where % body.length;
          return body.with(at, (body[at] ?? 0) ^ (1 << bit));
        });
        const { findings } = await log.verify();
        log.edit(position, () => before);
        expect(findings).toMatchObject([
          { kind: 'changed', index: position - 1, provenBy: { size: position <= 40 ? 40 : 60 } },
        ]);
      }),
      { numRuns: 30 },
    );
    expect((await log.verify()).ok).toBe(true);
  });

  it('is named with the checkpoint that shows it', async () => {
    await written(40, 20);
    log.tamper(changeBody(50), changeBody(55));
    const { findings } = await log.verify();
    expect(findings).toMatchObject([
      { kind: 'changed', index: 49, provenBy: { size: 60, source: 'the checkpoint of 60' } },
    ]);
    expect(findings.map(findingText).join()).toMatch(
      /^event 49 \(NoteAdded, complaint-\S+ revision \d, \S+, recorded 2026-\S+, position \d+\) was changed after it was written, as the checkpoint of 60 shows$/,
    );
  });

  it('is named when it was removed, in the middle and at the end', async () => {
    await written(40, 20);
    log.tamper('DELETE FROM events WHERE position IN (21, 22)');
    expect((await log.verify()).findings).toMatchObject([
      { kind: 'removed', index: 20, count: 2, provenBy: { size: 40 } },
    ]);
  });

  it('is named when the log was cut off', async () => {
    await written(40, 20);
    log.tamper('DELETE FROM events WHERE position > 55');
    const { findings } = await log.verify();
    expect(findings).toMatchObject([{ kind: 'removed', index: 55, count: 5, provenBy: { size: 60 } }]);
    expect(findings[0]).toHaveProperty('eventId');
  });

  it('is named when it was inserted, and when it was put in a second time', async () => {
    await written(40, 20);
    log.tamper(...insertAt(31));
    expect((await log.verify()).findings).toMatchObject([
      { kind: 'inserted', index: 30, count: 1, provenBy: { size: 40 } },
    ]);
  });

  it('is named when it was moved', async () => {
    await written(40, 20);
    log.tamper(swap(11, 33));
    expect((await log.verify()).findings).toMatchObject([
      { kind: 'reordered', index: 10, wasAt: 32, provenBy: { size: 40 } },
    ]);
  });

  it('is named even where no checkpoint covers it yet, and it is said that none does', async () => {
    await written(40);
    await log.append(20);
    await log.follow();
    log.tamper(changeBody(50));
    const { findings } = await log.verify();
    expect(findings).toMatchObject([{ kind: 'changed', index: 49 }]);
    expect(findings.map(findingText).join()).toContain('no checkpoint covers it');
  });

  it('is named when only what it is filed under was changed', async () => {
    await written(40);
    log.tamper(
      `UPDATE events SET stream_id = 'complaint-00000000-0000-4000-8000-000000000000' WHERE position = 20`,
    );
    expect((await log.verify()).findings).toMatchObject([{ kind: 'misfiled', index: 19 }]);
  });

  it('is narrowed down to between two checkpoints where the hashes were rewritten too', async () => {
    await written(40, 20, 30);
    log.tamper(changeBody(45));
    await log.forgeHashes();
    const { findings } = await log.verify();
    expect(findings).toMatchObject([
      {
        kind: 'rewritten',
        hashes: 'rewritten',
        fromIndex: 40,
        toIndex: 60,
        checkpoint: 'the checkpoint of 60',
      },
    ]);
  });

  it('is the same whatever was done, and wherever', async () => {
    await written(300, 200);
    const place = fc.integer({ min: 5, max: 498 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('changed', 'removed', 'inserted', 'reordered'),
        place,
        place,
        async (kind, a, b) => {
          fc.pre(Math.abs(a - b) > 1);
          const [from, to] = [Math.min(a, b), Math.max(a, b)];
          log.tamper('CREATE TABLE kept AS SELECT * FROM events');
          if (kind === 'changed') log.tamper(changeBody(from), changeBody(to));
          if (kind === 'removed') log.tamper(`DELETE FROM events WHERE position = ${from}`);
          if (kind === 'inserted') log.tamper(...insertAt(from));
          if (kind === 'reordered') log.tamper(swap(from, to));
          const { findings } = await log.verify();
          log.tamper('DELETE FROM events', 'INSERT INTO events SELECT * FROM kept', 'DROP TABLE kept');
          expect(findings).toMatchObject([
            { kind, index: from - 1, provenBy: { size: from <= 300 ? 300 : 500 } },
          ]);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('damage elsewhere', () => {
  it('in the hashes is told from damage in the log', async () => {
    await written(40, 20);
    log.tamperHashes(
      `UPDATE tile SET hashes = CAST(zeroblob(32) || substr(hashes, 33) AS BLOB) WHERE number = 0`,
    );
    expect((await log.verify()).findings).toMatchObject([{ kind: 'treeDamaged', index: 0 }]);
  });

  it('in a node above the hashes of events is found too', async () => {
    await written(600);
    log.tamperHashes(`UPDATE tile SET hashes = zeroblob(64) WHERE number = ${2 ** 40}`);
    expect((await log.verify()).findings).toMatchObject([{ kind: 'treeDamaged' }]);
  });
});

describe('a checkpoint that was brought along', () => {
  it('is told apart: by a stranger, of another log, spoilt, no note at all, and one of another history', async () => {
    await written(40);
    const stranger = newSigner(originOf(log.logId)).signer;
    const root = leafHash('other');
    const other = { origin: originOf(log.logId), size: 40, root };
    const right = log.checkpoints[0]?.note ?? '';
    const brought = [
      { source: 'stranger.txt', note: signCheckpoint(other, stranger) },
      { source: 'foreign.txt', note: signCheckpoint({ ...other, origin: originOf('another') }, log.signer) },
      { source: 'spoilt.txt', note: right.replace('\n40\n', '\n41\n') },
      { source: 'letter.txt', note: 'Dear auditor,\n' },
      { source: 'forked.txt', note: signCheckpoint(other, log.signer) },
      { source: 'same.txt', note: right },
    ];
    const { findings, agreed } = await log.verify(brought);
    expect(findings).toMatchObject([
      { kind: 'badCheckpoint', source: 'stranger.txt', why: 'stranger' },
      { kind: 'badCheckpoint', source: 'foreign.txt', why: 'otherLog' },
      { kind: 'badCheckpoint', source: 'spoilt.txt', why: 'badSignature' },
      { kind: 'badCheckpoint', source: 'letter.txt', why: 'malformed' },
      { kind: 'fork', size: 40, sources: ['the checkpoint of 40', 'forked.txt'] },
    ]);
    expect(agreed).toBe(1);
  });

  it('shows what one who rewrote everything on the machine cannot hide', async () => {
    await written(40, 20);
    const kept = { source: 'on paper', note: log.checkpoints[1]?.note ?? '' };
    log.tamper(changeBody(30));
    await log.forgeHashes();
    log.checkpoints.length = 0;
    log.sign();
    expect((await log.verify()).ok).toBe(true);
    // The house's own key signed two histories of one size.
    expect((await log.verify([kept])).findings).toMatchObject([{ kind: 'fork', size: 60 }]);
    log.checkpoints.length = 0;
    expect((await log.verify([kept])).findings).toMatchObject([
      { kind: 'rewritten', fromIndex: 0, toIndex: 60 },
    ]);
  });
});
