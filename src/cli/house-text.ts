import { z } from 'zod';
import { SYSTEM_ACTOR_ID } from '../../domain/log/fixed-streams.ts';
import { terminalText } from './terminal-text.ts';

export const changes = z.array(
  z.object({ what: z.string(), before: z.string().optional(), after: z.string().optional() }),
);
const CHANGES_SHOWN = 60;

/** `2027-01-01: — → publicHoliday 元旦: closed`, a line each. */
export function changesText(found: z.infer<typeof changes>): string {
  if (found.length === 0) return 'It says the same.\n';
  const lines = found
    .slice(0, CHANGES_SHOWN)
    .map(({ what, before = '—', after = '—' }) => terminalText(`  ${what}: ${before} → ${after}`));
  const more = found.length - CHANGES_SHOWN;
  return `${[...lines, ...(more > 0 ? [`  and ${more} more: --json lists all`] : [])].join('\n')}\n`;
}

/** `2026-11-24T… by …: why`. */
export function writtenText(written: {
  readonly writtenAt: number;
  readonly by: string;
  readonly onBehalfOf?: string | undefined;
  readonly reason?: string | undefined;
}): string {
  const { writtenAt, by, reason } = written;
  const author = written.onBehalfOf ?? (by === SYSTEM_ACTOR_ID ? 'the house' : by);
  const why = reason === undefined ? '' : `: ${terminalText(reason)}`;
  return `${new Date(writtenAt).toISOString()} by ${author}${why}`;
}

export const written = {
  writtenAt: z.number(),
  by: z.string(),
  onBehalfOf: z.string().optional(),
  reason: z.string().optional(),
};
