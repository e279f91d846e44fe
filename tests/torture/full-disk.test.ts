import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startProcess } from '../store/processes/start-process.ts';

/** Runs a command with mounts of its own, where the system lets this user have them. */
const OWN_MOUNTS = ['unshare', '--user', '--map-root-user', '--mount'];
const canMount = (() => {
  try {
    const [command = '', ...args] = OWN_MOUNTS;
    execFileSync(command, [...args, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
if (!canMount)
  console.warn('skipped: the service on a full disk, as this user may not mount a small file system');

describe.skipIf(!canMount)('the service on a disk that fills up', () => {
  it('says so, keeps all that it acknowledged and nothing in part, and goes on when there is room', {
    timeout: 180_000,
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'redress-full-disk-'));
    const filler = await startProcess('../../torture/processes/fill-disk.ts', [folder], OWN_MOUNTS);
    const seen = JSON.parse((await filler.nextLine()) ?? '{}');
    await filler.ended();
    rmSync(folder, { recursive: true });
    expect(seen.whenFull).toMatchObject({
      status: 503,
      mediaType: expect.stringContaining('application/problem+json'),
      retryAfter: expect.stringMatching(/^\d+$/),
      problem: { status: 503, type: expect.stringContaining('store-unavailable'), reason: 'full' },
      ready: { status: 503, body: { ready: false, reasons: [expect.stringContaining('takes no write')] } },
    });
    expect(seen.whenFull.acknowledged).toBeGreaterThan(0);
    expect(seen).toMatchObject({ resumed: true, stopped: 0, lost: [], duplicated: [], diverged: [] });
  });
});
