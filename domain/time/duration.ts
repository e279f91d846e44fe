const DURATION = /^PT(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,12})(?:\.(\d{1,3}))?S)?$/;

/** A policy has few durations and asks for them at every deadline; taken apart anew they would cost more than it. */
const parsed = new Map<string, number>();
const PARSED_KEPT = 1000;

/** Milliseconds of an ISO 8601 duration of hours, minutes and seconds (`PT24H`, `PT1H30M`, `PT0.5S`), if it is one. */
export function durationMs(iso: string): number | undefined {
  const known = parsed.get(iso);
  if (known !== undefined) return known;
  const match = DURATION.exec(iso);
  if (!match) return undefined;
  const [, hours = '0', minutes = '0', seconds = '0', fraction = ''] = match;
  const ms =
    Number(hours) * 3_600_000 +
    Number(minutes) * 60_000 +
    Number(seconds) * 1000 +
    Number(fraction.padEnd(3, '0'));
  if (parsed.size >= PARSED_KEPT) parsed.clear();
  parsed.set(iso, ms);
  return ms;
}

/** As `durationMs`; a text that is no such duration is a bug of the caller, who validates at the door. */
export function parseDurationMs(iso: string): number {
  const ms = durationMs(iso);
  if (ms === undefined)
    throw new Error(`not a duration of hours, minutes and seconds: ${JSON.stringify(iso)}`);
  return ms;
}
