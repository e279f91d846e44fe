/** The file is not a log that this release reads: another program's, a newer release's, damaged, or emptied. */
export class LogFileError extends Error {
  override readonly name = 'LogFileError';
}
