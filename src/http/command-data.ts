import type { z } from 'zod';
import type { AnyCommand, AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { partyCommands } from '../../domain/party/party.ts';
import { isInstantField, parseInstant } from './instants.ts';
import { ProblemError } from './problems.ts';
import { wireSchema } from './wire-schema.ts';

/** A person given with an opening command, for whom a party is registered first. */
export const inlineContactSchema = wireSchema(partyCommands.registerParty.schema.omit({ kind: true }));
export type InlineContact = Omit<z.infer<typeof partyCommands.registerParty.schema>, 'kind'>;

/** What a client sends for a command: the domain's fields, and where one that opens names a contact also a new one. */
export function commandBody(
  lifecycle: AnyLifecycle,
  commandType: string,
  route: 'opening' | 'acting',
): z.ZodObject {
  const definition = lifecycle.commands[commandType];
  if (definition === undefined) throw new TypeError(`${lifecycle.name} has no command ${commandType}`);
  const body = wireSchema(definition.schema);
  return route === 'opening' && 'contactId' in definition.schema.shape
    ? body.extend({ contact: inlineContactSchema.optional() })
    : body;
}

export interface ReadCommand {
  readonly command: AnyCommand;
  /** To be registered before the command, whose `contactId` is then the party's. */
  readonly contact?: InlineContact;
}

/** A body that has passed `commandBody`, as the engine takes it. @throws ProblemError */
export function readCommand(type: string, body: unknown): ReadCommand {
  // It came out of `commandBody`: the domain's own fields, and `contact`, which is taken out here.
  const { contact, ...data } = body as AnyCommand['data'] & { readonly contact?: InlineContact };
  const command: AnyCommand = { type, data: type === 'correctDetails' ? correctedInstant(data) : data };
  if (contact === undefined) return { command };
  if (data['contactId'] !== undefined) {
    throw new ProblemError('invalidFields', {
      errors: [{ path: '/contact', message: 'must not be given together with contactId: one of the two' }],
    });
  }
  return { command, contact };
}

/** The one field whose type depends on another field's value: an instant is a text here too. */
function correctedInstant(data: AnyCommand['data']): AnyCommand['data'] {
  const { field, to } = data;
  if (typeof field !== 'string' || !isInstantField(field)) return data;
  const at = typeof to === 'string' ? parseInstant(to) : undefined;
  if (at !== undefined) return { ...data, to: at };
  throw new ProblemError('invalidFields', {
    errors: [
      { path: '/to', message: 'must be a date and time with an offset, as 2026-03-01T09:30:00+08:00' },
    ],
  });
}
