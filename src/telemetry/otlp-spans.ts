import { AsyncLocalStorage } from 'node:async_hooks';
import {
  DiagLogLevel,
  diag,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { EngineLog } from '../engine/engine-log.ts';
import { VERSION } from '../version.ts';
import type { OpenSpan, Spans, SpanWanted } from './spans.ts';

const SEND_LIMIT_MS = 5_000;
const KINDS: Readonly<Record<SpanWanted['kind'], SpanKind>> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  internal: SpanKind.INTERNAL,
  consumer: SpanKind.CONSUMER,
};
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Spans that are sent to an OTLP receiver over HTTP. Loaded where tracing is configured alone. */
export function otlpSpans(endpoint: string, log: Pick<EngineLog, 'warn'>): Spans {
  diag.setLogger(
    {
      error: (message: string) => log.warn({ problem: message.slice(0, 300) }, 'traces could not be sent'),
      warn: () => {},
      info: () => {},
      debug: () => {},
      verbose: () => {},
    },
    DiagLogLevel.ERROR,
  );
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: SEND_LIMIT_MS,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': process.env['OTEL_SERVICE_NAME'] || 'redress',
      'service.version': VERSION,
    }),
    spanProcessors: [new BatchSpanProcessor({ exporter, exportTimeoutMillis: SEND_LIMIT_MS })],
  });
  const tracer = provider.getTracer('redress', VERSION);
  const storage = new AsyncLocalStorage<OtlpSpan>();
  // What was begun within a span may go on when it has ended, as timers do.
  const active = (): OtlpSpan | undefined => {
    const span = storage.getStore();
    return span?.span.isRecording() === true ? span : undefined;
  };
  return {
    start({ name, kind, parent, attributes = {} }) {
      const context = parent === 'active' ? contextOf(active()?.traceparent) : contextOf(parent.traceparent);
      return new OtlpSpan(tracer.startSpan(name, { kind: KINDS[kind], attributes }, context));
    },
    within: (span, work) => (span instanceof OtlpSpan ? storage.run(span, work) : work()),
    isActive: () => active() !== undefined,
    async close() {
      await provider.shutdown().catch((error: unknown) => {
        log.warn({ problem: String(error).slice(0, 300) }, 'traces could not be sent');
      });
    },
  };
}

function contextOf(traceparent: string | undefined) {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  const parent = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(parent) ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
}

class OtlpSpan implements OpenSpan {
  readonly span: Span;
  readonly traceparent: string;

  constructor(span: Span) {
    this.span = span;
    const { traceId, spanId, traceFlags } = span.spanContext();
    this.traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  }

  set(attributes: Parameters<OpenSpan['set']>[0]): void {
    this.span.setAttributes(attributes);
  }

  fail(errorType: string): void {
    this.span.setAttribute('error.type', errorType);
    this.span.setStatus({ code: SpanStatusCode.ERROR });
  }

  end(): void {
    this.span.end();
  }
}
