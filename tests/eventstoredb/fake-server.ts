import serverFeaturesGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import serverFeatures from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import status from '@eventstore/db-client/generated/status_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { BatchAppendReq, ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import grpc, { type ServerDuplexStream, type ServerWritableStream } from '@grpc/grpc-js';
import anyPb from 'google-protobuf/google/protobuf/any_pb.js';
import {
  type Appended,
  type ExpectedRevision,
  FakeLog,
  type KeptEvent,
  type ProposedEvent,
} from './fake-log.ts';
import type { Mischief } from './mischief.ts';

type ReadCall = ServerWritableStream<ReadReq, InstanceType<typeof streams.ReadResp>>;
type BatchCall = ServerDuplexStream<BatchAppendReq, InstanceType<typeof streams.BatchAppendResp>>;

export interface FakeServer {
  readonly port: number;
  readonly connectionString: string;
  readonly log: FakeLog;
  /** As a killed process: every connection ends in the middle of whatever was on its way. */
  kill(): Promise<void>;
  /** After `kill`, on the same port, with the same log. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A server of EventStoreDB's protocol, made on the client's own service definitions, that answers as a real one was
 * seen to (version 24.6), and misbehaves as a real one was seen to when `mischief` says so.
 */
export async function startFakeServer(
  options: { readonly mischief?: Mischief; readonly log?: FakeLog } = {},
): Promise<FakeServer> {
  const { mischief } = options;
  const log = options.log ?? new FakeLog();
  let server = await listening(log, mischief, 0);
  const { port } = server;
  return {
    port,
    connectionString: `esdb://127.0.0.1:${port}?tls=false`,
    log,
    async kill() {
      server.forceShutdown();
    },
    async restart() {
      server = await listening(log, mischief, port);
    },
    async close() {
      server.forceShutdown();
    },
  };
}

async function listening(log: FakeLog, mischief: Mischief | undefined, port: number) {
  const server = new grpc.Server({ 'grpc.max_receive_message_length': 20_000 * 1024 });
  server.addService(streamsGrpc.StreamsService, {
    read: (call: ReadCall) => read(call, log, mischief),
    batchAppend: (call: BatchCall) => batchAppend(call, log, mischief),
    append: unimplemented,
    delete: unimplemented,
    tombstone: unimplemented,
  });
  server.addService(serverFeaturesGrpc.ServerFeaturesService, {
    getSupportedMethods(_call: unknown, answer: (error: null, value: unknown) => void) {
      const method = new serverFeatures.SupportedMethod();
      method.setServiceName('event_store.client.streams.Streams');
      method.setMethodName('BatchAppend');
      const supported = new serverFeatures.SupportedMethods();
      supported.setEventStoreServerVersion('24.6.0');
      supported.setMethodsList([method]);
      answer(null, supported);
    },
  });
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error, given) =>
      error === null ? resolve(given) : reject(error),
    );
  });
  return { port: bound, forceShutdown: () => server.forceShutdown() };
}

function unimplemented(_call: unknown, answer: (error: { code: number; details: string }) => void): void {
  answer({ code: grpc.status.UNIMPLEMENTED, details: 'not part of this server' });
}

/** Appends come in pieces, many on one call; each is answered by its correlation id. */
function batchAppend(call: BatchCall, log: FakeLog, mischief: Mischief | undefined): void {
  const begun = new Map<string, { stream: string; expected: ExpectedRevision; events: ProposedEvent[] }>();
  let broken = false;
  call.on('error', () => {
    broken = true;
  });
  call.on('data', (request: BatchAppendReq) => {
    // What comes behind a break is nowhere.
    if (broken) return;
    const id = request.getCorrelationId()?.getString() ?? '';
    const options = request.getOptions();
    if (options !== undefined) {
      const stream = textOf(options.getStreamIdentifier()?.getStreamName_asU8());
      begun.set(id, { stream, expected: expectedOf(options), events: [] });
    }
    const append = begun.get(id);
    if (append === undefined) return;
    for (const message of request.getProposedMessagesList()) {
      append.events.push({
        id: message.getId()?.getString() ?? '',
        type: message.getMetadataMap().get('type') ?? '',
        contentType: message.getMetadataMap().get('content-type') ?? '',
        data: message.getData_asU8(),
        customMetadata: message.getCustomMetadata_asU8(),
      });
    }
    if (!request.getIsFinal()) return;
    begun.delete(id);
    const trick = mischief?.ofAppend() ?? 'none';
    if (trick === 'dropBefore') return drop(call);
    if (trick === 'notReady') return void call.write(notReady(id, append.stream));
    if (trick === 'notLeader') return notLeader(call);
    if (trick === 'deaf') {
      broken = true;
      return;
    }
    const answer = answerOf(id, append, log.append(append.stream, append.expected, append.events));
    if (mischief?.systemEvent() === true) log.appendSystemEvent();
    switch (trick) {
      case 'loseAnswer':
        return drop(call);
      case 'timeOut':
        return void call.write(timedOut(id, append.stream));
      case 'hang':
        return;
      case 'late':
        setTimeout(() => {
          if (!broken) call.write(answer);
        }, mischief?.delayMs() ?? 0);
        return;
      case 'none':
        call.write(answer);
    }
  });
  call.on('end', () => call.end());
}

