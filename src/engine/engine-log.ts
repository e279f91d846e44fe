/** Where the engine tells what people who run it should know; pino's logger is one. Nothing personal goes there. */
export interface EngineLog {
  warn(about: object, text: string): void;
  error(about: object, text: string): void;
}
