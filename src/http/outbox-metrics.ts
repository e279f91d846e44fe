import { Counter, Gauge, type Registry } from 'prom-client';
import type { HttpEngine } from './engine-port.ts';

/** What leaves the house. On every node the same, but for what this one sent. */
export function addOutboxMetrics(
  registry: Registry,
  { views, notifications, clock }: Pick<HttpEngine, 'views' | 'notifications' | 'clock'>,
): void {
  const registers = [registry];
  new Gauge({
    name: 'redress_outbox_messages',
    help: 'Notifications by state: waiting, sending, sent, givenUp',
    labelNames: ['state'],
    registers,
    collect() {
      const { oldestQueuedAt: _age, ...counts } = views.notificationCounts();
      for (const [state, messages] of Object.entries(counts)) this.set({ state }, messages);
    },
  });
  new Gauge({
    name: 'redress_outbox_oldest_age_seconds',
    help: 'How long the oldest notification that is not at its end waits; 0 when none does',
    registers,
    collect() {
      const { oldestQueuedAt } = views.notificationCounts();
      this.set(oldestQueuedAt === undefined ? 0 : Math.max(0, clock.now() - oldestQueuedAt) / 1_000);
    },
  });
  new Counter({
    name: 'redress_outbox_deliveries_total',
    help: 'Attempts of this node to hand a notification over, by outcome: taken, failed',
    labelNames: ['outcome'],
    registers,
    collect() {
      const { sent = 0, failed = 0 } = notifications.status() ?? {};
      this.reset();
      this.inc({ outcome: 'taken' }, sent);
      this.inc({ outcome: 'failed' }, failed);
    },
  });
}
