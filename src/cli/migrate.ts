import { Command } from 'commander';
import { systemClock } from '../clock.ts';
import { readLogAddress } from '../migrate/log-address.ts';
import type { MigrationProgress } from '../migrate/migrate.ts';
import { progressLine } from './progress-line.ts';
import { reported } from './reported.ts';

interface MigrateOptions {
  readonly from: string;
  readonly to: string;
  readonly again: boolean;
  readonly json: boolean;
}

const LINE_EVERY_MS = 10_000;

/** `redress migrate`. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('Move the log from the embedded store to EventStoreDB, or back')
    .requiredOption('--from <log>', 'sqlite:<data folder>, or esdb://…')
    .requiredOption('--to <log>', 'the other kind: empty, or what an earlier call has copied so far')
    .option('--again', 'the log was moved before, and what it was moved to is lost for good', false)
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      `
Stop the service, or every node, first. Each event keeps its id, its times and its place among all; the two logs have
the same number of events and the same Merkle root, which is checked. Into EventStoreDB one append goes after the other,
as only that keeps the order: about a thousand a second. Cut off at any point, the same call goes on where it was.
The keys go along: the master key is read from REDRESS_MASTER_KEY_FILE, or from master.key in the data folder.
At the end the source is closed, and positions that it gave out are refused by name.`,
    )
    .action((options: MigrateOptions) => reported(() => move(options)));
}

async function move({ from, to, again, json }: MigrateOptions): Promise<void> {
  const addresses = { from: readLogAddress(from), to: readLogAddress(to) };
  const progress = progressOf();
  if (addresses.to.home === 'eventstoredb') {
    process.stderr.write('One append goes after the other, to keep the order: about a thousand a second.\n');
  }
  const masterKeyFile = process.env['REDRESS_MASTER_KEY_FILE'] || undefined;
  const wanted = { ...addresses, again, masterKeyFile };
  // Loaded where it is used: EventStoreDB's client is half of what the program would load.
  const { migrate } = await import('../migrate/migrate.ts');
  const moved = await migrate(wanted, systemClock, told => progress.told(told));
  progress.clear();
  const { logId, events, root, copied, keys } = moved;
  process.stdout.write(
    json
      ? `${JSON.stringify(moved)}\n`
      : `The log ${logId} is in ${addresses.to.shown}: ${events.toLocaleString('en')} events, ${copied.toLocaleString('en')} of them copied now.\n` +
          `Counted and hashed in both: root ${root}\n` +
          `${keys.toLocaleString('en')} keys went along, wrapped by the master key, which every node needs as it is.\n` +
          `${addresses.from.shown} is closed. Views and hashes are made anew at the first start.\n`,
  );
}

/** On a terminal a line that is written over; elsewhere a line now and then. */
function progressOf(): { told(progress: MigrationProgress): void; clear(): void } {
  const line = progressLine();
  let doing: MigrationProgress['doing'] | undefined;
  let since = { at: performance.now(), events: 0 };
  let nextLineAt = since.at + LINE_EVERY_MS;
  return {
    told(progress) {
      const now = performance.now();
      if (progress.doing !== doing) {
        doing = progress.doing;
        since = { at: now, events: progress.events };
      }
      const seconds = (now - since.at) / 1_000;
      const perSecond = seconds > 1 ? `, ${Math.round((progress.events - since.events) / seconds)}/s` : '';
      const text = `${doing}: ${progress.events.toLocaleString('en')} events${perSecond}`;
      line.show(text);
      if (process.stderr.isTTY || now < nextLineAt) return;
      nextLineAt = now + LINE_EVERY_MS;
      process.stderr.write(`${text}\n`);
    },
    clear: () => line.clear(),
  };
}
