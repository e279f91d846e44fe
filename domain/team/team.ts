import { z } from 'zod';
import { accept, type Decision, reject } from '../case/decision.ts';
import type { CommandOf, EventOf } from '../case/event-definition.ts';
import type { Aggregate } from '../log/aggregate.ts';
import { uuidSchema } from '../log/envelope.ts';
import { unreachable } from '../unreachable.ts';

/** A department's name as the house writes it: what a hand-over and an input request are addressed to. */
export const departmentSchema = z.string().trim().min(1).max(60);

const details = {
  /** Of the team; no personal value. */
  name: z.string().trim().min(1).max(120),
  department: departmentSchema,
  leadUserId: uuidSchema.optional(),
};
const lead = { leadUserId: uuidSchema };

export const teamEvents = {
  TeamRegistered: { schemaVersion: 1, schema: z.object(details) },
  TeamLeadSet: { schemaVersion: 1, schema: z.object(lead) },
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
} as const;
type TeamCommand = CommandOf<typeof teamCommands>;

export type TeamState =
  | { readonly registered: false }
  | {
      readonly registered: true;
      readonly name: string;
      readonly department: string;
      readonly leadUserId?: string;
    };

/** Rejects with `alreadyRegistered`, `notRegistered`, `alreadyLead`. */
function decide(command: TeamCommand, team: TeamState, now: number): Decision<TeamEvent> {
  switch (command.type) {
    case 'registerTeam':
      if (team.registered) return reject('alreadyRegistered');
      return accept({ type: 'TeamRegistered', data: command.data, occurredAt: now });
    case 'setTeamLead':
      if (!team.registered) return reject('notRegistered');
      if (team.leadUserId === command.data.leadUserId) return reject('alreadyLead');
      return accept({ type: 'TeamLeadSet', data: command.data, occurredAt: now });
    default:
      return unreachable(command);
  }
}

function evolve(team: TeamState, event: TeamEvent): TeamState {
  switch (event.type) {
    case 'TeamRegistered': {
      const { name, department, leadUserId } = event.data;
      return { registered: true, name, department, ...(leadUserId === undefined ? {} : { leadUserId }) };
    }
    case 'TeamLeadSet':
      return team.registered ? { ...team, leadUserId: event.data.leadUserId } : team;
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
  endings: [],
  decide,
  evolve,
};
