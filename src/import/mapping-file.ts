import { LineCounter, parseDocument } from 'yaml';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { type CheckedMapping, checkMapping, type MappingProblem } from './mapping-check.ts';
import { mappingSchema } from './mapping-schema.ts';

/** A mapping that cannot be used; the message lists every problem with its path, and its line where it is known. */
export class MappingError extends Error {
  override readonly name = 'MappingError';
  readonly problems: readonly (MappingProblem & { readonly line?: number })[];
  constructor(file: string, problems: MappingError['problems']) {
    const lines = problems.map(({ line, path, message }) => {
      const place = line === undefined ? '' : `${line}: `;
      return `  ${place}${path.length === 0 ? '' : `${path.join('.')}: `}${message}`;
    });
    super(`${file} cannot be used as a mapping:\n${lines.join('\n')}`);
    this.problems = problems;
  }
}

/**
 * Reads a mapping written in YAML or JSON and checks it whole: its shape, and every command against its lifecycle.
 * @throws MappingError
 */
export function readMapping(text: string, file: string, lifecycles: readonly AnyLifecycle[]): CheckedMapping {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, uniqueKeys: true });
  if (document.errors.length > 0) {
    throw new MappingError(
      file,
      document.errors.map(({ pos, message }) => ({
        path: [],
        message: message.split('\n')[0] ?? message,
        line: lineCounter.linePos(pos[0]).line,
      })),
    );
  }
  const lineOf = (path: readonly PropertyKey[]): number | undefined => {
    // The nearest part that is written: a missing key has no line of its own.
    for (let length = path.length; length >= 0; length--) {
      const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      if (isNode(node)) return lineCounter.linePos(node.range[0]).line;
    }
    return undefined;
  };
  const failWith = (problems: readonly MappingProblem[]): never => {
    throw new MappingError(
      file,
      problems.map(problem => {
        const line = lineOf(problem.path);
        return line === undefined ? problem : { ...problem, line };
      }),
    );
  };
  const parsed = mappingSchema.safeParse(document.toJS());
  if (!parsed.success) return failWith(parsed.error.issues.flatMap(issue => problemsOf(issue)));
  const { mapping, problems } = checkMapping(parsed.data, lifecycles);
  return mapping === undefined || problems.length > 0 ? failWith(problems) : mapping;
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code?: string | undefined;
  readonly errors?: readonly (readonly Issue[])[];
}

/** Of a union, what is wrong with the form that comes nearest: its errors lie deepest, or are fewest. */
function problemsOf(issue: Issue): readonly MappingProblem[] {
  const forms = issue.code === 'invalid_union' ? (issue.errors ?? []) : [];
  const depth = (errors: readonly Issue[]) => Math.max(0, ...errors.map(error => error.path.length));
  const nearest = forms.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length)[0];
  if (nearest === undefined) return [{ path: issue.path.map(String), message: issue.message }];
  return nearest.flatMap(inner => problemsOf({ ...inner, path: [...issue.path, ...inner.path] }));
}

function isNode(value: unknown): value is { readonly range: readonly [number, number, number] } {
  return typeof value === 'object' && value !== null && 'range' in value && Array.isArray(value.range);
}
