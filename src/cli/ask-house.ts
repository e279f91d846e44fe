import { systemClock } from '../clock.ts';
import { type Config, loadConfig } from '../config.ts';
import { callLocalSocket, LocalCallError } from '../store/local-call.ts';
import { cliLog } from './cli-log.ts';
import type { OperationName } from './operations.ts';
import { untilInterrupted } from './until-interrupted.ts';

/** Has an operation done by the service that runs on the data folder, or, where none runs, in this process. */
export async function askHouse(
  operation: OperationName,
  params: unknown,
  onProgress: (progress: unknown) => void = () => {},
): Promise<unknown> {
  const config = loadConfig(process.env);
  try {
    return await untilInterrupted(signal =>
      callLocalSocket(config.dataFolder, operation, params, { onProgress, signal }),
    );
  } catch (error) {
    if (!(error instanceof LocalCallError) || error.reason !== 'nobodyListens') throw error;
  }
  return doAlone(config, operation, params, onProgress);
}

async function doAlone(
  config: Config,
  operation: OperationName,
  params: unknown,
  onProgress: (progress: unknown) => void,
): Promise<unknown> {
  // Loaded where no service does it: the whole of the house.
  const { openHouse } = await import('../engine/open-house.ts');
  const { operationNamed } = await import('./operations.ts');
  const house = await openHouse(config, { clock: systemClock, log: cliLog() });
  try {
    return await untilInterrupted(signal =>
      operationNamed(operation)(house, params, onProgress, signal, config.timeZone),
    );
  } finally {
    await house.close();
  }
}
