import type { EventLog } from '../store/event-store.ts';
import { Directory } from './directory.ts';
import { type FollowedStreams, openFollowedStreams } from './followed-streams.ts';

/** A directory that follows a log, and starts without reading the whole of it. */
export interface FollowingDirectory extends FollowedStreams {
  readonly directory: Directory;
}

/** Opens `directory.db`: which streams of users and teams there are. */
export async function openDirectory(options: {
  readonly path: string;
  readonly log: EventLog;
}): Promise<FollowingDirectory> {
  const directory = new Directory();
  const streams = await openFollowedStreams({
    ...options,
    concerns: streamId => Directory.concerns(streamId),
    apply: events => directory.apply(events),
  });
  return { ...streams, directory };
}
