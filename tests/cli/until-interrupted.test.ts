import { describe, expect, it } from 'vitest';
import { untilInterrupted } from '../../src/cli/until-interrupted.ts';

const before = process.listenerCount('SIGINT');

describe('work that a Ctrl-C is to end', () => {
  it('is told of it, may put away what it has made, and is said to be not done', async () => {
    let isPutAway = false;
    const work = untilInterrupted(
      signal =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            isPutAway = true;
            reject(new DOMException('stopped', 'AbortError'));
          });
        }),
    );
    process.emit('SIGINT', 'SIGINT');
    await expect(work).rejects.toMatchObject({
      name: 'OperationError',
      message: 'it was interrupted, and is not done',
    });
    expect(isPutAway).toBe(true);
    expect(process.listenerCount('SIGINT')).toBe(before);
  });

  it('leaves the second one to the system, which ends the process', async () => {
    const work = untilInterrupted(async signal => {
      process.emit('SIGTERM', 'SIGTERM');
      expect(signal.aborted).toBe(true);
      expect(process.listenerCount('SIGINT')).toBe(before);
      return 'done all the same';
    });
    expect(await work).toBe('done all the same');
  });

  it('fails with its own words where nobody interrupts it', async () => {
    await expect(untilInterrupted(() => Promise.reject(new RangeError('no')))).rejects.toThrow(RangeError);
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
