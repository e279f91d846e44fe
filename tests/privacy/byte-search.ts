import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every place in a folder's files where one of the strings stands, in any of the ways that text is written. */
export function placesOf(folder: string, strings: readonly string[]): string[] {
  const wanted = strings.flatMap(text => waysOf(text).map(way => ({ text, way })));
  const places = new Set<string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = readFileSync(join(entry.parentPath, entry.name));
    for (const { text, way } of wanted) if (bytes.includes(way)) places.add(`${entry.name}: ${text}`);
  }
  return [...places];
}

/** UTF-8, UTF-16 of both orders, escaped as JSON and in URLs, in lower and upper case, and base64 at each of its three places. */
export function waysOf(text: string): readonly Buffer[] {
  const cases = [...new Set([text, text.toLowerCase(), text.toUpperCase(), text.normalize('NFD')])];
  return cases.flatMap(each => {
    const little = Buffer.from(each, 'utf16le');
    return [
      Buffer.from(each, 'utf8'),
      little,
      Buffer.from(little).swap16(),
      Buffer.from(
        JSON.stringify(each)
          .slice(1, -1)
          .replace(/[^\x20-\x7e]/g, escaped),
      ),
      Buffer.from(encodeURIComponent(each)),
      ...[0, 1, 2].map(at => base64Within(each, at)),
    ];
  });
}

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** The characters of base64 that a text gives wherever it stands behind `at` other bytes, whatever surrounds it. */
function base64Within(text: string, at: number): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const encoded = Buffer.concat([Buffer.alloc(at), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const firstWhole = Math.ceil((at * 8) / 6);
  const lastWhole = Math.floor(((at + bytes.length) * 8) / 6);
  return Buffer.from(encoded.slice(firstWhole, lastWhole));
}
