import type { BundleReport } from './verify-bundle.ts';

/** What a verifier says, for a terminal. This file imports nothing: it is part of the verifier that is handed out. */
export function bundleText({ ok, faults, facts }: BundleReport): string {
  if (!ok || facts === undefined) {
    return [
      '✗ 此证据包不可信。 The bundle is not to be believed.',
      ...faults.map(({ code, what, text }) => `  ${shown(what)} ${text} (${code})`),
      '',
    ].join('\n');
  }
  return [
    facts.keyWasGiven
      ? '✓ 此证据包可信。 The bundle is as it was made.'
      : '? 此证据包前后一致,制作者未经证实。 The bundle agrees with itself; who made it is not proven.',
    `  ${facts.caseStream}: ${facts.caseEvents} events of the case, from its first on, and ${facts.events - facts.caseEvents} others`,
    `  each is proven to be in the log ${facts.logId} as it was signed at ${facts.size} events`,
    `  made ${facts.madeAt}; ${facts.earlierCheckpoints} earlier checkpoints are of the same history`,
    `  signed by ${facts.verifier}`,
    ...(facts.keyWasGiven
      ? []
      : [
          '  This key came out of the bundle itself, and anybody can make one: give the one you were given elsewhere (--key).',
        ]),
    ...(facts.keptAgree > 0
      ? [`  ${facts.keptAgree} checkpoints that you kept agree.`]
      : [
          '  No checkpoint that was kept elsewhere was given (--checkpoint): who holds the key could have rewritten the log before.',
        ]),
    '',
  ].join('\n');
}

/** Names come out of the bundle: nothing in them is to move a cursor. */
function shown(text: string): string {
  return text.replace(/[^\x20-\x7e\u4e00-\u9fff]/g, '?').slice(0, 300);
}
