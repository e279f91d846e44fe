import { z } from 'zod';
import { uuidSchema } from '../../domain/log/envelope.ts';
import {
  createAccessRecorder,
  type Look,
  type Looker,
  LookRefusedError,
  lookerNamed,
} from '../audit/access-recorder.ts';
import type { House } from '../engine/open-house.ts';
import type { JsonObject } from '../privacy/json-edit.ts';
import { OperationError } from './operation-error.ts';

const auditParams = z.looseObject({ as: uuidSchema, reason: z.string() });

export type AuditOperation<T> = (
  house: House,
  params: T,
  parts: {
    readonly look: Look;
    readonly who: Looker;
    readonly emit: (progress: unknown) => void;
    readonly signal: AbortSignal;
    readonly timeZone: string;
  },
) => Promise<unknown>;

/**
 * An operation by which somebody looks into the record: who and why are parameters, a session is opened for it and
 * the look recorded before it begins. A result that says `recorded` is what the log keeps of how it ended.
 */
export function auditOperation<S extends z.ZodObject>(
  action: string,
  schema: S,
  work: AuditOperation<z.infer<S>>,
) {
  return async (
    house: House,
    params: unknown,
    emit: (progress: unknown) => void,
    signal: AbortSignal,
    timeZone: string,
  ): Promise<unknown> => {
    const { as, reason, ...rest } = auditParams.parse(params);
    // What its schema gave out, of a type that the compiler cannot follow through `strict`.
    const own = schema.strict().parse(rest) as z.infer<S>;
    const recorder = createAccessRecorder(house.people.give);
    try {
      const who = lookerNamed(house.directory, as);
      const { sessionId } = await recorder.openSession(who, reason);
      const parameters = JSON.parse(JSON.stringify(own)) as JsonObject;
      const look = await recorder.look(who, sessionId, { action, parameters });
      try {
        return await work(house, own, { look, who, emit, signal, timeZone });
      } catch (error) {
        await look.ended('failed', {});
        throw error;
      } finally {
        await recorder.endSession(who, sessionId);
      }
    } catch (error) {
      if (error instanceof LookRefusedError) throw new OperationError(error.message);
      throw error;
    }
  };
}
