import { hash } from 'node:crypto';

/**
 * What a bundle holds. The manifest is a signed note that names every other file with its hash, so that nothing of the
 * bundle can be changed without the house's key. This file imports Node alone: it is part of the verifier.
 */
export const BUNDLE_FORMAT = 'redress-evidence-bundle/1';

export const BUNDLE_FILES = {
  manifest: 'manifest.txt',
  events: 'events.ndjson',
  proofs: 'proofs.ndjson',
  checkpoint: 'checkpoint.txt',
  earlier: 'earlier-checkpoints.ndjson',
  verifier: 'verifier-key.txt',
  policies: 'policies.json',
  calendars: 'calendars.json',
  readable: 'case.json',
  report: 'report.html',
  readMe: 'README.txt',
  program: 'verify-bundle.mjs',
} as const;

/** A line of `proofs.ndjson`, of the event in the same line of `events.ndjson`. */
export interface ProofLine {
  readonly index: number;
  /** Base64. */
  readonly path: readonly string[];
}

/** A line of `earlier-checkpoints.ndjson`: an earlier checkpoint, and that the bundle's own follows on it. */
export interface EarlierLine {
  readonly note: string;
  readonly path: readonly string[];
}

export interface Manifest {
  readonly logId: string;
  /** `<category>-<uuid>`. */
  readonly caseStream: string;
  /** RFC 3339. */
  readonly madeAt: string;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}

export function manifestText({ logId, caseStream, madeAt, files }: Manifest): string {
  const lines = files.map(({ name, bytes, sha256 }) => `${sha256} ${bytes} ${name}`);
  return [BUNDLE_FORMAT, `log ${logId}`, `case ${caseStream}`, `made ${madeAt}`, ...lines, ''].join('\n');
}

export function parseManifest(text: string): Manifest | undefined {
  const [format, log = '', caseLine = '', made = '', ...rest] = text.split('\n');
  const files = rest.slice(0, -1).map(line => {
    const [, sha256 = '', bytes = '', name = ''] = /^([0-9a-f]{64}) (\d{1,12}) (\S+)$/.exec(line) ?? [];
    return { name, bytes: Number(bytes), sha256 };
  });
  const manifest = {
    logId: log.replace(/^log /, ''),
    caseStream: caseLine.replace(/^case /, ''),
    madeAt: made.replace(/^made /, ''),
    files,
  };
  // One way to write it.
  return format === BUNDLE_FORMAT && manifestText(manifest) === text ? manifest : undefined;
}

export function sha256Of(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}
