/**
 * Text from outside, for a terminal: what could move its cursor, recolour it or turn its writing round is shown as
 * an escape instead (CWE-150). Line ends count: a text stays on its line.
 */
export function terminalText(text: string): string {
  return text.replace(
    // Control characters, line and paragraph separators, and the marks that change the direction of writing.
    /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The same for a text of several lines. */
export function terminalLines(text: string): string {
  return text.split('\n').map(terminalText).join('\n');
}
