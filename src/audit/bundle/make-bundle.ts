import { readFileSync } from 'node:fs';
import type { Actor } from '../../../domain/case/actor.ts';
import type { AnyLifecycle } from '../../../domain/case/lifecycle.ts';
import type { ActorStamp, RecordedEvent, StoredEvent } from '../../../domain/log/envelope.ts';
import {
  CALENDAR_STREAM_ID,
  DEFECT_CATEGORIES_STREAM_ID,
  LOG_STREAM_ID,
  POLICY_STREAM_ID,
} from '../../../domain/log/fixed-streams.ts';
import { caseDocument } from '../../http/case-document.ts';
import type { HttpEngine } from '../../http/engine-port.ts';
import { instantWriter } from '../../http/instants.ts';
import { trailDocument } from '../../http/trail-document.ts';
import { base64Of } from '../merkle.ts';
import { proveEvents } from '../prove.ts';
import type { TreeReader } from '../tree-reader.ts';
import { BUNDLE_FILES, type EarlierLine, manifestText, type ProofLine, sha256Of } from './bundle-format.ts';
import { readMeText } from './read-me.ts';
import { reportPage } from './report-page.ts';
import { type ZipFile, zipOf } from './zip-format.ts';

export interface BundleWanted {
  readonly lifecycle: AnyLifecycle;
  readonly caseId: string;
  /** As whom it is read: staff see names and words, to others they are sealed. */
  readonly reader: Actor;
  /** Who asks for the checkpoint that the bundle is proven by. */
  readonly by: ActorStamp;
  readonly timeZone: string;
}

const TREE_TIMEOUT_MS = 60_000;
/** The newest: a holder of an older one finds it by `redress audit consistency`. */
const MAX_EARLIER = 1_000;
const PROGRAM = new URL('./verify-bundle.mjs', import.meta.url);

/**
 * Everything about one case that somebody needs who has no access to the system: its events and those that they rest
 * on, each with its proof, and what a person can read. `undefined` where there is no such case.
 * @throws CheckpointRefusedError, TreeNotReadyError, NotInTreeError, SealBrokenError, StoreUnavailableError
 */
export async function makeBundle(
  house: HttpEngine,
  wanted: BundleWanted,
): Promise<Iterable<Buffer> | undefined> {
  const { lifecycle, caseId, reader, by, timeZone } = wanted;
  const { store, evidence, clock } = house;
  const caseStream = `${lifecycle.category}-${caseId}`;
  const own = await store.readStream(caseStream);
  const loaded = await house.handler.load(lifecycle, caseId);
  const write = instantWriter(timeZone);
  const trail = await trailDocument(house, lifecycle, caseId, { rejections: 'true', actor: reader, write });
  if (own.length === 0 || loaded === undefined || trail === undefined) return undefined;
  const events = [...own, ...(await restedOn(house, caseId, own))];

  const checkpoint = await evidence.checkpoints.make(by);
  const tree = await evidence.tree.readerAt(await store.head(), TREE_TIMEOUT_MS);
  const proven = proveEvents(tree, events, checkpoint.size);
  const number = house.views.numberOf(caseId);
  const document = caseDocument(lifecycle, { caseId, number, ...loaded }, reader, write);
  const madeAt = write(clock.now());
  const policies = publishedOf(events, 'PolicyPublished', 'policy');
  const calendars = publishedOf(events, 'CalendarPublished', 'calendar');

  const files: readonly ZipFile[] = [
    textFile(
      BUNDLE_FILES.readMe,
      readMeText({ madeAt, title: number ?? caseStream, verifier: checkpoint.verifier }),
    ),
    textFile(
      BUNDLE_FILES.report,
      reportPage({ document, trail, madeAt, checkpoint, policies, calendars, caseStream }),
    ),
    textFile(BUNDLE_FILES.readable, `${JSON.stringify({ case: document, trail }, undefined, 1)}\n`),
    textFile(BUNDLE_FILES.events, proven.map(({ body }) => `${body}\n`).join('')),
    linesFile(
      BUNDLE_FILES.proofs,
      proven.map(({ index, path }): ProofLine => ({ index, path })),
    ),
    textFile(BUNDLE_FILES.checkpoint, checkpoint.note),
    linesFile(BUNDLE_FILES.earlier, earlierOf(tree, await evidence.checkpoints.all(), checkpoint.size)),
    textFile(BUNDLE_FILES.verifier, `${checkpoint.verifier}\n`),
    textFile(BUNDLE_FILES.policies, `${JSON.stringify(policies, undefined, 1)}\n`),
    textFile(BUNDLE_FILES.calendars, `${JSON.stringify(calendars, undefined, 1)}\n`),
    { name: BUNDLE_FILES.program, bytes: readFileSync(PROGRAM) },
  ];
  const manifest = manifestText({
    logId: store.logId,
    caseStream,
    madeAt,
    files: files.map(({ name, bytes }) => ({ name, bytes: bytes.length, sha256: sha256Of(bytes) })),
  });
  const signed = textFile(BUNDLE_FILES.manifest, evidence.checkpoints.sign(manifest));
  return zipOf([signed, ...files]);
}

/** What the case's events refer to: what was refused, who the people are, the rules that held. */
async function restedOn(
  { store }: HttpEngine,
  caseId: string,
  own: readonly RecordedEvent[],
): Promise<readonly RecordedEvent[]> {
  const parties = new Set(own.flatMap(({ sealed }) => sealed.map(({ subject }) => subject)));
  parties.delete(caseId);
  const streams = [
    `rejection-${caseId}`,
    ...[...parties].map(party => `party-${party}`),
    LOG_STREAM_ID,
    POLICY_STREAM_ID,
    CALENDAR_STREAM_ID,
    DEFECT_CATEGORIES_STREAM_ID,
  ];
  const events: RecordedEvent[] = [];
  for (const stream of streams) events.push(...(await store.readStream(stream)));
  return events;
}

/** As published, whatever of it the case used. */
function publishedOf(events: readonly StoredEvent[], type: string, field: string): readonly unknown[] {
  return events.filter(event => event.type === type).map(({ data }) => data[field]);
}

function earlierOf(
  tree: TreeReader,
  checkpoints: readonly { readonly size: number; readonly note: string }[],
  size: number,
): readonly EarlierLine[] {
  return checkpoints
    .filter(earlier => earlier.size < size)
    .slice(-MAX_EARLIER)
    .map(({ note, size: oldSize }) => ({ note, path: tree.consistencyPath(oldSize, size).map(base64Of) }));
}

function textFile(name: string, text: string): ZipFile {
  return { name, bytes: Buffer.from(text) };
}

function linesFile(name: string, lines: readonly object[]): ZipFile {
  return textFile(name, lines.map(line => `${JSON.stringify(line)}\n`).join(''));
}
