import { z } from 'zod';
import { STAFF } from '../../domain/case/actor.ts';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { absenceAt, absenceSchema } from '../../domain/user/absence.ts';
import { user } from '../../domain/user/user.ts';
import { type ApiCall, type ApiRoute, apiRoute } from './api-route.ts';
import { isStaff, READERS } from './authentication.ts';
import { type DirectoryParts, directoryCommandRoute, idParams } from './directory-command.ts';
import { instantsToText, instantText } from './instants.ts';
import { ProblemError } from './problems.ts';
import { wireSchema } from './wire-schema.ts';

const instant = z.string().meta({ format: 'date-time' });
const shown = z.object({
  userId: z.uuid(),
  absenceId: z.uuid(),
  fromAt: instant,
  untilAt: instant,
  substituteId: z.uuid().optional(),
});
const KEEPERS = [...STAFF, 'admin'] as const;
const body = wireSchema(absenceSchema.omit({ absenceId: true }));

/** Who is away, and who acts for them meanwhile. */
export function absenceRoutes(parts: DirectoryParts): readonly ApiRoute[] {
  const { engine, write } = parts;
  const { directory, clock } = engine;

  /** One's own absence, that of one's team, or as an admin anybody's. */
  const demandOwn = ({ actor, params }: ApiCall<unknown, unknown, unknown>): void => {
    const { id } = idParams.parse({ id: Object(params).id });
    const who = directory.user(id);
    if (who === undefined) throw new ProblemError('noSuchResource', { detail: 'There is no such user.' });
    const leads = who.teamId !== undefined && directory.team(who.teamId)?.leadUserId === actor.id;
    if (actor.id === id || leads || actor.roles.includes('admin')) return;
    throw new ProblemError('forbidden', {
      detail: 'An absence is entered by the person, by the lead of their team, or by an admin.',
      members: { needs: ['admin'] },
    });
  };

  const demandSubstitute = (call: ApiCall<unknown, unknown, unknown>): void => {
    demandOwn(call);
    const { substituteId } = Object(call.body);
    if (substituteId === undefined) return;
    const problem = (message: string) =>
      new ProblemError('invalidFields', { errors: [{ path: '/substituteId', message }] });
    if (substituteId === Object(call.params).id) throw problem('must be another user');
    const substitute = directory.user(substituteId);
    const can = substitute?.active === true && isStaff(substitute);
    if (!can) throw problem('must be a user of the staff that is active');
  };

  return [
    directoryCommandRoute(parts, user, 'recordAbsence', {
      method: 'POST',
      url: '/v1/users/:id/absences',
      description:
        'Meanwhile warnings and escalations go to the substitute, who acts with `On-Behalf-Of` in the roles and the team of the one who is away. Without one the team’s duty is told.',
      access: KEEPERS,
      body,
      mints: 'absenceId',
      check: demandSubstitute,
    }),
    directoryCommandRoute(parts, user, 'endAbsence', {
      method: 'DELETE',
      url: '/v1/users/:id/absences/:absenceId',
      access: KEEPERS,
      params: z.strictObject({ absenceId: uuidSchema }),
      check: demandOwn,
    }),
    apiRoute({
      method: 'GET',
      url: '/v1/absences',
      operationId: 'absences.list',
      tag: 'directory',
      summary: 'Who is away at an instant, now if none is given',
      access: READERS,
      query: z.strictObject({ at: instantText.optional() }),
      success: { status: 200, description: 'The absences.', schema: z.object({ absences: z.array(shown) }) },
      problems: [],
      async handle({ query }) {
        const at = query.at ?? clock.now();
        const absences = directory.userIds().flatMap(userId => {
          const found = absenceAt(directory.absences(userId), at);
          return found === undefined ? [] : [{ userId, ...found }];
        });
        return { status: 200, body: { absences: instantsToText(absences, write) } };
      },
    }),
    apiRoute({
      method: 'GET',
      url: '/v1/users/:id/absences',
      operationId: 'users.absences',
      tag: 'directory',
      summary: 'When a user is away, now and later',
      access: READERS,
      params: idParams,
      success: { status: 200, description: 'The absences.', schema: z.object({ absences: z.array(shown) }) },
      problems: ['noSuchResource'],
      async handle({ params: { id } }) {
        if (directory.user(id) === undefined)
          throw new ProblemError('noSuchResource', { detail: 'There is no such user.' });
        const now = clock.now();
        const absences = directory
          .absences(id)
          .filter(({ untilAt }) => untilAt > now)
          .map(each => ({ userId: id, ...each }));
        return { status: 200, body: { absences: instantsToText(absences, write) } };
      },
    }),
  ];
}
