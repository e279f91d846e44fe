import { ProblemError } from './problems.ts';

/** Deeper than any body has reason to be; what walks a body may then call itself. */
export const MAX_JSON_DEPTH = 32;

/**
 * A request body of JSON; an empty one stands for `{}`, as many commands need no field.
 * @throws ProblemError for what is no JSON in UTF-8, too deep, names a field twice, or holds half of a surrogate pair
 *   (no UTF-8 can be made of it)
 */
export function parseJsonBody(sent: Buffer): unknown {
  const text = utf8Of(sent);
  if (text.trim() === '') return {};
  const { depth, names } = shapeOf(text);
  if (depth > MAX_JSON_DEPTH) {
    throw new ProblemError('malformedBody', {
      detail: `The body is more than ${MAX_JSON_DEPTH} levels deep.`,
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const [at] = /at position \d+|at line \d+ column \d+|end of JSON input/.exec(error.message) ?? [];
    throw new ProblemError('malformedBody', {
      detail: `The body is not JSON${at === undefined ? '' : `: ${at.startsWith('at') ? `wrong ${at}` : 'it ends too early'}`}.`,
    });
  }
  // One reader takes the first of two, another the last (RFC 8259, 4): what was meant nobody knows.
  if (names !== namesIn(value)) {
    throw new ProblemError('malformedBody', { detail: 'A field stands twice in one object of the body.' });
  }
  // Only an escape can bring a lone surrogate or a key that touches prototypes (`__proto__` may be written plainly).
  if (/\\u[dD][89a-fA-F]|__proto__|\\u00[57]/.test(text)) refuseUnsafe(value);
  return value;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** A byte order mark says nothing in UTF-8, and some tools write one (RFC 8259, 8.1): it is passed over. */
function utf8Of(sent: Buffer): string {
  try {
    return decoder.decode(sent);
  } catch {
    throw new ProblemError('malformedBody', { detail: 'The body is not UTF-8.' });
  }
}

/** How many names of fields a value holds, at every level. */
function namesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + namesIn(each), 0);
  const values = Object.values(value);
  return values.reduce((sum: number, each) => sum + namesIn(each), values.length);
}

/**
 * How deep brackets are nested outside of texts, and how many names of fields are written; exact for JSON, and soon
 * over for anything else.
 */
function shapeOf(text: string): { readonly depth: number; readonly names: number } {
  let [depth, deepest, inText, names] = [0, 0, false, 0];
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22:
        inText = !inText;
        break;
      case 0x5c:
        at++;
        break;
      case 0x5b:
      case 0x7b:
        if (!inText && ++depth > deepest) deepest = depth;
        break;
      case 0x5d:
      case 0x7d:
        if (!inText) depth--;
        break;
      case 0x3a:
        if (!inText) names++;
        break;
      default:
    }
  }
  return { depth: deepest, names };
}

function refuseUnsafe(value: unknown): void {
  if (typeof value === 'string') {
    if (value.isWellFormed()) return;
    throw new ProblemError('malformedBody', { detail: 'A text in the body holds half of a surrogate pair.' });
  }
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    if (key === '__proto__') {
      throw new ProblemError('malformedBody', { detail: 'A field cannot be named __proto__.' });
    }
    refuseUnsafe(key);
    refuseUnsafe(Reflect.get(value, key));
  }
}
