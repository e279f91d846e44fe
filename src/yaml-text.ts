import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

/** What is wrong with a text that somebody wrote, and where. */
export interface TextProblem {
  /** Where in the document. */
  readonly path: readonly string[];
  readonly message: string;
  /** Of the text, from 1, where it is known. */
  readonly line?: number;
}

export type ReadYaml =
  | {
      readonly outcome: 'read';
      readonly value: unknown;
      /** The line of the nearest part of the path that is written: a missing key has no line of its own. */
      lineOf(path: readonly PropertyKey[]): number | undefined;
    }
  | { readonly outcome: 'refused'; readonly problems: readonly TextProblem[] };

/** Reads a text in YAML 1.2, and so in JSON, and knows its lines. What it means is for a schema to say. */
export function readYaml(text: string): ReadYaml {
  const lineCounter = new LineCounter();
  const refused = (message: string, line?: number): ReadYaml => ({
    outcome: 'refused',
    problems: [{ path: [], message, ...(line === undefined ? {} : { line }) }],
  });
  try {
    const document = parseDocument(text, { lineCounter, uniqueKeys: true });
    if (document.errors.length > 0) {
      return {
        outcome: 'refused',
        problems: document.errors.map(({ pos, message }) => ({
          path: [],
          message: message.split('\n')[0] ?? message,
          line: lineCounter.linePos(pos[0]).line,
        })),
      };
    }
    if (document.contents === null) return refused('is empty', 1);
    return {
      outcome: 'read',
      value: document.toJS(),
      lineOf: path => lineOfNode(document.contents, path, lineCounter),
    };
  } catch (error) {
    // The parser calls itself for each level, and `toJS` refuses a text whose aliases multiply.
    if (error instanceof RangeError) return refused('is nested too deeply');
    if (error instanceof ReferenceError) return refused(error.message);
    throw error;
  }
}

function lineOfNode(
  root: unknown,
  path: readonly PropertyKey[],
  lineCounter: LineCounter,
): number | undefined {
  let at: unknown = root;
  let line = startOf(at, lineCounter);
  for (const key of path) {
    if (isMap(at)) {
      const pair = at.items.find(({ key: name }) => isScalar(name) && String(name.value) === String(key));
      if (pair === undefined) return line;
      line = startOf(pair.key, lineCounter) ?? line;
      at = pair.value;
    } else if (isSeq(at)) {
      at = at.items[Number(key)];
      line = startOf(at, lineCounter) ?? line;
    } else return line;
  }
  return line;
}

function startOf(node: unknown, lineCounter: LineCounter): number | undefined {
  const range = typeof node === 'object' && node !== null ? (node as Partial<Node>).range : undefined;
  return Array.isArray(range) ? lineCounter.linePos(range[0]).line : undefined;
}

export interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code?: string | undefined;
  readonly errors?: readonly (readonly Issue[])[];
  readonly keys?: readonly string[];
}

/**
 * What a schema says of a value, one problem a place: of a union what is wrong with the form that comes nearest (its
 * errors lie deepest, or are fewest), of keys that nobody knows each.
 */
export function problemsOf(issue: Issue): readonly { path: readonly string[]; message: string }[] {
  if (issue.code === 'unrecognized_keys' && issue.keys !== undefined) {
    return issue.keys.map(key => ({
      path: [...issue.path, key].map(String),
      message: 'is no key that is known',
    }));
  }
  const forms = issue.code === 'invalid_union' ? (issue.errors ?? []) : [];
  const depth = (errors: readonly Issue[]) => Math.max(0, ...errors.map(error => error.path.length));
  const nearest = forms.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length)[0];
  if (nearest === undefined) return [{ path: issue.path.map(String), message: issue.message }];
  return nearest.flatMap(inner => problemsOf({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** `12: week.mon.1: overlaps …`, one line a problem. */
export function problemLines(problems: readonly TextProblem[]): readonly string[] {
  return problems.map(({ line, path, message }) => {
    const place = line === undefined ? '' : `${line}: `;
    return `${place}${path.length === 0 ? '' : `${path.join('.')}: `}${message}`;
  });
}
