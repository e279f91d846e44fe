import type { z } from 'zod';

/** The schemas of a lifecycle's events, by type. A new shape gets a new `schemaVersion` and an upcaster. */
export interface EventDefinition {
  readonly schemaVersion: number;
  readonly schema: z.ZodObject;
}
export type EventDefinitions = Readonly<Record<string, EventDefinition>>;

/** An event as decided: its personal values still readable, its place in the log not yet known. */
export type EventOf<D extends EventDefinitions> = {
  [K in keyof D & string]: {
    readonly type: K;
    readonly data: z.infer<D[K]['schema']>;
    /** When the fact happened. */
    readonly occurredAt: number;
  };
}[keyof D & string];

/** An event as it is folded: with its revision and the decision it belongs to; personal values are `[sealed]`. */
export type Folded<E> = E & {
  readonly revision: number;
  readonly commandId: string;
  readonly actorId: string;
  readonly decidedAt: number;
};

/** A command's schema, who may give it, and a line about it for the reference. */
export interface CommandDefinition {
  readonly schema: z.ZodObject;
  readonly roles: readonly string[];
  /** One sentence for the API reference and the command line. */
  readonly summary: string;
}
export type CommandDefinitions = Readonly<Record<string, CommandDefinition>>;

export type CommandOf<D extends CommandDefinitions> = {
  [K in keyof D & string]: { readonly type: K; readonly data: z.infer<D[K]['schema']> };
}[keyof D & string];
