import { z } from 'zod';
import { accept, type Decision, reject } from '../case/decision.ts';
import type { CommandOf, EventOf } from '../case/event-definition.ts';
import type { Aggregate } from '../log/aggregate.ts';
import { uuidSchema } from '../log/envelope.ts';
import { unreachable } from '../unreachable.ts';
import {
  assignDuty,
  cancelDuty,
  duty,
  dutyEnd,
  endRotation,
  evolveRoster,
  noRoster,
  planRotation,
  type Roster,
  rotation,
  rotationEnd,
} from './duty.ts';

/** A department's name as the house writes it: what a hand-over and an input request are addressed to. */
export const departmentSchema = z.string().trim().min(1).max(60);

const details = {
  /** Of the team; no personal value. */
  name: z.string().trim().min(1).max(120),
  department: departmentSchema,
  leadUserId: uuidSchema.optional(),
};
const lead = { leadUserId: uuidSchema };
const changes = { name: details.name.optional(), department: departmentSchema.optional() };

export const teamEvents = {
  TeamRegistered: { schemaVersion: 1, schema: z.object(details) },
  TeamLeadSet: { schemaVersion: 1, schema: z.object(lead) },
  TeamChanged: { schemaVersion: 1, schema: z.object(changes) },
  TeamRetired: { schemaVersion: 1, schema: z.object({}) },
  TeamReinstated: { schemaVersion: 1, schema: z.object({}) },
  RotationPlanned: { schemaVersion: 1, schema: z.object(rotation) },
  RotationEnded: { schemaVersion: 1, schema: z.object(rotationEnd) },
  DutyAssigned: { schemaVersion: 1, schema: z.object(duty) },
  DutyCancelled: { schemaVersion: 1, schema: z.object(dutyEnd) },
} as const;
type TeamEvent = EventOf<typeof teamEvents>;

export const teamCommands = {
  registerTeam: {
    summary: 'Set up a team',
    roles: ['admin', 'system'],
    schema: z.strictObject(details),
  },
  setTeamLead: {
    summary: 'Name who leads a team',
    roles: ['admin', 'system'],
    schema: z.strictObject(lead),
  },
  changeTeam: {
    summary: "Change a team's name or department",
    roles: ['admin', 'system'],
    schema: z.strictObject(changes),
  },
  retireTeam: {
    summary: 'Retire a team: it stays in every record, and is offered for nothing new',
    roles: ['admin', 'system'],
    schema: z.strictObject({}),
  },
  reinstateTeam: {
    summary: 'Take a retired team up again',
    roles: ['admin', 'system'],
    schema: z.strictObject({}),
  },
  planRotation: {
    summary: 'Plan whose turn on duty it is, over and over',
    roles: ['lead', 'admin', 'system'],
    schema: z.strictObject(rotation),
  },
  endRotation: {
    summary: 'End a rotation',
    roles: ['lead', 'admin', 'system'],
    schema: z.strictObject(rotationEnd),
  },
  assignDuty: {
    summary: 'Give a period of duty to one person; it goes before the rotations',
    roles: ['lead', 'admin', 'system'],
    schema: z.strictObject(duty),
  },
  cancelDuty: {
    summary: 'Take a period of duty back',
    roles: ['lead', 'admin', 'system'],
    schema: z.strictObject(dutyEnd),
  },
} as const;
type TeamCommand = CommandOf<typeof teamCommands>;

export type TeamState =
  | { readonly registered: false }
  | {
      readonly registered: true;
      readonly name: string;
      readonly department: string;
      readonly leadUserId?: string;
      readonly retired: boolean;
      readonly roster: Roster;
    };

/**
 * Rejects with `alreadyRegistered`, `notRegistered`, `alreadyLead`, `nothingToChange`, `retired`, `notRetired`, and as
 * the functions of the roster.
 */
function decide(command: TeamCommand, team: TeamState, now: number): Decision<TeamEvent> {
  if (command.type === 'registerTeam') {
    if (team.registered) return reject('alreadyRegistered');
    return accept({ type: 'TeamRegistered', data: command.data, occurredAt: now });
  }
  if (!team.registered) return reject('notRegistered');
  if (command.type === 'reinstateTeam') {
    if (!team.retired) return reject('notRetired');
    return accept({ type: 'TeamReinstated', data: {}, occurredAt: now });
  }
  if (team.retired) return reject('retired', { possible: ['reinstateTeam'] });
  const { roster } = team;
  switch (command.type) {
    case 'setTeamLead':
      if (team.leadUserId === command.data.leadUserId) return reject('alreadyLead');
      return accept({ type: 'TeamLeadSet', data: command.data, occurredAt: now });
    case 'changeTeam': {
      const { name = team.name, department = team.department } = command.data;
      if (name === team.name && department === team.department) return reject('nothingToChange');
      return accept({ type: 'TeamChanged', data: command.data, occurredAt: now });
    }
    case 'retireTeam':
      return accept({ type: 'TeamRetired', data: {}, occurredAt: now });
    case 'planRotation':
      return planRotation(command.data, roster, now);
    case 'endRotation':
      return endRotation(command.data, roster, now);
    case 'assignDuty':
      return assignDuty(command.data, roster, now);
    case 'cancelDuty':
      return cancelDuty(command.data, roster, now);
    default:
      return unreachable(command);
  }
}

function evolve(team: TeamState, event: TeamEvent): TeamState {
  if (event.type === 'TeamRegistered') {
    const { name, department, leadUserId } = event.data;
    const details = { name, department, ...(leadUserId === undefined ? {} : { leadUserId }) };
    return { registered: true, ...details, retired: false, roster: noRoster };
  }
  if (!team.registered) return team;
  switch (event.type) {
    case 'TeamLeadSet':
      return { ...team, leadUserId: event.data.leadUserId };
    case 'TeamChanged': {
      const { name = team.name, department = team.department } = event.data;
      return { ...team, name, department };
    }
    case 'TeamRetired':
      return { ...team, retired: true };
    case 'TeamReinstated':
      return { ...team, retired: false };
    case 'RotationPlanned':
    case 'RotationEnded':
    case 'DutyAssigned':
    case 'DutyCancelled':
      return { ...team, roster: evolveRoster(team.roster, event) };
    default:
      return unreachable(event);
  }
}

export const team: Aggregate<TeamState, typeof teamCommands, typeof teamEvents> = {
  category: 'team',
  deciderVersion: 1,
  commands: teamCommands,
  events: teamEvents,
  initial: { registered: false },
  maxEvents: 5_000,
  endings: ['retireTeam'],
  decide,
  evolve,
};
