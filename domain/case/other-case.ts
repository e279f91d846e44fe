/** The commands that are about another case, and the field that names it. */
const NAMED_BY: Readonly<Record<string, 'survivorId' | 'loserId'>> = {
  mergeInto: 'survivorId',
  settleMerge: 'survivorId',
  absorb: 'loserId',
  release: 'loserId',
};

/** The other case that a command of any lifecycle is about: read before the decision. */
export function otherCaseOf(command: { readonly type: string; readonly data: object }): string | undefined {
  const field = Object.hasOwn(NAMED_BY, command.type) ? NAMED_BY[command.type] : undefined;
  if (field === undefined) return undefined;
  const named: unknown = new Map(Object.entries(command.data)).get(field);
  return typeof named === 'string' ? named : undefined;
}
