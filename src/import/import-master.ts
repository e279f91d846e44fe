import type { CommandDefinitions, EventDefinitions } from '../../domain/case/event-definition.ts';
import type { Aggregate } from '../../domain/log/aggregate.ts';
import { customer } from '../../domain/master-data/customer.ts';
import { department } from '../../domain/master-data/department.ts';
import { product } from '../../domain/master-data/product.ts';
import { supplier } from '../../domain/master-data/supplier.ts';
import { unreachable } from '../../domain/unreachable.ts';
import type { AggregateOutcome, Asking } from '../directory/aggregate-writer.ts';
import type { Directory } from '../directory/directory.ts';
import type { DirectoryService } from '../directory/directory-service.ts';
import { masterIdOf } from '../directory/master-data.ts';
import type { MasterRow } from './master-rows.ts';

export const MASTER_KINDS = ['customers', 'products', 'suppliers', 'departments'] as const;
export type MasterKind = (typeof MASTER_KINDS)[number];

export interface MasterResult {
  readonly line: number;
  readonly outcome: 'registered' | 'changed' | 'unchanged' | 'refused';
  /** Of a refusal: the field or the rule. */
  readonly reason?: string;
}

interface MasterTarget {
  readonly directory: Pick<Directory, 'customer' | 'customerGrade' | 'product' | 'supplier' | 'department'>;
  readonly people: Pick<DirectoryService, 'give'>;
  readonly clock: { now(): number };
  readonly store: { readonly logId: string };
}

/**
 * Takes a row up, or what it changes of a record with its code; the same again changes nothing. What a row does not name
 * stays as it is.
 * @param asking for one command
 */
export async function importMasterRow(
  kind: MasterKind,
  row: MasterRow,
  target: MasterTarget,
  asking: () => Asking,
): Promise<MasterResult> {
  const { directory } = target;
  switch (kind) {
    case 'customers':
      return take(customer, 'Customer', row, target, asking, id => directory.customer(id));
    case 'products':
      return take(product, 'Product', row, target, asking, id => directory.product(id));
    case 'suppliers':
      return take(supplier, 'Supplier', row, target, asking, id => directory.supplier(id));
    case 'departments':
      return take(department, 'Department', row, target, asking, id => directory.department(id));
    default:
      return unreachable(kind);
  }
}

type Category = 'customer' | 'product' | 'supplier' | 'department';

async function take<S, C extends CommandDefinitions, E extends EventDefinitions>(
  aggregate: Aggregate<S, C, E>,
  noun: string,
  row: MasterRow,
  target: MasterTarget,
  asking: () => Asking,
  known: (id: string) => object | undefined,
): Promise<MasterResult> {
  const { line } = row;
  const { people, store } = target;
  const values = withLists(row.values);
  const parsed = aggregate.commands[`register${noun}`]?.schema.safeParse(values);
  if (parsed?.success !== true) {
    const [issue] = parsed?.error?.issues ?? [];
    return { line, outcome: 'refused', reason: `${issue?.path.join('.')}: ${issue?.message}` };
  }
  // One of the four that name a kind.
  const id = masterIdOf(store.logId, aggregate.category as Category, String(parsed.data['code']));
  const give = (type: string, data: object): Promise<AggregateOutcome> => {
    // Parsed by its own schema before it is decided.
    const command = { type, data } as Parameters<typeof aggregate.decide>[0];
    return people.give(aggregate, { ...asking(), id, command });
  };
  const record = known(id);
  if (record === undefined) {
    return resultOf(line, 'registered', [await give(`register${noun}`, parsed.data)]);
  }
  const { code: _forEver, grade, ...rest } = parsed.data;
  const change = differences(rest, record);
  const outcomes: AggregateOutcome[] = [];
  if (Object.keys(change).length > 0) outcomes.push(await give(`change${noun}`, change));
  if (grade !== undefined && target.directory.customerGrade(id, target.clock.now()) !== grade)
    outcomes.push(await give('gradeCustomer', { grade, reason: 'Imported' }));
  return resultOf(line, 'changed', outcomes);
}

function resultOf(
  line: number,
  done: 'registered' | 'changed',
  outcomes: readonly AggregateOutcome[],
): MasterResult {
  const refused = outcomes.find(({ outcome }) => outcome !== 'accepted');
  if (refused !== undefined) {
    const reason = refused.outcome === 'rejected' ? refused.reason : refused.outcome;
    return { line, outcome: 'refused', reason };
  }
  return { line, outcome: outcomes.length === 0 ? 'unchanged' : done };
}

/** In CSV several names stand in one cell. */
function withLists(values: MasterRow['values']): MasterRow['values'] {
  const { otherNames } = values;
  if (typeof otherNames !== 'string') return values;
  const names = otherNames.split('|').map(name => name.trim());
  return { ...values, otherNames: names.filter(name => name !== '') };
}

function differences(wanted: object, record: object): object {
  const now: Readonly<Record<string, unknown>> = { ...record };
  return Object.fromEntries(
    Object.entries(wanted).filter(
      ([field, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(now[field]),
    ),
  );
}
