/** What is wrong with a text that somebody wrote, and where. */
export interface TextProblem {
  /** Where in the document. */
  readonly path: readonly string[];
  readonly message: string;
  /** Of the text, from 1, where it is known. */
  readonly line?: number;
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
