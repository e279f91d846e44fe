import type { EventDefinitions } from '../case/event-definition.ts';
import type { StoredEvent } from './envelope.ts';

/** Turns the data of one schema version into that of the next. Pure; a sealed value is carried as it is. */
type Upcaster = (data: StoredEvent['data']) => StoredEvent['data'];

/** By event type and by the version that it starts from: `{ ComplaintReceived: { 1: toVersionTwo } }`. */
export type Upcasters = Readonly<Record<string, Readonly<Record<number, Upcaster>>>>;

/** Version 2 seals `externalId`: what was written before it stays as it stands. */
const asItStands: Readonly<Record<number, Upcaster>> = { 1: data => data };

/** Every upcaster there is. A version that was ever written keeps its own here for ever. */
const upcasters: Upcasters = {
  MessageRecorded: asItStands,
  ComplaintAcknowledged: asItStands,
  ComplaintPreliminarilyReplied: asItStands,
  ComplaintDecisionCommunicated: asItStands,
  AfterSalesAnswered: asItStands,
  AfterSalesResolvedRemotely: asItStands,
  TechnicalLiaisonAnswered: asItStands,
  TechnicalLiaisonReplied: asItStands,
};

export type Upcast =
  | { readonly outcome: 'current'; readonly data: StoredEvent['data'] }
  /** A type or version of a newer release: a view skips it, and its stream is not decided on. */
  | { readonly outcome: 'unknown' };

/**
 * The data of a stored event in the shape of today. Sealed blocks are opened before, never after: they are bound
 * to the version that was written.
 * @throws Error when an upcaster is missing between a version once written and today's (a bug of the release)
 */
export function upcast(
  event: Pick<StoredEvent, 'type' | 'schemaVersion' | 'data'>,
  definitions: EventDefinitions,
  steps: Upcasters = upcasters,
): Upcast {
  const definition = Object.hasOwn(definitions, event.type) ? definitions[event.type] : undefined;
  if (definition === undefined || event.schemaVersion > definition.schemaVersion)
    return { outcome: 'unknown' };
  let { data } = event;
  for (let version = event.schemaVersion; version < definition.schemaVersion; version++) {
    const step = steps[event.type]?.[version];
    if (step === undefined) throw new Error(`no upcaster for ${event.type} from version ${version}`);
    data = step(data);
  }
  return { outcome: 'current', data };
}
