import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import type { Actor } from '../../domain/case/actor.ts';
import type { AnyCommand, AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { DEFAULT_DEFECT_CATEGORIES } from '../../domain/complaint/default-defect-categories.ts';
import type { StoredEvent } from '../../domain/log/envelope.ts';
import { CALENDAR_STREAM_ID, POLICY_STREAM_ID } from '../../domain/log/fixed-streams.ts';
import { defaultPolicy } from '../../domain/sla/default-policy.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { type CommandHandlerParts, createCommandHandler } from '../../src/engine/command-handler.ts';
import type { CommandOutcome, CommandRequest } from '../../src/engine/command-request.ts';
import { createPolicyBook } from '../../src/engine/policy-book.ts';
import { createMemoryKeyStore } from '../../src/privacy/memory-key-store.ts';
import { createSealer } from '../../src/privacy/sealer.ts';
import type { EventStore } from '../../src/store/event-store.ts';
import { memoryStore } from '../../src/store/memory-store.ts';
import { parcel } from './parcel-lifecycle.ts';

/** A Monday, 10:00 in Shanghai. */
export const MONDAY = Date.parse('2026-03-02T10:00:00+08:00');
export const HOUR_MS = 3_600_000;

export const QA_HEAD = uuidv4();
export const TEAM_LEAD = uuidv4();

const directory: CommandHandlerParts['directory'] = {
  customerGrade: () => undefined,
  teamLead: () => TEAM_LEAD,
  teamsOf: () => [],
  departmentHead: () => undefined,
  onDuty: () => [],
  isAway: () => false,
  standIn: userId => userId,
  usersWithRole: role =>
    role === 'qaHead' ? [{ userId: QA_HEAD, active: true, roles: ['qaHead'], qualifications: [] }] : [],
  user: userId => ({ userId, active: true, roles: ['agent'], qualifications: [] }),
  team: teamId => ({ teamId, name: 'Service', department: 'service', retired: false }),
  departmentOf: () => undefined,
  supplierOf: () => undefined,
  defectCategories: () => ({ version: 1, categories: DEFAULT_DEFECT_CATEGORIES }),
  keeps: () => false,
  isStaffed: () => true,
  party: () => undefined,
  customer: () => undefined,
  product: () => undefined,
};

export function agent(more: Partial<Actor> = {}): Actor {
  return { id: uuidv4(), role: 'agent', roles: ['agent'], via: 'http', qualifications: [], ...more };
}

/** The first event of a stream of the house's own; `data` as its schema gave it out. */
export function published(streamId: string, type: string, data: object): StoredEvent {
  const id = uuidv4();
  return {
    eventId: uuidv7(),
    streamId,
    revision: 0,
    type,
    schemaVersion: 1,
    data: JSON.parse(JSON.stringify(data)),
    sealed: [],
    metadata: {
      occurredAt: 0,
      decidedAt: 0,
      recordedAt: 0,
      actor: { id, role: 'system', via: 'cli' },
      commandId: id,
      correlationId: id,
      deciderVersion: 1,
    },
  };
}

export function policyBook() {
  const book = createPolicyBook();
  book.apply(published(POLICY_STREAM_ID, 'PolicyPublished', { policy: defaultPolicy() }));
  book.apply(published(CALENDAR_STREAM_ID, 'CalendarPublished', { calendar: chinaCalendar() }));
  return book;
}

export interface TestClock {
  at: number;
  now(): number;
}
export function testClock(at = MONDAY): TestClock {
  return {
    at,
    now() {
      return this.at;
    },
  };
}

/** A house with one lifecycle, in memory; `nodes` of it can share a store and keys. */
export function house(
  options: {
    clock?: TestClock;
    store?: EventStore;
    keys?: ReturnType<typeof createMemoryKeyStore>;
    parts?: Partial<CommandHandlerParts>;
  } = {},
) {
  const clock = options.clock ?? testClock();
  const store = options.store ?? memoryStore({ clock });
  const keys = options.keys ?? createMemoryKeyStore();
  const sealer = createSealer(keys);
  const policies = policyBook();
  const warnings: object[] = [];
  const handler = createCommandHandler({
    store,
    sealer,
    directory,
    policies,
    clock,
    lifecycles: [parcel],
    log: { warn: (about: object) => warnings.push(about) },
    ...options.parts,
  });
  const send = (
    command: AnyCommand,
    more: Partial<CommandRequest> & { lifecycle?: AnyLifecycle } = {},
  ): Promise<CommandOutcome> =>
    handler.handle({
      lifecycle: parcel,
      command,
      actor: agent(),
      commandId: uuidv4(),
      keyed: false,
      correlationId: uuidv4(),
      ...more,
    });
  const open = async (data: AnyCommand['data'] = {}, more: Partial<CommandRequest> = {}): Promise<string> => {
    const outcome = await send({ type: 'open', data: { label: 'A1', ...data } }, more);
    if (outcome.outcome !== 'accepted') throw new Error(`not opened: ${JSON.stringify(outcome)}`);
    return outcome.caseId;
  };
  const stream = (caseId: string) => store.readStream(`parcel-${caseId}`);
  return { clock, store, keys, sealer, policies, handler, send, open, stream, warnings };
}
