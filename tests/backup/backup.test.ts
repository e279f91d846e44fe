import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { v4 as uuidv4 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TreeFollower } from '../../src/audit/tree-follower.ts';
import { backUp } from '../../src/backup/back-up.ts';
import { checkFolder } from '../../src/backup/check.ts';
import { restore } from '../../src/backup/restore.ts';
import { erasedIn } from '../../src/cli/backup.ts';
import { systemClock } from '../../src/clock.ts';
import { loadConfig } from '../../src/config.ts';
import { type House, openHouse } from '../../src/engine/open-house.ts';
import { makeMasterKeyFile } from '../../src/privacy/master-key.ts';
import { openSqliteBodies } from '../../src/store/stored-bodies.ts';
import { type Ask, asker, type HttpHouse, httpHouse, receive } from '../http/http-house.ts';

let live: HttpHouse;
let ask: Ask;
let caseId: string;
let parent: string;
const SECRET = 'The slider of Mrs SECRET comes off';

beforeAll(async () => {
  live = await httpHouse();
  ask = asker(live.app, (await live.person('agent')).token);
  caseId = await receive(ask, { description: SECRET, contact: { name: 'SECRET-contact', phone: '12345' } });
  await live.house.evidence.checkpoints.make({ id: caseId, role: 'agent', via: 'http' });
});
afterAll(() => live.close());
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'redress-backup-'));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const place = (name: string) => join(parent, name);
const silent = () => {};
const backedUp = () => backUp(live.house.folder, { to: place('data'), keysTo: place('keys') }, silent);
const putBack = (
  more: { alsoErased?: readonly string[]; keys?: string; masterKeyFile?: string | undefined } = {},
) =>
  restore({
    backup: place('data'),
    keys: place('keys'),
    dataFolder: place('restored'),
    masterKeyFile: join(live.house.folder, 'master.key'),
    alsoErased: [],
    ...more,
  });

async function inRestored<T>(work: (house: House) => Promise<T>): Promise<T> {
  copyFileSync(join(live.house.folder, 'checkpoint.key'), join(place('restored'), 'checkpoint.key'));
  const config = loadConfig({ REDRESS_DATA: place('restored') });
  const house = await openHouse(config, { clock: systemClock, log: { warn: silent, error: silent } });
  try {
    return await work(house);
  } finally {
    await house.close();
  }
}
const descriptionIn = async (house: House) => {
  const [first] = await house.store.readStream(`complaint-${caseId}`);
  return first === undefined ? undefined : house.sealer.open(first).data.description;
};
const checked = (folder: string) =>
  checkFolder(folder, { keyFile: join(live.house.folder, 'checkpoint.key') }, silent);

