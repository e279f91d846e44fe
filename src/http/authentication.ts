import type { FastifyRequest } from 'fastify';
import type { Actor, Role } from '../../domain/case/actor.ts';
import { STAFF } from '../../domain/case/actor.ts';
import type { DirectoryUser } from '../directory/directory.ts';
import { tokenHash } from '../directory/token.ts';
import type { Access } from './api-route.ts';
import type { HttpEngine } from './engine-port.ts';
import { ProblemError } from './problems.ts';

/** The bearer token of a request (RFC 6750), if it carries one. */
function bearerToken(request: FastifyRequest): string | undefined {
  const [, token] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  return token;
}

/**
 * Who the request's token belongs to, and its hash. One that is not known here may have been made on another node just
 * now: the log is asked before it is refused.
 * @throws ProblemError without a token that is in force; StoreUnavailableError
 */
export async function authenticate(
  engine: HttpEngine,
  request: FastifyRequest,
): Promise<{ readonly user: DirectoryUser; readonly tokenHash: string }> {
  const token = bearerToken(request);
  const hash = token === undefined ? undefined : tokenHash(token);
  if (token !== undefined && hash !== undefined) {
    const known = engine.directory.authenticate(token, engine.clock.now());
    if (known !== undefined) return { user: known, tokenHash: hash };
    await engine.upToDate();
    const learned = engine.directory.authenticate(token, engine.clock.now());
    if (learned !== undefined) return { user: learned, tokenHash: hash };
  }
  throw new ProblemError('notAuthenticated', {
    headers: {
      // RFC 6750, 3.1: no error code where no token was sent.
      'www-authenticate':
        token === undefined ? 'Bearer realm="redress"' : 'Bearer realm="redress", error="invalid_token"',
    },
  });
}

/** `actorSchema` takes no more; those last given come last, and stay. */
const MOST_DELEGATIONS = 50;

/** The user as the giver of commands; the command handler chooses among `roles` the one that a command allows. */
export function actorOf(user: DirectoryUser): Actor {
  const { userId, roles, teamId, department, qualifications, delegations } = user;
  return {
    id: userId,
    // A user has at least one role, by its schema.
    role: roles[0] ?? 'customer',
    roles: [...roles],
    via: roles.every(role => role === 'integration') ? 'integration' : 'http',
    qualifications: [...qualifications],
    ...(teamId === undefined ? {} : { teamId }),
    ...(department === undefined ? {} : { department }),
    ...(delegations === undefined ? {} : { delegations: delegations.slice(-MOST_DELEGATIONS) }),
  };
}

/** @throws ProblemError naming the roles that would do */
export function demandAccess(actor: Actor, access: Access): void {
  if (access === 'public' || access === 'anyUser') return;
  if (actor.roles.some(role => access.includes(role))) return;
  throw new ProblemError('forbidden', {
    detail: `This takes one of the roles ${access.join(', ')}; yours: ${actor.roles.join(', ')}.`,
    members: { needs: access },
  });
}

const STAFF_ROLES: ReadonlySet<Role> = new Set(STAFF);

/** May see people's names and words in a case. */
export function isStaff({ roles }: { readonly roles: readonly Role[] }): boolean {
  return roles.some(role => STAFF_ROLES.has(role));
}

/** Who may read what is not their own: staff, oversight and machines, but no customer. */
export const READERS: readonly Role[] = [
  ...STAFF,
  'auditor',
  'privacyOfficer',
  'keyCustodian',
  'admin',
  'integration',
];
