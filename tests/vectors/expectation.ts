/** One vector judged: what was expected of it and what came out, as JSON-like values that are compared whole. */
export interface Judged {
  readonly kind: string;
  readonly id: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Runs the code under test; what it throws is its answer, so that one bad vector does not hide the others. */
export function attempt(evaluate: () => unknown): unknown {
  try {
    return evaluate();
  } catch (error) {
    return { threw: error instanceof Error ? error.message : String(error) };
  }
}
