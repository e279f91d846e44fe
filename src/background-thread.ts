import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';

/** Of Linux's 20 steps below the normal: the thread still gets a tenth of a processor that others keep busy. */
const NICENESS = 10;

/**
 * Lets the calling thread stand back where processors are short, so that whoever waits for an answer is served
 * first: views and hashes have time. Linux alone gives threads priorities of their own; elsewhere it does nothing.
 */
export function standBack(): void {
  try {
    // By the thread's own number, not the process's: `/proc/thread-self` leads to `<pid>/task/<tid>`.
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), NICENESS);
  } catch {
    // Without it all threads are equal, which is slower and not wrong.
  }
}
