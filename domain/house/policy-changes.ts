import type { PolicyContent, PolicyLine } from '../sla/policy.ts';

/** One thing that two states of the policy say otherwise; absent where one of them says nothing of it. */
export interface PolicyChange {
  /** `complaint decision, priority urgent`, or a field's name. */
  readonly what: string;
  readonly before?: string;
  readonly after?: string;
}

/** What `after` says otherwise than `before`: fields first, then the lines by promise and condition. */
export function policyChanges(
  before: PolicyContent | undefined,
  after: PolicyContent,
): readonly PolicyChange[] {
  const fields = new Map([...fieldsOf(before), ...fieldsOf(after)].map(([name]) => [name, name] as const));
  const lines = new Set([...linesOf(before).keys(), ...linesOf(after).keys()]);
  return [
    ...[...fields.keys()].flatMap(name =>
      changed(name, new Map(fieldsOf(before)).get(name), new Map(fieldsOf(after)).get(name)),
    ),
    ...[...lines].flatMap(key => changed(key, linesOf(before).get(key), linesOf(after).get(key))),
  ];
}

function changed(what: string, before: string | undefined, after: string | undefined): PolicyChange[] {
  if (before === after) return [];
  return [{ what, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}

function fieldsOf(policy: PolicyContent | undefined): readonly (readonly [string, string])[] {
  if (policy === undefined) return [];
  const { lines: _lines, ...fields } = policy;
  return Object.entries(fields)
    .filter(([name]) => !['policyId', 'version', 'holdsFrom'].includes(name))
    .map(([name, value]) => [name, JSON.stringify(sorted(value))] as const);
}

function linesOf(policy: PolicyContent | undefined): ReadonlyMap<string, string> {
  return new Map(policy?.lines.map(line => [lineName(line), lineText(line)]));
}

function lineName({ lifecycle, clock, when }: PolicyLine): string {
  const conditions = Object.entries(when)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `, ${name} ${value}`);
  return `${lifecycle} ${clock}${conditions.join('')}`;
}

function lineText({ target, warnAt }: PolicyLine): string {
  return JSON.stringify(sorted({ target, warnAt }));
}

/** Two objects that say the same are written the same. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => [name, sorted(each)]),
  );
}
