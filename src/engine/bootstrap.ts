import { v5 as uuidv5, v7 as uuidv7 } from 'uuid';
import { DEFAULT_DEFECT_CATEGORIES } from '../../domain/complaint/default-defect-categories.ts';
import { type StoredEvent, uuidOf } from '../../domain/log/envelope.ts';
import {
  CALENDAR_STREAM_ID,
  DEFAULT_TEAM_ID,
  DEFECT_CATEGORIES_STREAM_ID,
  POLICY_STREAM_ID,
  SYSTEM_ACTOR_ID,
} from '../../domain/log/fixed-streams.ts';
import { houseEvents } from '../../domain/log/house-events.ts';
import { houseMetadata } from '../../domain/log/house-metadata.ts';
import { defectCategories } from '../../domain/master-data/defect-categories.ts';
import { defaultPolicy } from '../../domain/sla/default-policy.ts';
import { policyEvents } from '../../domain/sla/policy.ts';
import { team } from '../../domain/team/team.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import type { WallClock } from '../clock.ts';
import type { GiveCommand } from '../directory/aggregate-writer.ts';
import type { EventStore } from '../store/event-store.ts';
import { patientAppend } from './patient-append.ts';

/**
 * Writes what a house cannot be without, at first start: policy, calendar and defect categories, and one team that
 * owns what names no other. Each goes into a stream with a fixed id, where there is nothing yet, so that two nodes
 * that start first make one, and a start that was cut off is finished by the next.
 * @throws StoreUnavailableError
 */
export async function bootstrap(parts: {
  readonly store: EventStore;
  readonly clock: WallClock;
  readonly give: GiveCommand;
}): Promise<void> {
  const { store, clock, give } = parts;

  const publish = async (
    streamId: string,
    type: string,
    schemaVersion: number,
    data: () => object,
  ): Promise<void> => {
    if ((await store.readStream(streamId)).length > 0) return;
    const now = clock.now();
    const commandId = uuidv5(streamId, store.logId);
    // Another node that was quicker has written the same: its conflict is no failure.
    await patientAppend(store, streamId, -1, [
      {
        eventId: uuidv7(),
        type,
        schemaVersion,
        // What a schema of plain JSON gave out.
        data: data() as StoredEvent['data'],
        sealed: [],
        metadata: houseMetadata(commandId, now),
      },
    ]);
  };

  const { PolicyPublished } = policyEvents;
  await publish(POLICY_STREAM_ID, 'PolicyPublished', PolicyPublished.schemaVersion, () =>
    PolicyPublished.schema.parse({ policy: defaultPolicy() }),
  );

  const { CalendarPublished } = houseEvents;
  await publish(CALENDAR_STREAM_ID, 'CalendarPublished', CalendarPublished.schemaVersion, () =>
    CalendarPublished.schema.parse({ calendar: chinaCalendar() }),
  );

  const listId = uuidv5(DEFECT_CATEGORIES_STREAM_ID, store.logId);
  await give(defectCategories, {
    actor: { id: SYSTEM_ACTOR_ID, role: 'system', via: 'cli' },
    commandId: listId,
    keyed: false,
    correlationId: listId,
    id: uuidOf(DEFECT_CATEGORIES_STREAM_ID),
    command: {
      type: 'publishDefectCategories',
      data: { basedOn: 0, categories: [...DEFAULT_DEFECT_CATEGORIES] },
    },
  });

  const commandId = uuidv5(`team-${DEFAULT_TEAM_ID}`, store.logId);
  await give(team, {
    actor: { id: SYSTEM_ACTOR_ID, role: 'system', via: 'cli' },
    commandId,
    keyed: false,
    correlationId: commandId,
    id: DEFAULT_TEAM_ID,
    command: { type: 'registerTeam', data: { name: '客户服务 Customer service', department: 'marketing' } },
  });
}
