import type { Config } from '../config.ts';

/** Why the service cannot listen where it is told to, with the setting to change. */
export function addressTrouble(error: unknown, { host, port }: Pick<Config, 'host' | 'port'>): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const why =
    code === 'EADDRINUSE'
      ? `port ${port} is taken by another program: set REDRESS_PORT to a free one, or to 0`
      : code === 'EACCES'
        ? `port ${port} may not be listened at: set REDRESS_PORT to one above 1023`
        : code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND'
          ? `${host} is no address of this machine: set REDRESS_HOST to one that is`
          : undefined;
  return why === undefined ? error : new Error(why, { cause: error });
}
