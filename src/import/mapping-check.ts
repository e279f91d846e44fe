import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { type FieldSource, fieldValue, parseField, type RowFacts } from './field-value.ts';
import type { GivenCommand, Mapping, When } from './mapping-schema.ts';

export interface MappingProblem {
  /** Where in the mapping. */
  readonly path: readonly string[];
  readonly message: string;
}

/** A command of the mapping with its fields taken apart. */
export interface PreparedCommand {
  readonly type: string;
  readonly fields: FieldSource;
  /** It names another case, so that it must be decided on when that one has come to the same instant. */
  readonly linksCase: boolean;
}

type PreparedAlternative =
  | { readonly when: When | undefined; readonly give: readonly PreparedCommand[] }
  | { readonly when: When | undefined; readonly leaveOut: string };

/** A mapping whose every command was held against its lifecycle. */
export interface CheckedMapping {
  readonly mapping: Mapping;
  readonly lifecycle: AnyLifecycle;
  readonly open: PreparedCommand;
  readonly before: readonly { readonly when: When; readonly give: readonly PreparedCommand[] }[];
  readonly activities: ReadonlyMap<string, readonly PreparedAlternative[]>;
}

const SAMPLE_ID = '00000000-0000-4000-8000-000000000000';
/** Stands in the checked command for what only a row can say. */
const SAMPLE_TEXT = 'x';

/** Checks what can be known before the first row: names, tables, required fields, constants. */
export function checkMapping(
  mapping: Mapping,
  lifecycles: readonly AnyLifecycle[],
): { readonly mapping?: CheckedMapping; readonly problems: readonly MappingProblem[] } {
  const problems: MappingProblem[] = [];
  const report = (path: readonly (string | number)[], message: string) =>
    problems.push({ path: path.map(String), message });

  const lifecycle = lifecycles.find(({ name }) => name === mapping.lifecycle);
  if (lifecycle === undefined) {
    report(['lifecycle'], `is unknown; there are ${lifecycles.map(({ name }) => name).join(', ')}`);
    return { problems };
  }
  const { time } = mapping.keys;
  if (time.format === 'local' && time.zone === undefined) report(['keys', 'time'], 'local times need a zone');
  if (time.format !== 'local' && time.zone !== undefined)
    report(['keys', 'time', 'zone'], 'is for local times');
  for (const [name, table] of Object.entries(mapping.tables)) {
    if (table.default === undefined && table.unknown === undefined) {
      report(['tables', name], 'needs a default, or the reason why other values are unknown');
    }
  }

  const prepare = (given: GivenCommand, path: readonly (string | number)[]): PreparedCommand => {
    const fields = preparedFields(given, [...path, 'fields'], mapping, report);
    const definition = lifecycle.commands[given.command];
    const prepared = {
      type: given.command,
      fields: fields ?? parseField({}),
      linksCase: fields !== undefined && linksCase(fields),
    };
    if (definition === undefined || given.command === 'fireTimer') {
      report([...path, 'command'], `${lifecycle.name} has no command ${given.command}`);
    } else if (fields !== undefined) {
      for (const message of wrongFields(definition.schema, fields, mapping)) {
        report([...path, 'fields', ...message.path], message.message);
      }
    }
    return prepared;
  };

  const open = prepare(mapping.open, ['open']);
  if (!lifecycle.opens.includes(mapping.open.command)) {
    report(['open', 'command'], `opens no case; ${lifecycle.opens.join(', ')} does`);
  }
  const notOpening = (commands: readonly PreparedCommand[], path: readonly (string | number)[]) => {
    for (const { type } of commands) {
      if (lifecycle.opens.includes(type)) report(path, `${type} opens a case: it belongs under "open"`);
    }
  };
  const giveAll = (given: readonly GivenCommand[], path: readonly (string | number)[]) => {
    const commands = given.map((each, at) => prepare(each, given.length === 1 ? path : [...path, at]));
    notOpening(commands, path);
    return commands;
  };
  const before = mapping.before.map(({ when, give }, at) => {
    checkWhen(when, ['before', at, 'when'], mapping, lifecycle, report);
    return { when, give: giveAll(give, ['before', at, 'give']) };
  });
  const activities = new Map<string, readonly PreparedAlternative[]>();
  for (const [activity, alternatives] of Object.entries(mapping.activities)) {
    const prepared = alternatives.map((alternative, at): PreparedAlternative => {
      const path = alternatives.length === 1 ? ['activities', activity] : ['activities', activity, at];
      checkWhen(alternative.when, [...path, 'when'], mapping, lifecycle, report);
      const isLast = at === alternatives.length - 1;
      if (!isLast && alternative.when === undefined) {
        report(path, 'always holds: what comes after it is never reached');
      }
      if (isLast && alternative.when !== undefined) {
        report(
          path,
          'the last alternative must always hold: say what else happens, or leaveOut with the reason',
        );
      }
      return 'give' in alternative
        ? { when: alternative.when, give: giveAll(alternative.give, [...path, 'give']) }
        : { when: alternative.when, leaveOut: alternative.leaveOut };
    });
    activities.set(activity, prepared);
  }
  return { mapping: { mapping, lifecycle, open, before, activities }, problems };
}

type Report = (path: readonly (string | number)[], message: string) => void;

