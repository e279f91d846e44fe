/** The log cannot be moved as asked; nothing that was there before is lost. The text says what to do. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}
