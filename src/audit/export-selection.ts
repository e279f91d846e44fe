import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { categoryOf, type RecordedEvent } from '../../domain/log/envelope.ts';

export const EXPORT_FORMATS = ['ndjson', 'csv', 'ocel', 'xes'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What of the log is exported; all of it where nothing is said. */
export interface ExportSelection {
  /** Recorded not before and not after (both included); UTC epoch milliseconds. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Cases of one lifecycle. */
  readonly lifecycle?: string | undefined;
  /** One case's stream. */
  readonly streamId?: string | undefined;
}

export type Selects = (event: Pick<RecordedEvent, 'streamId' | 'metadata'>) => boolean;

export function isWhole({ from, to, lifecycle, streamId }: ExportSelection): boolean {
  return from === undefined && to === undefined && lifecycle === undefined && streamId === undefined;
}

export function selects(selection: ExportSelection, lifecycles: readonly AnyLifecycle[]): Selects {
  const { from = 0, to = Number.POSITIVE_INFINITY, lifecycle, streamId } = selection;
  const category = lifecycles.find(({ name }) => name === lifecycle)?.category;
  return event =>
    event.metadata.recordedAt >= from &&
    event.metadata.recordedAt <= to &&
    (lifecycle === undefined || categoryOf(event.streamId) === category) &&
    (streamId === undefined || event.streamId === streamId);
}

/** An attribute of an event for process mining: what is plain in its data; what is nested stays in the evidence. */
export interface PlainAttribute {
  readonly name: string;
  readonly value: string | number | boolean;
}

/** In the data's own order. Personal values are `[sealed]`, and left out: they say nothing. */
export function plainAttributes({ data }: Pick<RecordedEvent, 'data'>): readonly PlainAttribute[] {
  const found: PlainAttribute[] = [];
  for (const [name, value] of Object.entries(data)) {
    const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    if (isPlain && value !== '[sealed]' && value !== '[erased]') found.push({ name, value });
  }
  return found;
}
