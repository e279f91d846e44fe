import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataFolderBusyError, openDataFolder } from '../../src/store/data-folder.ts';
import { startProcess } from './processes/start-process.ts';

describe('a data folder', () => {
  let parent: string;
  let folder: string;
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'redress-folder-'));
    folder = join(parent, 'data');
  });
  afterEach(() => rm(parent, { recursive: true }));

  it('is made for its owner alone', async () => {
    const owned = openDataFolder(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    owned.release();
  });

  it('has one owner within a process', () => {
    const owned = openDataFolder(folder);
    expect(() => openDataFolder(folder)).toThrow(DataFolderBusyError);
    owned.release();
    openDataFolder(folder).release();
  });

  it('has one owner among processes, whose id is told', async () => {
    const owner = await startProcess('hold-data-folder.ts', [folder]);
    expect(await owner.nextLine()).toBe('held');
    expect(() => openDataFolder(folder)).toThrow(`in use by process ${owner.pid}`);
    await owner.kill();
  });

  it('is refused to a second process while this one owns it, and stays so after the attempt', async () => {
    const owned = openDataFolder(folder);
    for (const _ of ['first', 'second']) {
      const other = await startProcess('hold-data-folder.ts', [folder]);
      expect(await other.nextLine()).toBe(`busy ${process.pid}`);
      await other.ended();
      expect(() => openDataFolder(folder)).toThrow(DataFolderBusyError);
    }
    owned.release();
    const other = await startProcess('hold-data-folder.ts', [folder]);
    expect(await other.nextLine()).toBe('held');
    await other.kill();
  });

  it('is free again at once when its owner was killed', async () => {
    const owner = await startProcess('hold-data-folder.ts', [folder]);
    expect(await owner.nextLine()).toBe('held');
    await owner.kill();
    openDataFolder(folder).release();
  });

  it('stays owned when the owner keeps no reference and collects its garbage', async () => {
    const owner = await startProcess('hold-data-folder.ts', [folder, 'collect-garbage']);
    expect(await owner.nextLine()).toBe('held');
    expect(() => openDataFolder(folder)).toThrow(DataFolderBusyError);
    await owner.kill();
  });

  it('is given up once, however often it is released', () => {
    const first = openDataFolder(folder);
    first.release();
    const second = openDataFolder(folder);
    first.release();
    expect(() => openDataFolder(folder)).toThrow(DataFolderBusyError);
    second.release();
  });
});
