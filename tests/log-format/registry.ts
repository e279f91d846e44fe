import type { z } from 'zod';
import { afterSales } from '../../domain/after-sales/after-sales.ts';
import { aggregates } from '../../domain/aggregates.ts';
import type { CommandDefinitions, EventDefinitions } from '../../domain/case/event-definition.ts';
import { lifecycles } from '../../domain/lifecycles.ts';
import { houseEvents } from '../../domain/log/house-events.ts';
import { policyEvents } from '../../domain/sla/policy.ts';

/** Where events of a kind come from: a lifecycle, an aggregate, or the house itself, which takes no commands. */
interface Source {
  readonly category: string;
  readonly events: EventDefinitions;
  readonly commands: CommandDefinitions;
}

/** Every event type that this release writes, with a category that it is written in. */
export interface EventType {
  readonly category: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly schema: z.ZodObject;
  /** A command of the same source, to be journalled with it. */
  readonly command?: { readonly type: string; readonly schema: z.ZodObject };
}

const HOUSE: Readonly<Record<keyof typeof houseEvents | keyof typeof policyEvents, string>> = {
  LogCreated: 'log',
  MasterKeyNamed: 'log',
  LogMoved: 'log',
  CalendarPublished: 'calendar',
  DefectCategoriesPublished: 'defectCategory',
  CheckpointSigned: 'checkpoint',
  CommandRejected: 'rejection',
  PolicyPublished: 'policy',
};

const sources: readonly Source[] = [
  ...lifecycles,
  afterSales,
  ...aggregates,
  ...Object.entries({ ...houseEvents, ...policyEvents }).map(([type, definition]) => ({
    category: HOUSE[type as keyof typeof HOUSE],
    events: { [type]: definition },
    commands: {},
  })),
];

/** Types that several lifecycles have are listed once, for the first. */
export function eventTypes(): readonly EventType[] {
  const types = new Map<string, EventType>();
  for (const { category, events, commands } of sources) {
    const journalled = Object.entries(commands);
    Object.entries(events).forEach(([type, { schemaVersion, schema }], index) => {
      const [name, command] = journalled[index % Math.max(1, journalled.length)] ?? [];
      const known = types.get(type);
      if (known !== undefined && known.schema !== schema && known.category !== category) {
        throw new Error(`${type} is another thing in ${category} than in ${known.category}`);
      }
      if (known !== undefined) return;
      const journal =
        name === undefined || command === undefined
          ? {}
          : { command: { type: name, schema: command.schema } };
      types.set(type, { category, type, schemaVersion, schema, ...journal });
    });
  }
  return [...types.values()];
}
