import { z } from 'zod';

const told = z.record(z.string(), z.unknown());

/** A count that goes up on a terminal's last line, taken away at the end; nothing anywhere else. */
export function showProgress(what: string): { tell(progress: unknown): void; end(): void } {
  const out = process.stderr;
  return {
    tell(progress) {
      const count = told.safeParse(progress).data?.[what];
      if (out.isTTY && typeof count === 'number')
        out.write(`\r\u001B[K${count.toLocaleString('en')} ${what}`);
    },
    end() {
      if (out.isTTY) out.write('\r\u001B[K');
    },
  };
}
