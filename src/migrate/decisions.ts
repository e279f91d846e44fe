import { z } from 'zod';
import type { Position } from '../../domain/log/envelope.ts';
import { isLeafStream } from '../audit/leaf.ts';
import { MAX_APPEND_BYTES } from '../store/event-store.ts';
import type { BodyReader, StoredBody } from '../store/stored-bodies.ts';
import { patiently } from './patience.ts';

const PAGE_EVENTS = 1_000;

/** All events after a position that the tree over the log counts, in log order. */
export async function* leavesAfter(log: BodyReader, after: Position): AsyncGenerator<StoredBody> {
  for (let position = after; ; ) {
    const page = await patiently(() => log.after(position, PAGE_EVENTS));
    const last = page.at(-1);
    if (last === undefined) return;
    for (const event of page) if (isLeafStream(event.streamId)) yield event;
    position = last.position;
  }
}

const commanded = z.object({ metadata: z.object({ commandId: z.string(), command: z.json().optional() }) });

/** Events that were appended together: all of them are copied, or none. */
export type Decision = readonly [StoredBody, ...StoredBody[]];

/**
 * Groups events by the decision that they came of: neighbours in the log and in their stream, of one command, which
 * the first of them alone carries.
 */
export async function* decisionsOf(events: AsyncIterable<StoredBody>): AsyncGenerator<Decision> {
  let open: [StoredBody, ...StoredBody[]] | undefined;
  let commandId = '';
  let bytes = 0;
  for await (const event of events) {
    const { metadata } = commanded.parse(JSON.parse(event.body));
    const size = Buffer.byteLength(event.body);
    const before = open?.at(-1);
    const goesOn =
      before?.streamId === event.streamId &&
      before.revision + 1 === event.revision &&
      commandId === metadata.commandId &&
      metadata.command === undefined &&
      bytes + size <= MAX_APPEND_BYTES;
    if (open !== undefined && goesOn) {
      open.push(event);
      bytes += size;
      continue;
    }
    if (open !== undefined) yield open;
    open = [event];
    commandId = metadata.commandId;
    bytes = size;
  }
  if (open !== undefined) yield open;
}
