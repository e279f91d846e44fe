import { type PolicyProblem, type PromisedBy, policyProblems } from '../../domain/house/policy-coverage.ts';
import { type PolicyContent, policyContentSchema } from '../../domain/sla/policy.ts';
import { problemsOf, type TextProblem } from '../text-problem.ts';
import { readYaml } from '../yaml-text.ts';

export type PolicyFile =
  | {
      readonly outcome: 'read';
      readonly policy: PolicyContent;
      /** What keeps it from being published; a draft may have them. */
      readonly incomplete: readonly TextProblem[];
    }
  | { readonly outcome: 'refused'; readonly problems: readonly TextProblem[] };

/** Reads a policy in YAML or JSON: the whole of it, every key known (docs/calendars-and-policies.md). */
export function readPolicyFile(
  text: string,
  lifecycles: readonly PromisedBy[],
  calendarIds: readonly string[],
): PolicyFile {
  const read = readYaml(text);
  if (read.outcome === 'refused') return read;
  const placed = ({ path, message }: PolicyProblem): TextProblem => {
    const line = read.lineOf(path);
    return { path: path.map(String), message, ...(line === undefined ? {} : { line }) };
  };
  const parsed = policyContentSchema.safeParse(read.value);
  if (!parsed.success) {
    return {
      outcome: 'refused',
      problems: parsed.error.issues.flatMap(issue => problemsOf(issue)).map(placed),
    };
  }
  return {
    outcome: 'read',
    policy: parsed.data,
    incomplete: policyProblems(parsed.data, lifecycles, calendarIds).map(placed),
  };
}
