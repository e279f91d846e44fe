import { Counter, Gauge, type Registry } from 'prom-client';
import type { EngineFigures } from '../engine/engine-figures.ts';
import type { HttpEngine } from './engine-port.ts';

/**
 * The engine's own figures. They are read once a scrape, just before it (`refresh`): what is counted elsewhere is
 * copied, and nothing is added to the way of a command.
 */
export function addEngineMetrics(
  registry: Registry,
  engine: Pick<HttpEngine, 'figures' | 'ready'>,
): { refresh(): Promise<void> } {
  const registers = [registry];
  const gauge = <L extends string = never>(name: string, help: string, labelNames: L[] = []) =>
    new Gauge({ name, help, labelNames, registers });
  const counter = <L extends string = never>(name: string, help: string, labelNames: L[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const ready = gauge('redress_ready', '1 while /health/ready says 200');
  const appends = counter('redress_store_appends_total', 'Appends that the log was asked for, by outcome', [
    'outcome',
  ]);
  const events = counter('redress_store_events_total', 'Events that were appended');
  const seconds = counter(
    'redress_store_append_seconds_total',
    'How long appends were waited for, all together',
  );
  const logEvents = gauge('redress_log_events', 'Events in the log; about, on EventStoreDB');
  const fired = counter('redress_timers_fired_total', 'Timers that this process fired');
  const due = gauge('redress_timers_due', 'Timers whose instant is past, 1000 at most');
  const late = gauge('redress_timers_late', 'Timers that have been due for more than a minute, 1000 at most');
  const oldest = gauge('redress_timer_oldest_due_seconds', 'How long the oldest due timer has been due');
  const blocked = gauge(
    'redress_timekeeper_blocked',
    '1 while no timer is fired, as the view cannot be relied on',
  );
  const behind = gauge(
    'redress_workflow_behind_events',
    'Events of the log that a workflow has not seen yet',
    ['workflow'],
  );
  const faulted = gauge('redress_workflow_faulted', '1 for a workflow that stopped at an event', [
    'workflow',
  ]);

  /** A counter of ours goes up only; the registry's is brought to it. */
  const counted = new Map<string, number>();
  const bring = (name: string, value: number, add: (by: number) => void): void => {
    add(value - (counted.get(name) ?? 0));
    counted.set(name, value);
  };
  const take = ({ store, logEvents: inLog, timers, workflows }: EngineFigures): void => {
    bring('appended', store.appended, by => appends.inc({ outcome: 'appended' }, by));
    bring('conflict', store.conflicts, by => appends.inc({ outcome: 'conflict' }, by));
    bring('failed', store.failed, by => appends.inc({ outcome: 'failed' }, by));
    bring('events', store.events, by => events.inc(by));
    bring('seconds', store.seconds, by => seconds.inc(by));
    bring('fired', timers.fired, by => fired.inc(by));
    logEvents.set(inLog);
    due.set(timers.due);
    late.set(timers.late);
    oldest.set(timers.oldestDueSeconds);
    blocked.set(timers.blocked ? 1 : 0);
    for (const { workflow, behindEvents, faulted: isFaulted } of workflows) {
      behind.set({ workflow }, behindEvents);
      faulted.set({ workflow }, isFaulted ? 1 : 0);
    }
  };
  return {
    async refresh() {
      ready.set((await engine.ready()).ready ? 1 : 0);
      // While the log cannot be read the figures stay as they were: redress_ready says that they are not of now.
      await engine.figures().then(take, () => undefined);
    },
  };
}
