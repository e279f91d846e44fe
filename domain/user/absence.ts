import { z } from 'zod';
import { accept, type Decision, reject } from '../case/decision.ts';
import { instantSchema, uuidSchema } from '../log/envelope.ts';

/** Absences of one user that are not over, at a time. */
export const MAX_ABSENCES = 50;
/** What is longer is a slip of the pen, or no absence any more. */
const LONGEST_ABSENCE_MS = 2 * 366 * 86_400_000;

/** When somebody is away, and who acts for them meanwhile. Why is nobody's business. */
export const absence = {
  absenceId: uuidSchema,
  from: instantSchema,
  /** The first instant at which they are back. */
  until: instantSchema,
  /** Whose acts in their place are recorded as on their behalf. */
  substituteId: uuidSchema.optional(),
};
export const absenceSchema = z.object(absence);
export type Absence = z.infer<typeof absenceSchema>;

export const absenceEnd = { absenceId: uuidSchema };

type AbsenceEvent =
  | { readonly type: 'AbsenceRecorded'; readonly data: Absence; readonly occurredAt: number }
  | { readonly type: 'AbsenceEnded'; readonly data: { absenceId: string }; readonly occurredAt: number };

/** Rejects with `endsBeforeItBegins`, `endsInThePast`, `tooLong`, `absenceExists`, `absenceOverlaps`, `tooManyAbsences`. */
export function recordAbsence(
  data: Absence,
  absences: readonly Absence[],
  now: number,
): Decision<AbsenceEvent> {
  const { absenceId, from, until } = data;
  if (until <= from) return reject('endsBeforeItBegins', { from, until });
  if (until <= now) return reject('endsInThePast', { until });
  if (until - from > LONGEST_ABSENCE_MS)
    return reject('tooLong', { until, latest: from + LONGEST_ABSENCE_MS });
  if (absences.some(known => known.absenceId === absenceId)) return reject('absenceExists', { absenceId });
  const over = absences.find(known => known.from < until && from < known.until);
  if (over !== undefined) {
    return reject('absenceOverlaps', {
      absenceId: over.absenceId,
      from: over.from,
      until: over.until,
      possible: ['endAbsence'],
    });
  }
  if (absences.filter(known => known.until > now).length >= MAX_ABSENCES)
    return reject('tooManyAbsences', { limit: MAX_ABSENCES });
  return accept({ type: 'AbsenceRecorded', data, occurredAt: now });
}

/** Back sooner, or not away at all. Rejects with `unknownAbsence`, `absenceOver`. */
export function endAbsence(
  { absenceId }: { readonly absenceId: string },
  absences: readonly Absence[],
  now: number,
): Decision<AbsenceEvent> {
  const found = absences.find(known => known.absenceId === absenceId);
  if (found === undefined) return reject('unknownAbsence', { absenceId });
  if (found.until <= now) return reject('absenceOver', { absenceId, until: found.until });
  return accept({ type: 'AbsenceEnded', data: { absenceId }, occurredAt: now });
}

/** The absences after one more event; those that are over by then are let go, and the state stays small. */
export function evolveAbsences(absences: readonly Absence[], event: AbsenceEvent): readonly Absence[] {
  const at = event.occurredAt;
  switch (event.type) {
    case 'AbsenceRecorded':
      return [...absences.filter(({ until }) => until > at), event.data];
    case 'AbsenceEnded': {
      const { absenceId } = event.data;
      return absences
        .map(known => (known.absenceId === absenceId ? { ...known, until: at } : known))
        .filter(({ from, until }) => from < until);
    }
  }
}

/** The absence that an instant lies in. */
export function absenceAt(absences: readonly Absence[], at: number): Absence | undefined {
  return absences.find(({ from, until }) => from <= at && at < until);
}
