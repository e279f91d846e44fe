/** What a span may say: names from short lists, numbers and the random ids of cases. Never what a person wrote. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanWanted {
  readonly name: string;
  readonly kind: 'server' | 'client' | 'internal' | 'consumer';
  /** Of the span that caused it, from outside or from the log; `active`: of the one whose work goes on now. */
  readonly parent: 'active' | { readonly traceparent: string | undefined };
  readonly attributes?: SpanAttributes;
}

export interface OpenSpan {
  /** As W3C's trace context writes it: for who goes on from here. */
  readonly traceparent: string;
  set(attributes: SpanAttributes): void;
  /** Of a kind of error: its text may hold what a person wrote. */
  fail(errorType: string): void;
  end(): void;
}

/** The port to tracing. There is none unless it is configured. */
export interface Spans {
  start(wanted: SpanWanted): OpenSpan;
  /** Runs work as a part of the span, which stays open. */
  within<T>(span: OpenSpan, work: () => T): T;
  /** Whether a span is open of which the work that goes on is a part. */
  isActive(): boolean;
  /** Sends what was ended; no longer than some seconds. */
  close(): Promise<void>;
}

/** Work in a span of its own, from its begin to its end. */
export async function inSpan<T>(
  spans: Spans,
  wanted: SpanWanted,
  work: (span: OpenSpan) => Promise<T>,
): Promise<T> {
  const span = spans.start(wanted);
  try {
    return await spans.within(span, () => work(span));
  } catch (error) {
    span.fail(error instanceof Error ? error.name : 'unknown');
    throw error;
  } finally {
    span.end();
  }
}
