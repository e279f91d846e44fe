/** Text in a page: nothing in it is read as markup. */
export function htmlText(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}
