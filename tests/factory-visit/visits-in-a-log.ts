import { registered } from '../../domain/case/lifecycle.ts';
import { factoryVisit } from '../../domain/factory-visit/factory-visit.ts';
import { pendingTimers } from '../../domain/sla/timers.ts';
import type { Projection, RowAccess } from '../../projections/projection.ts';
import type { Row, Table } from '../../projections/table.ts';
import { local, marketing, system } from '../given-when-then.ts';
import { World } from '../workflows/world.ts';
import { application, director, host, hosts, proposal, proposer } from './visit.ts';

/** Several visits in one log, and what projections make of it. */
export class Visits {
  readonly world = new World([registered(factoryVisit)]);

  give(type: string, data: object, by: typeof host, now: string, caseId?: string): string {
    const plain = JSON.parse(JSON.stringify(data));
    return this.world.give('factory-visit', { type, data: plain }, by, now, caseId);
  }

  /** A visit of one day that was approved and has its hosts. */
  hostedOn(date: string, now: string, contactId: string | undefined = application.contactId): string {
    const { contactId: _own, ...rest } = application;
    const wished = { wishedFrom: date, wishedTo: date, ...(contactId === undefined ? {} : { contactId }) };
    const caseId = this.give('apply', { ...rest, ...wished }, marketing, now);
    this.give('assess', { ...proposal, plannedFrom: date, plannedTo: date }, proposer, now, caseId);
    this.give('approve', {}, director, now, caseId);
    this.give('assignHosts', hosts, proposer, now, caseId);
    return caseId;
  }

  heldOn(date: string, now: string, contactId?: string): string {
    const caseId = this.hostedOn(date, now, contactId);
    this.give('complete', { heldFrom: date, heldTo: date }, host, `${date} 17:00`, caseId);
    return caseId;
  }

  /** A timer of a visit fires at its instant. */
  fire(kind: string, name: string, caseId: string): void {
    const timer = pendingTimers(this.world.state(caseId)).find(t => t.kind === kind && t.name === name);
    if (timer === undefined) throw new Error(`no ${kind} of ${name} is pending`);
    this.give('fireTimer', timer, system, local(timer.at), caseId);
  }

  /** The rows of a table after the whole log, derived after every so many events. */
  rowsOf<S extends Row, R extends Row>(projection: Projection<S>, table: Table<R>, every = 1): readonly R[] {
    const shown = new Map<string, R>();
    const rows: RowAccess = {
      get: () => undefined,
      put: (into, row) => void shown.set(into.keyOf(row), row as object as R),
      delete: (_from, key) => void shown.delete(key),
      change: () => {
        throw new Error('these projections count nothing');
      },
    };
    const sources = new Map<string, S | undefined>();
    const derived = new Map<string, S | undefined>();
    for (const [index, event] of this.world.log.entries()) {
      const { streamId, type, revision } = event;
      if (revision === 0 || projection.types.has(type)) {
        sources.set(streamId, projection.fold(sources.get(streamId), event));
      }
      if (index % every !== 0 && index < this.world.log.length - 1) continue;
      for (const [key, source] of sources) {
        projection.derive(derived.get(key), source, rows);
        derived.set(key, source);
      }
    }
    if (projection.tables.length !== 1 || projection.tables[0]?.name !== table.name)
      throw new Error('not its table');
    return [...shown.values()];
  }
}
