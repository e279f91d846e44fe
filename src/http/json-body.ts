import { ProblemError } from './problems.ts';

/** Deeper than any body has reason to be; what walks a body may then call itself. */
export const MAX_JSON_DEPTH = 32;

/**
 * A request body of JSON; an empty one stands for `{}`, as many commands need no field.
 * @throws ProblemError for what is no JSON, too deep, or holds half of a surrogate pair (no UTF-8 can be made of it)
 */
export function parseJsonBody(sent: string): unknown {
  // A byte order mark says nothing in UTF-8, and some tools write one (RFC 8259, 8.1: it may be passed over).
  const text = sent.startsWith('\uFEFF') ? sent.slice(1) : sent;
  if (text.trim() === '') return {};
  if (depthOf(text) > MAX_JSON_DEPTH) {
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
  // Only an escape can bring a lone surrogate or a key that touches prototypes (`__proto__` may be written plainly).
  if (/\\u[dD][89a-fA-F]|__proto__|\\u00[57]/.test(text)) refuseUnsafe(value);
  return value;
}

/** How deep brackets are nested outside of texts; exact for JSON, and soon over for anything else. */
function depthOf(text: string): number {
  let [depth, deepest, inText] = [0, 0, false];
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
      default:
    }
  }
  return deepest;
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
