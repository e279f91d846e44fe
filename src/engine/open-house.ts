import { lifecycles } from '../../domain/lifecycles.ts';
import { rememberingWorkflows, workflows } from '../../workflows/index.ts';
import type { WallClock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Spans } from '../telemetry/spans.ts';
import { openViews, type Views } from '../views/views.ts';
import type { Alarm } from './alarm.ts';
import { type Engine, openEngine } from './engine.ts';
import type { EngineLog } from './engine-log.ts';

export type House = Engine<Views>;

/**
 * Opens the configured house, with all its lifecycles, workflows and views.
 * @throws DataFolderBusyError, LogFileError, KeyFileError, MasterKeyError, StoreUnavailableError
 */
export function openHouse(
  config: Config,
  parts: {
    readonly clock: WallClock;
    readonly log: EngineLog;
    readonly alarm?: Alarm;
    readonly spans?: Spans | undefined;
  },
): Promise<House> {
  return openEngine(config, { ...parts, lifecycles, workflows, rememberingWorkflows, openViews });
}
