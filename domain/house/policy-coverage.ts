import type { ClockName } from '../sla/events.ts';
import { type PolicyContent, policyLine, type SlaFacts } from '../sla/policy.ts';
import type { Target } from '../time/target.ts';

/** The promises that a lifecycle may start. */
export interface PromisedBy {
  readonly lifecycle: string;
  readonly clocks: readonly ClockName[];
}

export interface PolicyProblem {
  /** Where in the policy, as the file has it. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const WAVES: readonly ClockName[] = ['wave1', 'wave3', 'wave6'];
/** Clocks that hang on the eve of a visit: without such a date nothing lies "before". */
const BEFORE_A_DATE: readonly ClockName[] = ['approval', 'hostsAssigned'];
const ANY = 'any';
/** Every lifecycle can ask another department. */
const ANYWHERE: readonly ClockName[] = ['input'];

const PRIORITIES = ['normal', 'urgent'] as const;
const GRADES = [undefined, 'A', 'B', 'C', 'D'] as const;
const REGIONS = [undefined, 'local', 'province', 'mainland', 'abroad'] as const;

/**
 * What keeps a policy from being put in force: a promise without a target for some case, a line that means nothing
 * or never counts, a target that its promise cannot have.
 */
export function policyProblems(
  policy: PolicyContent,
  lifecycles: readonly PromisedBy[],
  calendarIds: readonly string[],
): readonly PolicyProblem[] {
  return [
    ...(calendarIds.includes(policy.calendarId)
      ? []
      : [
          {
            path: ['calendarId'],
            message: `no calendar "${policy.calendarId}" was published; there is ${calendarIds.join(', ')}`,
          },
        ]),
    ...lineProblems(policy, lifecycles),
    ...Object.keys(policy.escalatesTo)
      .filter(name => !lifecycles.some(({ lifecycle }) => lifecycle === name))
      .map(name => ({ path: ['escalatesTo', name], message: unknownLifecycle(name, lifecycles) })),
    ...missingTargets(policy, lifecycles),
  ];
}

function lineProblems({ lines }: PolicyContent, lifecycles: readonly PromisedBy[]): readonly PolicyProblem[] {
  const seen = new Map<string, number>();
  return lines.flatMap((line, at): PolicyProblem[] => {
    const problems: PolicyProblem[] = [];
    const known = lifecycles.find(({ lifecycle }) => lifecycle === line.lifecycle);
    if (known === undefined && line.lifecycle !== ANY) {
      problems.push({
        path: ['lines', at, 'lifecycle'],
        message: unknownLifecycle(line.lifecycle, lifecycles),
      });
    }
    if (known !== undefined && ![...known.clocks, ...ANYWHERE].includes(line.clock)) {
      problems.push({
        path: ['lines', at, 'clock'],
        message: `${line.lifecycle} has no promise ${line.clock}; it has ${known.clocks.join(', ') || 'none'}`,
      });
    }
    const wrongKind = refusedKind(line.clock, line.target);
    if (wrongKind !== undefined) problems.push({ path: ['lines', at, 'target'], message: wrongKind });
    const { priority, customerGrade, siteRegion, kind } = line.when;
    const key = JSON.stringify([line.lifecycle, line.clock, priority, customerGrade, siteRegion, kind]);
    const before = seen.get(key);
    if (before === undefined) seen.set(key, at);
    else
      problems.push({ path: ['lines', at], message: `never counts: line ${before + 1} asks for the same` });
    return problems;
  });
}

function unknownLifecycle(name: string, lifecycles: readonly PromisedBy[]): string {
  return `there is no lifecycle "${name}"; there is ${lifecycles.map(({ lifecycle }) => lifecycle).join(', ')}`;
}

function refusedKind(clock: ClockName, { kind }: Target): string | undefined {
  if (WAVES.includes(clock) !== (kind === 'calendarMonths')) {
    return WAVES.includes(clock)
      ? `${clock} is a wave: its target is calendarMonths`
      : `calendarMonths is for waves: ${WAVES.join(', ')}`;
  }
  return kind === 'before' && !BEFORE_A_DATE.includes(clock)
    ? `before is for promises that hang on a date to come: ${BEFORE_A_DATE.join(', ')}`
    : undefined;
}

/** One problem a promise: the first case for which no line says a target. */
function missingTargets(policy: PolicyContent, lifecycles: readonly PromisedBy[]): readonly PolicyProblem[] {
  return lifecycles.flatMap(({ lifecycle, clocks }) =>
    [...clocks, ...ANYWHERE].flatMap((clock): PolicyProblem[] => {
      const facts = everyCase(policy, lifecycle, clock).find(
        each => policyLine(policy, lifecycle, clock, each) === undefined,
      );
      return facts === undefined
        ? []
        : [
            {
              path: ['lines'],
              message: `${lifecycle} has no target for ${clock}${inWords(facts)}: a line without "when" gives one to all`,
            },
          ];
    }),
  );
}

/** All that the conditions of lines can tell apart; `kind` by the names in use, and one that none names. */
function everyCase(policy: PolicyContent, lifecycle: string, clock: ClockName): readonly SlaFacts[] {
  const named = policy.lines
    .filter(line => line.clock === clock && [lifecycle, ANY].includes(line.lifecycle))
    .map(line => line.when.kind)
    .filter(kind => kind !== undefined);
  const kinds = [undefined, ...new Set(named)];
  return PRIORITIES.flatMap(priority =>
    GRADES.flatMap(customerGrade =>
      REGIONS.flatMap(siteRegion =>
        kinds.map(kind => ({
          priority,
          ...(customerGrade === undefined ? {} : { customerGrade }),
          ...(siteRegion === undefined ? {} : { siteRegion }),
          ...(kind === undefined ? {} : { kind }),
        })),
      ),
    ),
  );
}

function inWords({ priority, customerGrade, siteRegion, kind }: SlaFacts): string {
  const words = [
    ...(priority === 'urgent' ? ['urgent'] : []),
    ...(customerGrade === undefined ? [] : [`grade ${customerGrade}`]),
    ...(siteRegion === undefined ? [] : [`site ${siteRegion}`]),
    ...(kind === undefined ? [] : [`kind ${kind}`]),
  ];
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}
