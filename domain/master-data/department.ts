import { z } from 'zod';
import { accept, type Decision, reject } from '../case/decision.ts';
import type { CommandOf, EventOf } from '../case/event-definition.ts';
import type { Aggregate } from '../log/aggregate.ts';
import { uuidSchema } from '../log/envelope.ts';
import { unreachable } from '../unreachable.ts';
import { changed, changesNothing, given, type MasterRecord, mayNot, named, renamed } from './record.ts';

const details = {
  ...named,
  /** Who answers for it: an overdue question to the department is told to the head. */
  headUserId: uuidSchema.optional(),
};
/** What changes, each with its new value; `null` takes a value away. The code is for ever. */
const changes = {
  ...renamed,
  headUserId: uuidSchema.nullable().optional(),
};

export const departmentEvents = {
  DepartmentRegistered: { schemaVersion: 1, schema: z.object(details) },
  DepartmentChanged: { schemaVersion: 1, schema: z.object(changes) },
  DepartmentRetired: { schemaVersion: 1, schema: z.object({}) },
  DepartmentReinstated: { schemaVersion: 1, schema: z.object({}) },
} as const;
type DepartmentEvent = EventOf<typeof departmentEvents>;

const KEEPERS = ['admin', 'system'] as const;
const command = <T extends z.ZodRawShape>(summary: string, shape: T) => ({
  summary,
  roles: KEEPERS,
  schema: z.strictObject(shape),
});
export const departmentCommands = {
  registerDepartment: command('Set up a department', details),
  changeDepartment: command("Change a department's details", changes),
  retireDepartment: command(
    'Retire a department: it stays in every record, and is offered for nothing new',
    {},
  ),
  reinstateDepartment: command('Take a retired department up again', {}),
} as const;
type DepartmentCommand = CommandOf<typeof departmentCommands>;

export interface Department extends MasterRecord {
  readonly headUserId?: string;
}
type DepartmentState = { readonly registered: false } | Department;

const ACTS = {
  registerDepartment: 'register',
  changeDepartment: 'change',
  retireDepartment: 'retire',
  reinstateDepartment: 'reinstate',
} as const;

/** Rejects with `alreadyRegistered`, `notRegistered`, `nothingToChange`, `retired`, `notRetired`. */
function decide(command: DepartmentCommand, state: DepartmentState, now: number): Decision<DepartmentEvent> {
  const refused = mayNot(ACTS[command.type], state);
  if (refused) return refused;
  switch (command.type) {
    case 'registerDepartment':
      return accept({ type: 'DepartmentRegistered', data: command.data, occurredAt: now });
    case 'changeDepartment':
      if (changesNothing(command.data)) return reject('nothingToChange');
      return accept({ type: 'DepartmentChanged', data: command.data, occurredAt: now });
    case 'retireDepartment':
      return accept({ type: 'DepartmentRetired', data: {}, occurredAt: now });
    case 'reinstateDepartment':
      return accept({ type: 'DepartmentReinstated', data: {}, occurredAt: now });
    default:
      return unreachable(command);
  }
}

function evolve(state: DepartmentState, event: DepartmentEvent): DepartmentState {
  if (event.type === 'DepartmentRegistered') {
    const { otherNames = [], ...rest } = event.data;
    return { registered: true, retired: false, otherNames, ...given(rest) };
  }
  if (!state.registered) return state;
  switch (event.type) {
    case 'DepartmentChanged':
      return changed(state, event.data);
    case 'DepartmentRetired':
      return { ...state, retired: true };
    case 'DepartmentReinstated':
      return { ...state, retired: false };
    default:
      return unreachable(event);
  }
}

export const department: Aggregate<DepartmentState, typeof departmentCommands, typeof departmentEvents> = {
  category: 'department',
  deciderVersion: 1,
  commands: departmentCommands,
  events: departmentEvents,
  initial: { registered: false },
  maxEvents: 1_000,
  endings: ['retireDepartment'],
  decide,
  evolve,
};