/** The call ends as it does when the connection breaks. */
function drop(call: BatchCall | ReadCall): void {
  call.emit('error', { code: grpc.status.UNAVAILABLE, details: 'Connection dropped' });
}

function notLeader(call: BatchCall): void {
  const metadata = new grpc.Metadata();
  metadata.set('exception', 'not-leader');
  const [host = '127.0.0.1', port = '0'] = call.getHost().split(':');
  metadata.set('leader-endpoint-host', host);
  metadata.set('leader-endpoint-port', port);
  call.emit('error', { code: grpc.status.NOT_FOUND, details: 'Leader info available', metadata });
}

function expectedOf(options: NonNullable<ReturnType<BatchAppendReq['getOptions']>>): ExpectedRevision {
  if (options.hasStreamPosition()) return Number(options.getStreamPosition());
  if (options.hasNoStream()) return 'noStream';
  return options.hasStreamExists() ? 'streamExists' : 'any';
}

function answerOf(
  id: string,
  { stream, expected }: { readonly stream: string; readonly expected: ExpectedRevision },
  appended: Appended,
) {
  const answer = responseTo(id, stream);
  switch (appended.outcome) {
    case 'success': {
      const place = new shared.AllStreamPosition();
      place.setCommitPosition(String(appended.place));
      place.setPreparePosition(String(appended.place));
      const success = new streams.BatchAppendResp.Success();
      success.setCurrentRevision(String(appended.revision));
      success.setPosition(place);
      answer.setSuccess(success);
      return answer;
    }
    case 'wrongExpectedVersion': {
      const wrong = new shared.WrongExpectedVersion();
      if (appended.current >= 0) wrong.setCurrentStreamRevision(String(appended.current));
      if (typeof expected === 'number') wrong.setExpectedStreamPosition(String(expected));
      answer.setError(failure(6, 'WrongExpectedVersion', wrong));
      return answer;
    }
    case 'tooLarge': {
      const tooLarge = new shared.MaximumAppendSizeExceeded();
      tooLarge.setMaxappendsize(1_048_576);
      answer.setError(failure(3, 'MaximumAppendSizeExceeded', tooLarge));
      return answer;
    }
  }
}

function timedOut(id: string, stream: string) {
  const answer = responseTo(id, stream);
  answer.setError(failure(4, 'Timeout', new shared.Timeout()));
  return answer;
}

/** Of a kind that the client has no name for: it says "Could not recognize …". */
function notReady(id: string, stream: string) {
  const answer = responseTo(id, stream);
  answer.setError(failure(14, 'ServerIsNotReady', new shared.Unknown(), 'Server Is Not Ready'));
  return answer;
}

function responseTo(id: string, stream: string) {
  const answer = new streams.BatchAppendResp();
  const uuid = new shared.UUID();
  uuid.setString(id);
  answer.setCorrelationId(uuid);
  answer.setStreamIdentifier(identifierOf(stream));
  return answer;
}

function failure(code: number, type: string, details: { serializeBinary(): Uint8Array }, message = type) {
  const packed = new anyPb.Any();
  packed.pack(details.serializeBinary(), `event_store.client.${type}`);
  const error = new status.Status();
  error.setCode(code);
  error.setMessage(message);
  error.setDetails(packed);
  return error;
}

function read(call: ReadCall, log: FakeLog, mischief: Mischief | undefined): void {
  call.on('error', () => undefined);
  const options = call.request.getOptions();
  if (options === undefined) return void call.end();
  const trick = mischief?.ofRead() ?? 'none';
  if (trick === 'hangRead') return;
  const delayMs = trick === 'slowRead' ? (mischief?.delayMs() ?? 0) : 0;
  setTimeout(() => {
    if (trick === 'failRead') return drop(call);
    if (options.hasSubscription()) return subscribe(call, log, mischief);
    const found = options.hasStream() ? ofStream(options, log) : ofAll(options, log);
    if (found === undefined) {
      const missing = new streams.ReadResp.StreamNotFound();
      missing.setStreamIdentifier(options.getStream()?.getStreamIdentifier());
      const answer = new streams.ReadResp();
      answer.setStreamNotFound(missing);
      call.write(answer);
    } else {
      const page = found.slice(0, Number(options.getCount()));
      const told = trick === 'breakRead' ? page.slice(0, page.length / 2) : page;
      for (const event of told) call.write(eventAnswer(event));
      if (trick === 'breakRead') return drop(call);
    }
    call.end();
  }, delayMs);
}

