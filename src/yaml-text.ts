import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { TextProblem } from './text-problem.ts';

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
