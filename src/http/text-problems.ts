import type { TextProblem } from '../text-problem.ts';
import { ProblemError } from './problems.ts';

const MOST = 50;

/** What is wrong with a file that was sent, each with its line where it is known. */
export function unusableFile(problems: readonly TextProblem[]): ProblemError {
  const shown = problems.slice(0, MOST).map(({ line, path, message }) => ({
    ...(line === undefined ? {} : { line }),
    path: path.join('.'),
    message,
  }));
  const first = shown[0];
  const where = first?.line === undefined ? '' : `line ${first.line}: `;
  const what =
    first === undefined
      ? ''
      : ` First: ${where}${first.path === '' ? '' : `${first.path} `}${first.message}.`;
  return new ProblemError('unusableFile', {
    detail: `The file has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}.${what}`,
    errors: shown,
  });
}
