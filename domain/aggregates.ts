import { access } from './access/access.ts';
import type { Decision } from './case/decision.ts';
import type { CommandDefinitions, EventDefinitions, EventOf } from './case/event-definition.ts';
import type { AnyCommand, AnyEvent } from './case/lifecycle.ts';
import { calendars } from './house/calendars.ts';
import { deadlineRuns } from './house/deadline-runs.ts';
import { policies } from './house/policies.ts';
import type { Aggregate, DeciderChange } from './log/aggregate.ts';
import { customer } from './master-data/customer.ts';
import { defectCategories } from './master-data/defect-categories.ts';
import { department } from './master-data/department.ts';
import { product } from './master-data/product.ts';
import { supplier } from './master-data/supplier.ts';
import { node } from './node/node.ts';
import { notification } from './notification/notification.ts';
import { party } from './party/party.ts';
import { erasure } from './privacy/erasure.ts';
import { hold } from './privacy/hold.ts';
import { team } from './team/team.ts';
import { user } from './user/user.ts';

/** An aggregate whose own types are no longer visible. Commands and events are parsed by its schemas first. */
export interface AnyAggregate {
  readonly category: string;
  readonly deciderVersion: number;
  readonly deciderChanges?: readonly DeciderChange[];
  readonly commands: CommandDefinitions;
  readonly events: EventDefinitions;
  readonly initial: unknown;
  readonly maxEvents: number;
  readonly endings: readonly string[];
  decide(command: AnyCommand, state: unknown, now: number): Decision<AnyEvent>;
  evolve(state: unknown, event: EventOf<EventDefinitions>): unknown;
}

/** Forgets an aggregate's own types; sound because whoever uses it parses by `commands` and `events` first. */
function registered<S, C extends CommandDefinitions, E extends EventDefinitions>(
  aggregate: Aggregate<S, C, E>,
): AnyAggregate {
  return aggregate as unknown as AnyAggregate;
}

/** Every kind of stream that takes commands and is no case: rechecks and the samples of the log's format go by it. */
export const aggregates: readonly AnyAggregate[] = [
  registered(user),
  registered(team),
  registered(party),
  registered(access),
  registered(erasure),
  registered(hold),
  registered(customer),
  registered(product),
  registered(supplier),
  registered(department),
  registered(defectCategories),
  registered(calendars),
  registered(policies),
  registered(deadlineRuns),
  registered(notification),
  registered(node),
];
