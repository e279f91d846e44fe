import type { EventLog } from '../store/event-store.ts';
import { Directory } from './directory.ts';
import { type FollowedStreams, openFollowedStreams } from './followed-streams.ts';
import { MasterData } from './master-data.ts';

/** A directory that follows a log, and starts without reading the whole of it. */
export interface FollowingDirectory extends FollowedStreams {
  readonly directory: Directory;
}

/** Opens `directory.db`: which streams of users and teams there are, and the master data. */
export async function openDirectory(options: {
  readonly path: string;
  readonly log: EventLog;
}): Promise<FollowingDirectory> {
  const master = new MasterData();
  const directory = new Directory(master, options.log.logId);
  const streams = await openFollowedStreams({
    ...options,
    concerns: streamId => Directory.concerns(streamId),
    apply: events => directory.apply(events),
    rows: master,
    readsAgain: streamId => Directory.isHeld(streamId),
  });
  return { ...streams, directory };
}
