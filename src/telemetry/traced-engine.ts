import { categoryOf } from '../../domain/log/envelope.ts';
import type { GiveCommand } from '../directory/aggregate-writer.ts';
import type { CommandHandler } from '../engine/command-handler.ts';
import type { Reactor } from '../engine/workflow-reactor.ts';
import type { EventStore } from '../store/event-store.ts';
import { inSpan, type Spans, type SpanWanted } from './spans.ts';

/** The store with a span for each append and each stream read that is a part of other traced work. */
export function tracedStore(store: EventStore, spans: Spans): EventStore {
  const wanted = (name: string, streamId: string): SpanWanted => ({
    name,
    kind: 'client',
    parent: 'active',
    attributes: { 'redress.stream_category': categoryOf(streamId) },
  });
  return {
    // What watches the store is a plain object (watched-store.ts).
    ...store,
    append: (streamId, expectedRevision, events) => {
      if (!spans.isActive()) return store.append(streamId, expectedRevision, events);
      return inSpan(spans, wanted('store append', streamId), async span => {
        const result = await store.append(streamId, expectedRevision, events);
        span.set({ 'redress.outcome': result.outcome, 'redress.events': events.length });
        return result;
      });
    },
    readStream: (streamId, fromRevision) => {
      if (!spans.isActive()) return store.readStream(streamId, fromRevision);
      return inSpan(spans, wanted('store read', streamId), async span => {
        const events = await store.readStream(streamId, fromRevision);
        span.set({ 'redress.events': events.length });
        return events;
      });
    },
  };
}

/** A span for each command; what it records carries the span on, so that what it brings about is in the same trace. */
export function tracedHandler(handler: CommandHandler, spans: Spans): CommandHandler {
  return {
    handle: (request, read) => {
      const { lifecycle, command, actor, caseId } = request;
      // Timers and workflows run on behind whatever woke them.
      const isOwn = actor.via === 'timer' || actor.via === 'workflow';
      return inSpan(
        spans,
        {
          name: `command ${lifecycle.name} ${command.type}`,
          kind: 'internal',
          parent: !isOwn && spans.isActive() ? 'active' : { traceparent: request.traceparent },
          attributes: {
            'redress.lifecycle': lifecycle.name,
            'redress.command': command.type,
            'redress.via': actor.via,
            ...(caseId === undefined ? {} : { 'redress.case_id': caseId }),
          },
        },
        async span => {
          const outcome = await handler.handle({ ...request, traceparent: span.traceparent }, read);
          span.set({ 'redress.outcome': outcome.outcome });
          if (outcome.outcome === 'accepted') span.set({ 'redress.case_id': outcome.caseId });
          if (outcome.outcome === 'rejected') span.set({ 'redress.reason': outcome.reason });
          return outcome;
        },
      );
    },
    read: (lifecycle, caseId) => handler.read(lifecycle, caseId),
    load: (lifecycle, caseId) => handler.load(lifecycle, caseId),
    dropCache: () => handler.dropCache(),
  };
}

/** The same for commands to what is no case: people, master data, calendars, policies. */
export function tracedGive(give: GiveCommand, spans: Spans): GiveCommand {
  return (aggregate, request) =>
    inSpan(
      spans,
      {
        name: `command ${aggregate.category} ${request.command.type}`,
        kind: 'internal',
        parent: spans.isActive() ? 'active' : { traceparent: request.traceparent },
        attributes: { 'redress.command': request.command.type, 'redress.via': request.actor.via },
      },
      async span => {
        const outcome = await give(aggregate, { ...request, traceparent: span.traceparent });
        span.set({ 'redress.outcome': outcome.outcome });
        return outcome;
      },
    );
}

/** A span for each event that a workflow answers by commands, in the trace of what caused the event. */
export function tracedReactor(reactor: Reactor, spans: Spans): Reactor {
  return {
    ...reactor,
    async reactTo(event) {
      const span = spans.start({
        name: `workflow ${reactor.name}`,
        kind: 'consumer',
        parent: { traceparent: event.metadata.traceparent },
        attributes: { 'redress.workflow': reactor.name, 'redress.event_type': event.type },
      });
      try {
        const reaction = await spans.within(span, () => reactor.reactTo(event));
        if (reaction.requests.length === 0) return reaction;
        // One that is not ended is not sent: most events bring nothing about.
        span.end();
        const requests = reaction.requests.map(request => ({ ...request, traceparent: span.traceparent }));
        return { ...reaction, requests };
      } catch (error) {
        span.fail(error instanceof Error ? error.name : 'unknown');
        span.end();
        throw error;
      }
    },
  };
}