describe('a backup', () => {
  it('made while complaints come in holds each whole, with its keys, and is put back as it was', async () => {
    const made: string[] = [];
    let isDone = false;
    const client = async () => {
      while (!isDone) made.push(await receive(ask));
    };
    const clients = [client(), client()];
    while (made.length < 10) await new Promise(resolve => setImmediate(resolve));
    const manifest = await backedUp();
    isDone = true;
    await Promise.all(clients);

    const restored = await putBack();
    expect(restored).toMatchObject({
      events: manifest.events,
      keys: { missing: 0, destroyedWithoutErasure: 0 },
    });
    await inRestored(async house => {
      expect(await descriptionIn(house)).toBe(SECRET);
      for (const id of made.slice(0, 10))
        expect(await house.store.readStream(`complaint-${id}`)).not.toEqual([]);
      expect(house.evidence.problems()).toEqual([]);
      expect((await checked(house.folder)).filter(({ ok }) => !ok)).toEqual([]);
    });
  });

  it('keeps the keys apart, and never holds the master key or the one that signs', async () => {
    const inside = { to: place('data'), keysTo: join(place('data'), 'keys') };
    await expect(backUp(live.house.folder, inside, silent)).rejects.toThrow(
      'the keys must not lie in the same backup',
    );
    const outside = { to: join(place('keys'), 'data'), keysTo: place('keys') };
    await expect(backUp(live.house.folder, outside, silent)).rejects.toThrow(
      'the keys must not lie in the same backup',
    );
    await backedUp();
    expect(readdirSync(place('data')).sort()).toEqual(['backup.json', 'events.db', 'unfinished-imports']);
    expect(readdirSync(place('keys')).sort()).toEqual(['keys-backup.json', 'keys.db']);
    for (const file of ['data/backup.json', 'data/events.db', 'keys/keys.db']) {
      expect(statSync(place(file)).mode & 0o077).toBe(0);
      expect(readFileSync(place(file)).includes('SECRET')).toBe(false);
    }
  });

  it('that fails or is given up leaves nothing of itself, and what was there before', async () => {
    const to = place('deep/data');
    mkdirSync(place('keys'));
    const stopAt = (wanted: string) => {
      let isReached = false;
      const onProgress = ({ doing }: { readonly doing: string }) => {
        isReached = doing === wanted;
      };
      return backUp(live.house.folder, { to, keysTo: place('keys') }, onProgress, () => isReached);
    };
    for (const phase of ['copying the log', 'reading the copy', 'copying the keys']) {
      await expect(stopAt(phase)).rejects.toThrow('the backup was given up');
      expect(readdirSync(parent)).toEqual(['keys']);
      expect(readdirSync(place('keys'))).toEqual([]);
    }
    // A folder in the place of a file; and a second backup into the same folders.
    const source = place('source');
    mkdirSync(join(source, 'keys.db'), { recursive: true });
    for (const name of ['events.db', 'events.db-wal'])
      copyFileSync(join(live.house.folder, name), join(source, name));
    await expect(backUp(source, { to, keysTo: place('keys') }, silent)).rejects.toThrow(/keys\.db/);
    expect(readdirSync(parent)).toEqual(['keys', 'source']);
    const both = await Promise.allSettled([backedUp(), backedUp()]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(readdirSync(place('data'))).toContain('backup.json');
    expect(readdirSync(place('keys')).sort()).toEqual(['keys-backup.json', 'keys.db']);
  });

  it('goes into an empty folder alone, and is put back into one alone', async () => {
    await backedUp();
    await expect(backedUp()).rejects.toThrow('is not empty');
    await putBack();
    await expect(putBack()).rejects.toThrow('is not empty');
  });

  it('is put back whole or not at all: what failed or was killed on the way leaves nothing that could be opened', async () => {
    await backedUp();
    const without = { masterKeyFile: undefined };
    await expect(putBack(without)).rejects.toThrow('say where the master key lies');
    expect(existsSync(place('restored'))).toBe(false);
    makeMasterKeyFile(place('another.key'));
    await expect(putBack({ masterKeyFile: place('another.key') })).rejects.toThrow('master key');
    expect(readdirSync(place('restored')).filter(name => !name.startsWith('lock.db'))).toEqual([]);
    // As a kill leaves it.
    mkdirSync(join(place('restored'), '.restoring'));
    writeFileSync(join(place('restored'), '.restoring', 'events.db'), 'half');
    await putBack();
    expect(readdirSync(place('restored'))).toEqual(
      expect.arrayContaining(['events.db', 'keys.db', 'master.key']),
    );
    expect(existsSync(join(place('restored'), '.restoring'))).toBe(false);
  });

  it('brings nobody back who was erased since the keys were copied', async () => {
    await backedUp();
    const { keysDestroyed, erasedSubjects } = await putBack({ alsoErased: [caseId] });
    expect({ keysDestroyed, erasedSubjects }).toEqual({ keysDestroyed: 1, erasedSubjects: 1 });
    await inRestored(async house => {
      expect(await descriptionIn(house)).toBe('[erased]');
      expect((await checked(house.folder)).filter(({ ok }) => !ok)).toEqual([]);
    });
  });

  it('takes of a list of erasures those alone that were approved: who asked, was refused or is on hold keeps the keys', () => {
    const [approved, unreachable, destroyed, requested, refused, held] = Array.from({ length: 6 }, () =>
      uuidv4(),
    );
    const erasure = (stage: string, id: string | undefined) => ({
      erasureId: uuidv4(),
      stage,
      subjects: [{ kind: 'party', id }],
    });
    const list = {
      erasures: [
        erasure('approved', approved),
        erasure('unreachable', unreachable),
        erasure('destroyed', destroyed),
        erasure('requested', requested),
        erasure('refused', refused),
      ],
      holds: [{ holdId: uuidv4(), status: 'inForce', subjects: [{ kind: 'party', id: held }] }],
    };
    const write = (text: string) => {
      writeFileSync(place('erased.json'), text);
      return place('erased.json');
    };
    expect(erasedIn(write(JSON.stringify(list)))).toEqual([approved, unreachable, destroyed]);
    expect(() => erasedIn(write(JSON.stringify(list).slice(0, -9)))).toThrow('it is cut off');
    expect(() => erasedIn(write('[]'))).toThrow('is no list of erasures');
    expect(() => erasedIn(place('no-such.json'))).toThrow('cannot be read');
  });

  it('is refused with any byte of it changed, cut off, without its list, or with another log’s keys', async () => {
    await backedUp();
    for (const name of ['data/events.db', 'keys/keys.db']) {
      const whole = readFileSync(place(name));
      writeFileSync(place(name), whole.with(5_000, (whole[5_000] ?? 0) ^ 1));
      await expect(putBack()).rejects.toThrow('was changed or cut off since');
      writeFileSync(place(name), whole.subarray(0, -1));
      await expect(putBack()).rejects.toThrow('was changed or cut off since');
      writeFileSync(place(name), whole);
    }
    const list = JSON.parse(readFileSync(place('data/backup.json'), 'utf8'));
    writeFileSync(
      place('data/backup.json'),
      JSON.stringify({ ...list, files: [{ name: '../x', bytes: 0, sha256: '' }] }),
    );
    await expect(putBack()).rejects.toThrow('is missing from the backup');
    writeFileSync(place('data/backup.json'), JSON.stringify({ ...list, logId: caseId }));
    await expect(putBack()).rejects.toThrow('are of the log');
    rmSync(place('data/backup.json'));
    await expect(putBack()).rejects.toThrow('was cut off, or this is none');
    expect(existsSync(place('restored'))).toBe(false);
  });
});

describe('a check of a data folder', () => {
  it('finds everything in order where it is, beside the house that runs', async () => {
    await live.house.views.waitFor(await live.house.store.head(), 10_000);
    expect((await checked(live.house.folder)).filter(({ ok }) => !ok)).toEqual([]);
  });

  it('claims nothing of a log that nothing is there to compare with', async () => {
    const fresh = await httpHouse();
    await backUp(fresh.house.folder, { to: place('fresh') }, silent);
    const all = await checkFolder(
      place('fresh'),
      { keyFile: join(fresh.house.folder, 'checkpoint.key') },
      silent,
    );
    await fresh.close();
    expect(all.find(({ part }) => part === 'log')?.text).toMatch(
      /^\d+ events can be read, and nothing is there yet to compare them with/,
    );
    expect(all.map(({ text }) => text)).toContain('tree.db is not there: the next start makes it');
  });

  it('finds a key that is gone, and one that was destroyed without an erasure', async () => {
    await backedUp();
    await putBack();
    const spoil = (sql: string) => {
      const db = new DatabaseSync(join(place('restored'), 'keys.db'));
      db.exec(sql);
      db.close();
    };
    const ofCase = `(SELECT number FROM subject_key WHERE subject = '${caseId}')`;
    spoil(`UPDATE data_key SET wrapped = zeroblob(63) WHERE number IN ${ofCase}`);
    expect(await checked(place('restored'))).toContainEqual(
      expect.objectContaining({
        part: 'keys',
        ok: false,
        text: expect.stringContaining('without an erasure'),
      }),
    );
    spoil(`DELETE FROM data_key WHERE number IN ${ofCase}`);
    expect(await checked(place('restored'))).toContainEqual(
      expect.objectContaining({
        part: 'keys',
        ok: false,
        text: expect.stringContaining('have no key in keys.db'),
      }),
    );
  });

  it('names what somebody put into a file of the house, and fails for it', async () => {
    await backedUp();
    await putBack();
    await inRestored(async () => {});
    const put = (file: string, sql: string) => {
      const db = new DatabaseSync(join(place('restored'), file));
      db.exec(sql);
      db.close();
    };
    const before = await checked(place('restored'));
    expect(before.filter(({ ok }) => !ok)).toEqual([]);
    put('events.db', 'CREATE TRIGGER t1 AFTER INSERT ON events BEGIN DELETE FROM events; END');
    put(
      'keys.db',
      'CREATE TABLE stash (wrapped); CREATE TRIGGER t2 BEFORE UPDATE ON data_key BEGIN INSERT INTO stash VALUES (old.wrapped); END',
    );
    put('tree.db', 'CREATE VIEW v AS SELECT 1');
    expect((await checked(place('restored'))).filter(({ ok }) => !ok)).toEqual([
      { part: 'integrity', ok: false, text: expect.stringContaining('keys.db has a table "stash" that') },
      { part: 'integrity', ok: false, text: expect.stringContaining('keys.db has a trigger "t2" that') },
      { part: 'integrity', ok: false, text: expect.stringContaining('tree.db has a view "v" that') },
      { part: 'log', ok: false, text: expect.stringContaining('events.db has a trigger "t1" that') },
    ]);
  });

  it('finds a key that was changed, and keys that another master key wraps', async () => {
    await backedUp();
    await putBack();
    const keys = async () => (await checked(place('restored'))).filter(({ part }) => part === 'keys');
    const db = new DatabaseSync(join(place('restored'), 'keys.db'));
    db.exec(
      `UPDATE data_key SET wrapped = CAST(substr(wrapped, 1, 20) || x'00' || substr(wrapped, 22) AS BLOB)
         WHERE number IN (SELECT number FROM subject_key WHERE subject = '${caseId}')`,
    );
    db.close();
    expect(await keys()).toMatchObject([
      {
        ok: false,
        text: expect.stringMatching(/have a key that was changed and opens nothing, the first complaint-/),
      },
    ]);
    rmSync(join(place('restored'), 'master.key'));
    makeMasterKeyFile(join(place('restored'), 'master.key'));
    expect(await keys()).toMatchObject([
      { ok: false, text: expect.stringContaining('is wrapped by the master key') },
    ]);
    rmSync(join(place('restored'), 'master.key'));
    expect(await keys()).toMatchObject([{ ok: false, text: expect.stringContaining('cannot be read') }]);
  });

  it('tells each kind of damage apart, and names the file', async () => {
    await backedUp();
    await putBack();
    const at = (name: string) => join(place('restored'), name);
    const faults = async () =>
      (await checked(place('restored'))).flatMap(({ ok, part, text }) => (ok ? [] : [`${part}: ${text}`]));
    const whole = readFileSync(at('events.db'));
    const keys = readFileSync(at('keys.db'));
    writeFileSync(at('events.db'), whole.subarray(0, 40_000));
    expect(await faults()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^integrity: events\.db: .*malformed/),
        expect.stringMatching(
          /^log: .*events\.db cannot be read: .*malformed|^log: the log cannot be read after/,
        ),
      ]),
    );
    writeFileSync(at('events.db'), Buffer.alloc(whole.length));
    expect(await faults()).toContainEqual(expect.stringContaining('events.db is not a log of Redress'));
    writeFileSync(at('events.db'), whole);
    const db = new DatabaseSync(at('events.db'));
    db.exec(`UPDATE events SET body = ' ' || substr(body, 2) WHERE position = 1`);
    db.close();
    expect(await faults()).toContainEqual(expect.stringContaining('does not begin with an event LogCreated'));
    writeFileSync(at('events.db'), whole);
    writeFileSync(at('keys.db'), 'no keys at all');
    expect(await faults()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^integrity: keys\.db: file is not a database$/)]),
    );
    rmSync(at('keys.db'));
    expect(await faults()).toContainEqual('integrity: keys.db is missing');
    writeFileSync(at('keys.db'), keys);
    expect((await faults()).filter(text => !text.startsWith('views'))).toEqual([]);
  });

  it('finds any byte of the log that was changed by hand, or the log is the same without it', async () => {
    await backedUp();
    const whole = readFileSync(place('data/events.db'));
    const content = async (path: string) => {
      const log = openSqliteBodies(path);
      const all = await log.after('', 1_000_000);
      await log.close();
      return JSON.stringify(all);
    };
    const bodies = openSqliteBodies(place('data/events.db'));
    const follower = await TreeFollower.open(place('data/tree.db'), bodies);
    await follower.follow();
    follower.close();
    await bodies.close();
    const before = await content(place('data/events.db'));
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, turn) => {
        writeFileSync(place('data/events.db'), whole.with(at, (whole[at] ?? 0) ^ turn));
        const log = (await checked(place('data'))).filter(
          ({ part, text }) => part === 'log' || text.startsWith('events.db'),
        );
        if (log.every(({ ok }) => ok)) expect(await content(place('data/events.db'))).toBe(before);
      }),
      { numRuns: 60 },
    );
  });
});
