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
  fromAt: instantSchema,
  /** The first instant at which they are back. */
  untilAt: instantSchema,
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
  const { absenceId, fromAt, untilAt } = data;
  if (untilAt <= fromAt) return reject('endsBeforeItBegins', { fromAt, untilAt });
  if (untilAt <= now) return reject('endsInThePast', { untilAt });
  if (untilAt - fromAt > LONGEST_ABSENCE_MS)
    return reject('tooLong', { untilAt, latestAt: fromAt + LONGEST_ABSENCE_MS });
  if (absences.some(known => known.absenceId === absenceId)) return reject('absenceExists', { absenceId });
  const over = absences.find(known => known.fromAt < untilAt && fromAt < known.untilAt);
  if (over !== undefined) {
    return reject('absenceOverlaps', {
      absenceId: over.absenceId,
      fromAt: over.fromAt,
      untilAt: over.untilAt,
      possible: ['endAbsence'],
    });
  }
  if (absences.filter(known => known.untilAt > now).length >= MAX_ABSENCES)
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
  if (found.untilAt <= now) return reject('absenceOver', { absenceId, untilAt: found.untilAt });
  return accept({ type: 'AbsenceEnded', data: { absenceId }, occurredAt: now });
}

/** The absences after one more event; those that are over by then are let go, and the state stays small. */
export function evolveAbsences(absences: readonly Absence[], event: AbsenceEvent): readonly Absence[] {
  const at = event.occurredAt;
  switch (event.type) {
    case 'AbsenceRecorded':
      return [...absences.filter(({ untilAt }) => untilAt > at), event.data];
    case 'AbsenceEnded': {
      const { absenceId } = event.data;
      return absences
        .map(known => (known.absenceId === absenceId ? { ...known, untilAt: at } : known))
        .filter(({ fromAt, untilAt }) => fromAt < untilAt);
    }
  }
}

/** The absence that an instant lies in. */
export function absenceAt(absences: readonly Absence[], at: number): Absence | undefined {
  return absences.find(({ fromAt, untilAt }) => fromAt <= at && at < untilAt);
}
