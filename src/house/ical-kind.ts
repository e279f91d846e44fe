/** What an event says of its days. */
export type EventKind = 'closed' | 'worked' | 'unclear' | 'unmarked';

/** Apple's own word, in its calendars and in many that follow it. */
const SPECIAL_DAYS: Readonly<Record<string, EventKind>> = {
  'WORK-HOLIDAY': 'closed',
  'ALTERNATE-WORKDAY': 'worked',
};

const WORKED =
  /补班|补休上班|上班|加班|[（([【]\s*(?:班|补)\s*[）)\]】]|\bmake-?up\b|\bworking ?day\b|\bwork ?day\b/i;
const CLOSED =
  /放假|假期|假日|休假|休息|[（([【]\s*休\s*[）)\]】]|\bholidays?\b|\bday off\b|\bclosed\b|\bshut-?down\b/i;
/** Days are swapped: which of the two it is, it doesn't say. */
const SWAPPED = /调休/;

/** By Apple's mark, else by the categories, else by the summary. */
export function kindOf(event: {
  readonly specialDay: string | undefined;
  readonly categories: readonly string[];
  readonly summary: string;
}): EventKind {
  const special = SPECIAL_DAYS[event.specialDay?.toUpperCase() ?? ''];
  if (special !== undefined) return special;
  for (const text of [event.categories.join(' '), event.summary]) {
    if (WORKED.test(text)) return 'worked';
    if (CLOSED.test(text)) return 'closed';
  }
  return SWAPPED.test(event.summary) ? 'unclear' : 'unmarked';
}

/** `春节 假期 第1天/共8天` and `春节（休）` are both `春节`. */
export function nameOf(summary: string): string {
  const bare = summary
    .replace(/[（([【]\s*(?:休|班|补|放假|补班|上班|加班)\s*[）)\]】]/g, ' ')
    .replace(/第\s*\d+\s*天\s*(?:[/／]\s*共\s*\d+\s*天)?/g, ' ')
    .replace(/(?:调休)?(?:补班|上班|加班|放假|假期)|调休/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return (bare === '' ? summary.trim() : bare).slice(0, 100);
}
