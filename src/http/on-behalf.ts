import type { FastifyRequest } from 'fastify';
import { type Actor, type Role, STAFF } from '../../domain/case/actor.ts';
import { uuidSchema } from '../../domain/log/envelope.ts';
import type { HttpEngine } from './engine-port.ts';
import { ProblemError } from './problems.ts';

/** The director's approval goes to others in writing only, never by an absence. */
const NOT_BY_ABSENCE: ReadonlySet<Role> = new Set(['marketingDirector']);

/**
 * The actor, or with the header `On-Behalf-Of` the actor in the place of somebody who is away and named them as
 * substitute: with that person's roles of the staff, team and department, but with nobody's qualifications but their own.
 * @throws ProblemError for a header that names nobody, or somebody whom the actor does not stand in for now
 */
export function actingFor(engine: HttpEngine, request: FastifyRequest, actor: Actor): Actor {
  const header = request.headers['on-behalf-of'];
  if (header === undefined) return actor;
  const parsed = uuidSchema.safeParse(header);
  if (!parsed.success) {
    throw new ProblemError('invalidHeader', { detail: "On-Behalf-Of must be a user's id" });
  }
  const absentId = parsed.data;
  const { directory, clock } = engine;
  const absent = directory.user(absentId);
  const now = clock.now();
  if (
    absent?.active !== true ||
    !directory.isAway(absentId, now) ||
    directory.standIn(absentId, now) !== actor.id
  ) {
    throw new ProblemError('forbidden', {
      detail: 'You do not stand in for that user now: an absence names who does, and for how long.',
    });
  }
  const staff: readonly Role[] = STAFF;
  const roles = absent.roles.filter(role => staff.includes(role) && !NOT_BY_ABSENCE.has(role));
  const [role] = roles;
  if (role === undefined) {
    throw new ProblemError('forbidden', {
      detail: 'That user has no role that a substitute can act in.',
    });
  }
  request.logFields.onBehalfOf = absentId;
  const { id, via, qualifications } = actor;
  const { teamId, department } = absent;
  return {
    id,
    role,
    roles,
    via,
    qualifications,
    onBehalfOf: absentId,
    ...(teamId === undefined ? {} : { teamId }),
    ...(department === undefined ? {} : { department }),
  };
}
