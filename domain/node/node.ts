import { z } from 'zod';
import { accept, type Decision, reject } from '../case/decision.ts';
import type { CommandOf, EventOf } from '../case/event-definition.ts';
import type { Aggregate } from '../log/aggregate.ts';
import { unreachable } from '../unreachable.ts';

/** A fingerprint, 32 hex digits: tells a secret from others, and says nothing of it. */
const settings = {
  /** Of the secrets that sign notifications; none where it sends none. */
  notifySecrets: z.array(z.string().regex(/^[0-9a-f]{32}$/)).max(16),
};

export const nodeEvents = {
  /** It works on this log from now on: it takes its share, and keeps views of its own. */
  NodeRegistered: { schemaVersion: 1, schema: z.object({}) },
  /** What has to be the same on every node, as it is on this one from now on. */
  NodeConfigured: { schemaVersion: 1, schema: z.object(settings) },
  /** It is gone for good, and its disk with it: nobody waits for it. */
  NodeRetired: { schemaVersion: 1, schema: z.object({}) },
} as const;
type NodeEvent = EventOf<typeof nodeEvents>;

export const nodeCommands = {
  registerNode: { summary: 'Begin to work on this log', roles: ['system'], schema: z.strictObject({}) },
  configureNode: {
    summary: 'Say what has to be the same on every node',
    roles: ['system'],
    schema: z.strictObject(settings),
  },
  retireNode: {
    summary: 'Say that a node is gone for good, and its data folder destroyed',
    roles: ['system', 'admin'],
    schema: z.strictObject({}),
  },
} as const;
type NodeCommand = CommandOf<typeof nodeCommands>;

export interface NodeState {
  readonly status: 'none' | 'working' | 'retired';
  readonly registeredAt: number;
  readonly notifySecrets: readonly string[];
}

/** In whatever order. */
export function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.toSorted().join() === others.toSorted().join();
}

/** Rejects with `noSuchNode`. One that comes back after it was retired is registered again. */
function decide(command: NodeCommand, node: NodeState, now: number): Decision<NodeEvent> {
  switch (command.type) {
    case 'registerNode':
      if (node.status === 'working') return accept();
      return accept({ type: 'NodeRegistered', data: {}, occurredAt: now });
    case 'configureNode':
      if (node.status !== 'working') return reject('noSuchNode');
      if (isSame(node.notifySecrets, command.data.notifySecrets)) return accept();
      return accept({ type: 'NodeConfigured', data: command.data, occurredAt: now });
    case 'retireNode':
      if (node.status === 'none') return reject('noSuchNode');
      if (node.status === 'retired') return accept();
      return accept({ type: 'NodeRetired', data: {}, occurredAt: now });
    default:
      return unreachable(command);
  }
}

function evolve(node: NodeState, event: NodeEvent): NodeState {
  switch (event.type) {
    case 'NodeRegistered':
      return { ...node, status: 'working', registeredAt: event.occurredAt };
    case 'NodeConfigured':
      return { ...node, ...event.data };
    case 'NodeRetired':
      return { ...node, status: 'retired' };
    default:
      return unreachable(event);
  }
}

/** One process of several that work on one log, by the id that its data folder keeps. */
export const node: Aggregate<NodeState, typeof nodeCommands, typeof nodeEvents> = {
  category: 'node',
  deciderVersion: 1,
  commands: nodeCommands,
  events: nodeEvents,
  initial: { status: 'none', registeredAt: 0, notifySecrets: [] },
  maxEvents: 1_000,
  endings: ['retireNode'],
  decide,
  evolve,
};
