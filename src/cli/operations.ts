import { z } from 'zod';
import { type Actor, qualificationSchema, ROLES, roleSchema } from '../../domain/case/actor.ts';
import { SYSTEM_ACTOR_ID } from '../../domain/log/fixed-streams.ts';
import { team } from '../../domain/team/team.ts';
import { user } from '../../domain/user/user.ts';
import type { House } from '../engine/open-house.ts';
import { caseDocument } from '../http/case-document.ts';
import { findCase } from '../http/case-routes.ts';
import { instantWriter } from '../http/instants.ts';
import { promisesDocument } from '../http/promises-document.ts';
import { trailDocument } from '../http/trail-document.ts';
import { importAnswerer } from '../import/import-run.ts';
import { asking, demandAccepted } from './asking.ts';
import { auditOperations } from './audit-operations.ts';
import { delegationOperations } from './delegation-operations.ts';
import { evidenceOperations } from './evidence-operations.ts';
import { folderOperations } from './folder-operations.ts';
import { give } from './give-operation.ts';
import { houseOperations } from './house-operations.ts';
import { masterOperations } from './master-operations.ts';
import { nodeOperations } from './node-operations.ts';
import { OperationError } from './operation-error.ts';
import { privacyOperations } from './privacy-operations.ts';
import { proveOperations } from './prove-operations.ts';

type Operation = (
  house: House,
  params: unknown,
  emit: (progress: unknown) => void,
  signal: AbortSignal,
  timeZone: string,
) => Promise<unknown>;

const createToken = z.strictObject({
  /** Of a user that there is; without it one is made, with the name and roles. */
  userId: z.uuid().optional(),
  name: z.string().optional(),
  roles: z.array(roleSchema).default([]),
  teamId: z.uuid().optional(),
  department: z.string().optional(),
  qualifications: z.array(qualificationSchema).default([]),
  label: z.string().default('command line'),
  expiresAt: z.int().optional(),
});
export type CreateToken = z.input<typeof createToken>;

/** What the command line does with a house: its own, or by the local socket that of the service that runs. */
export const operations = {
  ...houseOperations,
  ...nodeOperations,
  give,

  async 'token.create'(house, params) {
    const { userId, name, roles, label, expiresAt, ...details } = createToken.parse(params);
    const id = userId ?? (await register(house, name, roles, details));
    const wanted = { userId: id, label, ...(expiresAt === undefined ? {} : { expiresAt }) };
    const { outcome, tokenId, token } = await house.people.issueToken(wanted, asking());
    demandAccepted(outcome, 'the token');
    return { userId: id, tokenId, token };
  },

  async 'token.list'(house) {
    return house.people.listTokens(house.clock.now());
  },

  async 'token.revoke'(house, params) {
    const { tokenId } = z.strictObject({ tokenId: z.uuid() }).parse(params);
    const held = (await house.people.listTokens(house.clock.now())).find(t => t.tokenId === tokenId);
    if (held === undefined)
      throw new OperationError(`no token ${tokenId} is in force: redress token list shows them`);
    const command = { type: 'revokeToken' as const, data: { tokenId } };
    demandAccepted(
      await house.people.give(user, { ...asking(), id: held.userId, command }),
      'the revocation',
    );
    return { tokenId };
  },

  async show(house, params, _emit, _signal, timeZone) {
    const { idOrNumber, rejections } = z
      .strictObject({ idOrNumber: z.string(), rejections: z.boolean() })
      .parse(params);
    await house.views.waitFor(await house.store.head(), 5_000);
    const found = await findCase(house, idOrNumber);
    const missing = new OperationError(`there is no case ${idOrNumber}`);
    if (found === undefined) throw missing;
    const { lifecycle, caseId } = found;
    const write = instantWriter(timeZone);
    const loaded = await house.handler.load(lifecycle, caseId);
    const wanted = rejections ? ('true' as const) : undefined;
    const trail = await trailDocument(house, lifecycle, caseId, { rejections: wanted, actor: READER, write });
    if (loaded === undefined || trail === undefined) throw missing;
    const number = house.views.numberOf(caseId);
    return { case: caseDocument(lifecycle, { caseId, number, ...loaded }, READER, write), trail };
  },

  async explain(house, params) {
    const { idOrNumber } = z.strictObject({ idOrNumber: z.string() }).parse(params);
    await house.views.waitFor(await house.store.head(), 5_000);
    const found = await findCase(house, idOrNumber);
    const promises = found && (await promisesDocument(house, found.lifecycle, found.caseId, READER));
    if (promises === undefined) throw new OperationError(`there is no case ${idOrNumber}`);
    return promises;
  },

  async rebuild(house, _params, emit) {
    const started = performance.now();
    const { events } = await house.views.rebuild(done => emit({ events: done }));
    return { events, seconds: (performance.now() - started) / 1000 };
  },

  ...auditOperations,
  ...folderOperations,
  ...evidenceOperations,
  ...privacyOperations,
  ...proveOperations,
  ...delegationOperations,
  ...masterOperations,

  import: (house, params, emit, signal) => importAnswerer(house)(params, emit, signal),
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;

export function operationNamed(name: string): Operation {
  const found = Object.entries(operations).find(([known]) => known === name);
  if (found === undefined) throw new OperationError(`this release of the service has no operation ${name}`);
  return found[1];
}

/** Whoever may open the data folder may read what is in it. */
const READER: Actor = {
  id: SYSTEM_ACTOR_ID,
  role: 'lead',
  // All of them: it is shown what is possible, whoever may do it.
  roles: ROLES.filter(role => role !== 'system'),
  via: 'cli',
  qualifications: [],
};

async function register(
  house: House,
  name: string | undefined,
  roles: z.infer<typeof createToken>['roles'],
  details: Pick<z.infer<typeof createToken>, 'teamId' | 'department' | 'qualifications'>,
): Promise<string> {
  if (name === undefined || roles.length === 0) {
    throw new OperationError(
      'a new user needs --name and at least one --role; --user names one that there is',
    );
  }
  const { teamId, department, qualifications } = details;
  if (teamId !== undefined && house.directory.team(teamId) === undefined) {
    throw new OperationError(`there is no team ${teamId}`);
  }
  const data = user.commands.registerUser.schema.parse({
    name,
    roles,
    qualifications,
    ...(teamId === undefined ? {} : { teamId }),
    ...(department === undefined ? {} : { department }),
  });
  const outcome = await house.people.give(user, { ...asking(), command: { type: 'registerUser', data } });
  return demandAccepted(outcome, 'the user').id;
}

/** A lead for a team that has none, so that escalations of a new house reach somebody. */
export async function leadTeam(house: House, teamId: string, leadUserId: string): Promise<void> {
  const command = {
    type: 'setTeamLead' as const,
    data: team.commands.setTeamLead.schema.parse({ leadUserId }),
  };
  demandAccepted(await house.people.give(team, { ...asking(), id: teamId, command }), 'the lead');
}
