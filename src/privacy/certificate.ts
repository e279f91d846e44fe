import { isShared, type StoreAddress } from '../store/store-address.ts';
import type { ListedErasure } from './privacy-register.ts';

/** What each stage of an erasure proves, and what it does not. */
const STAGE_MEANING: Readonly<Record<ListedErasure['stage'], string>> = {
  none: 'Nobody asked for it.',
  requested:
    'It was asked for. What is known of the subjects is withheld from everybody, and nothing is destroyed yet.',
  refused: 'It was refused, for the reason named. What is known of the subjects is shown as before.',
  approved: 'A second person approved it. The keys are being destroyed.',
  unreachable:
    'The keys are destroyed in the key store and its write-ahead file: the service cannot read anything sealed for the ' +
    'subjects, for good. Views are being made anew.',
  destroyed:
    'The keys are destroyed, and everything that was made from the log was made anew: the data folder holds nothing of ' +
    'the subjects in clear and no key to it. Backups of the key store made before are bound by their own end, ' +
    '`keyBackupsGoneAt`; a restore destroys the keys again before it opens.',
};

/** Where nodes share the log and the keys lie in its database. */
const SHARED_MEANING: Partial<typeof STAGE_MEANING> = {
  unreachable:
    'The destruction of the keys is in the database, and the wrapped keys are cut off: no node can ask for them any more. ' +
    'Nodes under `purgedBy` have let go of them and made their views anew; those under `waitsFor` have not yet, and do when ' +
    'they run again. The disks of the database hold the wrapped keys until each of its nodes was scavenged: scavenge them, ' +
    'then say so (`redress privacy scavenged`).',
  destroyed:
    'Every node that was at work has let go of the keys and made its views anew, and somebody answers for it that the ' +
    "database's nodes under `scavenged` were scavenged after the keys were destroyed. Backups of the database made before " +
    'are bound by their own end, `keyBackupsGoneAt`: a restore of one brings wrapped keys back, which the log names as destroyed.',
};

export function meaningOf(stage: ListedErasure['stage'], address: StoreAddress): string {
  return (isShared(address) ? SHARED_MEANING[stage] : undefined) ?? STAGE_MEANING[stage];
}
