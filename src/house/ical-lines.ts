/** Where an event stands in an iCalendar text, counted from 1. */
export interface EventLines {
  readonly begin: number;
  /** The first line of each of its own properties, by name in capitals; of alarms in it nothing. */
  readonly properties: ReadonlyMap<string, number>;
}

/** The lines of each VEVENT, in the order of the text. A line that begins with a space or tab goes on with the one before. */
export function eventLines(text: string): readonly EventLines[] {
  const events: EventLines[] = [];
  const open: string[] = [];
  let properties = new Map<string, number>();
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (/^[ \t]/.test(line)) continue;
    const [, name = '', value = ''] = /^([A-Za-z0-9-]+)[^:]*:?(.*)$/.exec(line) ?? [];
    const key = name.toUpperCase();
    if (key === 'BEGIN') {
      open.push(value.trim().toUpperCase());
      if (open.at(-1) === 'VEVENT') {
        properties = new Map();
        events.push({ begin: index + 1, properties });
      }
    } else if (key === 'END') open.pop();
    else if (open.at(-1) === 'VEVENT' && !properties.has(key)) properties.set(key, index + 1);
  }
  return events;
}
