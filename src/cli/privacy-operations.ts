import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { Role } from '../../domain/case/actor.ts';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { erasure, erasureCommands } from '../../domain/privacy/erasure.ts';
import { hold, holdCommands } from '../../domain/privacy/hold.ts';
import type { AggregateOutcome, Asking } from '../directory/aggregate-writer.ts';
import type { House } from '../engine/open-house.ts';
import { meaningOf } from '../privacy/certificate.ts';
import { OperationError } from './operation-error.ts';

const named = z.object({ as: uuidSchema });
const { userId: _asker, ...requestShape } = erasureCommands.requestErasure.schema.shape;
const { userId: _refuser, ...refuseShape } = erasureCommands.refuseErasure.schema.shape;
const { userId: _confirmer, ...scavengeShape } = erasureCommands.confirmScavenge.schema.shape;

/** What `redress privacy` does with a house, each by a person who is named. */
export const privacyOperations = {
  async 'privacy.request'(house: House, params: unknown) {
    const { as, ...data } = named.extend(requestShape).strict().parse(params);
    const asking = askingAs(house, as, erasureCommands.requestErasure.roles);
    const command = { type: 'requestErasure' as const, data: { ...data, userId: as } };
    return shown(house, done(await house.people.give(erasure, { ...asking, command })));
  },

  async 'privacy.approve'(house: House, params: unknown) {
    const { as, erasureId } = named.extend({ erasureId: uuidSchema }).strict().parse(params);
    const asking = askingAs(house, as, erasureCommands.approveErasure.roles);
    done(await house.privacy.approve(erasureId, asking));
    await house.privacy.settled();
    return shown(house, erasureId);
  },

  async 'privacy.refuse'(house: House, params: unknown) {
    const { as, erasureId, ...data } = named
      .extend({ erasureId: uuidSchema, ...refuseShape })
      .strict()
      .parse(params);
    const asking = askingAs(house, as, erasureCommands.refuseErasure.roles);
    const command = { type: 'refuseErasure' as const, data: { ...data, userId: as } };
    done(await house.people.give(erasure, { ...asking, id: erasureId, command }));
    return shown(house, erasureId);
  },

  async 'privacy.scavenged'(house: House, params: unknown) {
    const { as, erasureId, ...data } = named
      .extend({ erasureId: uuidSchema, ...scavengeShape })
      .strict()
      .parse(params);
    const asking = askingAs(house, as, erasureCommands.confirmScavenge.roles);
    const command = { type: 'confirmScavenge' as const, data: { ...data, userId: as } };
    done(await house.people.give(erasure, { ...asking, id: erasureId, command }));
    await house.upToDate();
    await house.privacy.settled();
    return shown(house, erasureId);
  },

  async 'privacy.status'(house: House, params: unknown) {
    const { erasureId } = z.strictObject({ erasureId: uuidSchema }).parse(params);
    return shown(house, erasureId);
  },

  async 'privacy.list'(house: House) {
    return { erasures: house.privacy.register.erasures(), holds: house.privacy.register.holds() };
  },

  async 'privacy.cases'(house: House, params: unknown) {
    const { subject } = z.strictObject({ subject: uuidSchema }).parse(params);
    return house.privacy.casesNaming([subject]);
  },

  async 'privacy.hold'(house: House, params: unknown) {
    const { as, ...data } = named.extend(holdCommands.placeHold.schema.shape).strict().parse(params);
    const asking = askingAs(house, as, holdCommands.placeHold.roles);
    return {
      holdId: done(await house.people.give(hold, { ...asking, command: { type: 'placeHold', data } })),
    };
  },

  async 'privacy.lift'(house: House, params: unknown) {
    const { as, holdId } = named.extend({ holdId: uuidSchema }).strict().parse(params);
    const asking = askingAs(house, as, holdCommands.liftHold.roles);
    done(await house.people.give(hold, { ...asking, id: holdId, command: { type: 'liftHold', data: {} } }));
    return { holdId };
  },
} as const;

function shown({ privacy, address }: House, erasureId: string) {
  const found = privacy.register.erasure(erasureId);
  if (found === undefined)
    throw new OperationError(`there is no request to erase ${erasureId}: redress privacy list`);
  const waitsFor = privacy.waitsFor(found);
  return {
    ...found,
    meaning: meaningOf(found.stage, address),
    ...(waitsFor.length === 0 ? {} : { waitsFor }),
  };
}

/** Whoever may open the data folder is believed to be the person that they name; the log says how it came. */
function askingAs({ directory }: House, userId: string, allowed: readonly string[]): Asking {
  const user = directory.user(userId);
  if (user?.active !== true)
    throw new OperationError(`there is no active user ${userId}: redress token list`);
  const role: Role | undefined = user.roles.find(each => allowed.includes(each));
  if (role === undefined) {
    throw new OperationError(
      `this takes one of the roles ${allowed.join(', ')}; the user has ${user.roles.join(', ')}`,
    );
  }
  const commandId = uuidv7();
  return { actor: { id: userId, role, via: 'cli' }, commandId, keyed: false, correlationId: commandId };
}

function done(outcome: AggregateOutcome): string {
  if (outcome.outcome === 'accepted') return outcome.id;
  if (outcome.outcome !== 'rejected') throw new OperationError(`it was not done: ${outcome.outcome}`);
  throw new OperationError(`it was refused: ${outcome.reason} ${JSON.stringify(outcome.details)}`);
}