function checkWhen(
  when: When | undefined,
  path: readonly (string | number)[],
  mapping: Mapping,
  lifecycle: AnyLifecycle,
  report: Report,
): void {
  for (const name of ['possible', 'impossible'] as const) {
    for (const command of when?.[name] ?? []) {
      if (lifecycle.commands[command] === undefined)
        report([...path, name], `${lifecycle.name} has no command ${command}`);
    }
  }
  for (const name of ['recorded', 'notRecorded'] as const) {
    for (const type of when?.[name] ?? []) {
      if (lifecycle.events[type] === undefined)
        report([...path, name], `${lifecycle.name} has no event ${type}`);
    }
  }
  for (const name of ['activity', 'notActivity'] as const) {
    for (const activity of when?.[name] ?? []) {
      if (mapping.activities[activity] === undefined) report([...path, name], `${activity} is not mapped`);
    }
  }
}

function preparedFields(
  given: GivenCommand,
  path: readonly (string | number)[],
  mapping: Mapping,
  report: Report,
): FieldSource | undefined {
  try {
    const fields = parseField(given.fields);
    const unknown = tablesOf(fields).filter(name => mapping.tables[name] === undefined);
    for (const name of unknown) report(path, `there is no table ${name}`);
    return unknown.length === 0 ? fields : undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    report(path, error.message);
    return undefined;
  }
}

/** What the command's schema says to the fields, for every value that a table can give; of `$key` only that it is there. */
function wrongFields(
  schema: AnyLifecycle['commands'][string]['schema'],
  fields: FieldSource,
  mapping: Mapping,
): readonly { readonly path: readonly string[]; readonly message: string }[] {
  const found = new Map<string, { path: readonly string[]; message: string }>();
  const fromRow = rowPaths(fields, []);
  const tables = tablesOf(fields);
  const choices = tables.length === 0 ? [undefined] : tables.flatMap(name => tableChoices(name, mapping));
  for (const choice of choices) {
    const sample = fieldValue(sampled(fields, choice, mapping), SAMPLE_FACTS, mapping.tables);
    const parsed = schema.safeParse(sample);
    for (const issue of parsed.error?.issues ?? []) {
      const path = issue.path.map(String);
      const ofTheRow = (key: readonly string[]) =>
        isWithin(path, key) || (issue.code === 'custom' && isWithin(key, path));
      if (fromRow.some(ofTheRow)) continue;
      const why = choice === undefined ? '' : ` (with ${choice.written} of the table ${choice.table})`;
      const message = `${issue.message}${why}`;
      found.set(`${path.join('.')} ${issue.message}`, { path, message });
    }
  }
  return [...found.values()];
}

interface TableChoice {
  readonly table: string;
  readonly written: string;
  readonly value: FieldSource;
}

function tableChoices(name: string, { tables }: Mapping): readonly TableChoice[] {
  const table = tables[name];
  if (table === undefined) return [];
  const values = Object.entries(table.values).map(([key, value]) => ({
    written: JSON.stringify(key),
    value,
  }));
  const all =
    table.default === undefined ? values : [...values, { written: 'the default', value: table.default }];
  return all.map(({ written, value }) => ({ table: name, written, value: { kind: 'constant', value } }));
}

const SAMPLE_FACTS: RowFacts = {
  row: {},
  at: 0,
  state: {},
  userOf: () => SAMPLE_ID,
  caseOf: () => SAMPLE_ID,
};

/** The fields with a stand-in for all that only a row can say. */
function sampled(source: FieldSource, choice: TableChoice | undefined, mapping: Mapping): FieldSource {
  switch (source.kind) {
    case 'key':
    case 'template':
    case 'state':
      return { kind: 'constant', value: SAMPLE_TEXT };
    case 'user':
    case 'case':
      return { kind: 'constant', value: SAMPLE_ID };
    case 'table':
      if (choice?.table === source.table) return choice.value;
      return tableChoices(source.table, mapping)[0]?.value ?? { kind: 'constant', value: null };
    case 'object':
      return {
        kind: 'object',
        fields: Object.fromEntries(
          Object.entries(source.fields).map(([name, field]) => [name, sampled(field, choice, mapping)]),
        ),
      };
    case 'list':
      return { kind: 'list', items: source.items.map(item => sampled(item, choice, mapping)) };
    case 'constant':
    case 'after':
      return source;
  }
}

/** The paths of fields whose value only a row can say. */
function rowPaths(source: FieldSource, path: readonly string[]): readonly (readonly string[])[] {
  switch (source.kind) {
    case 'key':
    case 'template':
    case 'state':
      return [path];
    case 'object':
      return Object.entries(source.fields).flatMap(([name, field]) => rowPaths(field, [...path, name]));
    case 'list':
      return source.items.flatMap((item, at) => rowPaths(item, [...path, String(at)]));
    default:
      return [];
  }
}

function tablesOf(source: FieldSource): readonly string[] {
  switch (source.kind) {
    case 'table':
      return [source.table];
    case 'object':
      return [...new Set(Object.values(source.fields).flatMap(tablesOf))];
    case 'list':
      return [...new Set(source.items.flatMap(tablesOf))];
    default:
      return [];
  }
}

function isWithin(path: readonly string[], outer: readonly string[]): boolean {
  return outer.length <= path.length && outer.every((part, at) => part === path[at]);
}

function linksCase(source: FieldSource): boolean {
  switch (source.kind) {
    case 'case':
      return true;
    case 'object':
      return Object.values(source.fields).some(linksCase);
    case 'list':
      return source.items.some(linksCase);
    default:
      return false;
  }
}
