import { v4 as uuidv4 } from 'uuid';
import { z } from 'zod';
import { instantSchema, uuidSchema } from '../../domain/log/envelope.ts';
import { delegatedSchema } from '../../domain/user/delegation.ts';
import { user } from '../../domain/user/user.ts';
import type { House } from '../engine/open-house.ts';
import { asking, demandAccepted } from './asking.ts';
import { OperationError } from './operation-error.ts';

const created = delegatedSchema.omit({ delegationId: true, command: true }).extend({
  from: uuidSchema,
  validFrom: instantSchema.optional(),
});
export type CreateDelegation = z.input<typeof created>;

/** What `redress delegation` does with a house. */
export const delegationOperations = {
  async 'delegation.create'(house: House, params: unknown) {
    const { from, validFrom = house.clock.now(), ...given } = created.parse(params);
    for (const id of [from, given.to]) {
      if (house.directory.user(id)?.active !== true) throw new OperationError(`no user ${id} is active`);
    }
    if (from === given.to) throw new OperationError('a power is given to another user');
    const delegationId = uuidv4();
    const data = { ...given, command: 'approve' as const, validFrom, delegationId };
    const command = { type: 'delegatePower' as const, data };
    demandAccepted(await house.people.give(user, { ...asking(), id: from, command }), 'the delegation');
    return { delegationId };
  },

  async 'delegation.list'(house: House) {
    return house.directory
      .userIds()
      .flatMap(from => house.directory.delegationsBy(from).map(given => ({ from, ...given })));
  },

  async 'delegation.revoke'(house: House, params: unknown) {
    const { delegationId } = z.strictObject({ delegationId: uuidSchema }).parse(params);
    const from = house.directory
      .userIds()
      .find(id => house.directory.delegationsBy(id).some(given => given.delegationId === delegationId));
    if (from === undefined) {
      throw new OperationError(`there is no delegation ${delegationId}: redress delegation list shows them`);
    }
    const command = { type: 'revokeDelegation' as const, data: { delegationId } };
    demandAccepted(await house.people.give(user, { ...asking(), id: from, command }), 'the revocation');
    return { delegationId };
  },
} as const;
