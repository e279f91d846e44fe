import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { problemLines, problemsOf, type TextProblem } from '../text-problem.ts';
import { readYaml } from '../yaml-text.ts';
import { type CheckedMapping, checkMapping, type MappingProblem } from './mapping-check.ts';
import { mappingSchema } from './mapping-schema.ts';

/** A mapping that cannot be used; the message lists every problem with its path, and its line where it is known. */
export class MappingError extends Error {
  override readonly name = 'MappingError';
  readonly problems: readonly TextProblem[];
  constructor(file: string, problems: readonly TextProblem[]) {
    const lines = problemLines(problems).map(line => `  ${line}`);
    super(`${file} cannot be used as a mapping:\n${lines.join('\n')}`);
    this.problems = problems;
  }
}

/**
 * Reads a mapping written in YAML or JSON and checks it whole: its shape, and every command against its lifecycle.
 * @throws MappingError
 */
export function readMapping(text: string, file: string, lifecycles: readonly AnyLifecycle[]): CheckedMapping {
  const read = readYaml(text);
  if (read.outcome === 'refused') throw new MappingError(file, read.problems);
  const failWith = (problems: readonly MappingProblem[]): never => {
    throw new MappingError(
      file,
      problems.map(problem => {
        const line = read.lineOf(problem.path);
        return line === undefined ? problem : { ...problem, line };
      }),
    );
  };
  const parsed = mappingSchema.safeParse(read.value);
  if (!parsed.success) return failWith(parsed.error.issues.flatMap(issue => problemsOf(issue)));
  const { mapping, problems } = checkMapping(parsed.data, lifecycles);
  return mapping === undefined || problems.length > 0 ? failWith(problems) : mapping;
}
