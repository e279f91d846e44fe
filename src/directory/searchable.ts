/** One writing for what people write in several: width and case. */
export function searchable(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** The words of a search, each to be found in what is searched in. */
export function wordsOf(search: string): readonly string[] {
  return searchable(search)
    .split(/\s+/)
    .filter(word => word !== '');
}
