import type { ListedErasure } from './privacy-register.ts';

/** What each stage of an erasure proves, and what it does not. */
export const STAGE_MEANING: Readonly<Record<ListedErasure['stage'], string>> = {
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
