import type { TextProblem } from '../text-problem.ts';

/** The largest calendar or policy file: some hundred years of holidays. */
export const MAX_FILE_BYTES = 256 * 1024;

export function tooLarge(text: string): TextProblem | undefined {
  const bytes = Buffer.byteLength(text);
  return bytes <= MAX_FILE_BYTES
    ? undefined
    : { path: [], message: `is ${bytes} bytes long; a file has at most ${MAX_FILE_BYTES}` };
}