type ReadOptions = NonNullable<ReturnType<ReadReq['getOptions']>>;

/** `undefined` for a stream that does not exist. */
function ofStream(options: ReadOptions, log: FakeLog): readonly KeptEvent[] | undefined {
  const stream = options.getStream();
  const kept = log.stream(textOf(stream?.getStreamIdentifier()?.getStreamName_asU8()));
  if (kept.length === 0) return undefined;
  // Backwards from the end alone, as stream metadata is read.
  if (options.getReadDirection() === 1) return kept.toReversed();
  const from = stream?.hasRevision() === true ? Number(stream.getRevision()) : 0;
  return kept[0]?.revision === 0 ? kept.slice(from) : kept.filter(({ revision }) => revision >= from);
}

/** Forwards from a place includes it, backwards excludes it. */
function ofAll(options: ReadOptions, log: FakeLog): readonly KeptEvent[] {
  const all = options.getAll();
  const given = all?.getPosition();
  const place = given === undefined ? undefined : BigInt(given.getCommitPosition());
  const count = Number(options.getCount());
  const at = place === undefined ? undefined : log.countBefore(place);
  if (options.getReadDirection() === 0) return log.all.slice(at ?? 0, (at ?? 0) + count);
  const end = at ?? log.all.length;
  return log.all.slice(Math.max(0, end - count), end).toReversed();
}

/** From a place excludes it. Says now and then how far it is where its filter lets nothing through. */
function subscribe(call: ReadCall, log: FakeLog, mischief: Mischief | undefined): void {
  const options = call.request.getOptions();
  const all = options?.getAll();
  const given = all?.getPosition();
  let after =
    given === undefined
      ? all?.hasEnd() === true
        ? (log.all.at(-1)?.place ?? -1n)
        : -1n
      : BigInt(given.getCommitPosition());
  const filtered = options?.hasFilter() === true;
  const confirmation = new streams.ReadResp();
  confirmation.setConfirmation(new streams.ReadResp.SubscriptionConfirmation());
  call.write(confirmation);
  let ended = false;
  const push = (): void => {
    if (ended) return;
    for (const event of log.all.slice(log.countBefore(after + 1n))) {
      after = event.place;
      const shown = !(filtered && event.type.startsWith('$'));
      const trick = mischief?.ofFeed() ?? 'none';
      if (trick === 'silentSubscription') {
        stop();
        return;
      }
      call.write(shown ? eventAnswer(event) : checkpointAnswer(event));
      if (trick === 'repeatEvent' && shown) call.write(eventAnswer(event));
      if (trick === 'endSubscription') {
        stop();
        drop(call);
        return;
      }
    }
    const caughtUp = new streams.ReadResp();
    caughtUp.setCaughtUp(new streams.ReadResp.CaughtUp());
    call.write(caughtUp);
  };
  const forget = log.onAppended(push);
  const stop = (): void => {
    ended = true;
    forget();
  };
  call.on('cancelled', stop);
  call.on('close', stop);
  push();
}

function checkpointAnswer({ place }: KeptEvent) {
  const checkpoint = new streams.ReadResp.Checkpoint();
  checkpoint.setCommitPosition(String(place));
  checkpoint.setPreparePosition(String(place));
  const answer = new streams.ReadResp();
  answer.setCheckpoint(checkpoint);
  return answer;
}

function eventAnswer(event: KeptEvent) {
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent();
  const id = new shared.UUID();
  id.setString(event.id);
  recorded.setId(id);
  recorded.setStreamIdentifier(identifierOf(event.stream));
  recorded.setStreamRevision(String(event.revision));
  recorded.setCommitPosition(String(event.place));
  recorded.setPreparePosition(String(event.place));
  recorded.setData(event.data);
  recorded.setCustomMetadata(event.customMetadata);
  recorded
    .getMetadataMap()
    .set('type', event.type)
    .set('content-type', event.contentType)
    // In ticks of 100 ns.
    .set('created', String(BigInt(event.createdAt) * 10_000n));
  const resolved = new streams.ReadResp.ReadEvent();
  resolved.setEvent(recorded);
  resolved.setCommitPosition(String(event.place));
  const answer = new streams.ReadResp();
  answer.setEvent(resolved);
  return answer;
}

function identifierOf(stream: string) {
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream));
  return identifier;
}

function textOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('utf8');
}
