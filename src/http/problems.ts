/**
 * Every problem the interface answers with (RFC 9457), by its stable name. `type` is `urn:redress:problem:<kebab>`.
 * docs/problems.md lists the same; a test compares.
 */
export const PROBLEMS = {
  malformedBody: {
    status: 400,
    title: 'The body is not JSON',
    advice: 'Send one JSON text in UTF-8, at most 32 levels deep, each field once.',
  },
  invalidFields: {
    status: 400,
    title: 'Some fields are wrong',
    advice:
      'Correct what `errors` lists; each `path` is a JSON pointer into the body, or names a query parameter.',
  },
  unusableFile: {
    status: 400,
    title: 'The calendar or policy cannot be used',
    advice: 'Correct what `errors` lists, by `line` where it is known, and send the whole file again.',
  },
  invalidHeader: {
    status: 400,
    title: 'A header is wrong',
    advice: 'Correct or leave out the header that `detail` names.',
  },
  invalidRequest: {
    status: 400,
    title: 'The request cannot be read',
    advice: 'Send a request as the reference describes it.',
  },
  foreignPosition: {
    status: 400,
    title: 'The position is of another log',
    advice: 'Positions hold for the log that gave them; take a new one from an answer of this service.',
  },
  notAuthenticated: {
    status: 401,
    title: 'No valid token',
    advice: 'Send `Authorization: Bearer <token>`; `redress token create` makes one.',
  },
  forbidden: {
    status: 403,
    title: 'Your roles do not allow this',
    advice: 'Ask somebody with one of the roles in `needs`, or an admin for that role.',
  },
  noSuchResource: {
    status: 404,
    title: 'There is nothing at this address',
    advice: 'Look the address up in the reference at `/reference`.',
  },
  noSuchCase: {
    status: 404,
    title: 'There is no such case',
    advice: 'Check the id or the number, and the collection in the address.',
  },
  beforeCase: {
    status: 404,
    title: 'The case was not there yet',
    advice: 'Ask for a later time: `detail` says when the case began, and from when it was known here.',
  },
  methodNotAllowed: {
    status: 405,
    title: 'This address does not take that method',
    advice: 'Use one of the methods in the `Allow` header.',
  },
  requestTimeout: {
    status: 408,
    title: 'The request came too slowly',
    advice: 'Send it again, within the time that `REDRESS_REQUEST_TIMEOUT` allows.',
  },
  rejected: {
    status: 409,
    title: 'The case does not allow this now',
    advice: '`reason` says why, `possible` which commands the case is open to now.',
  },
  conflict: {
    status: 409,
    title: 'Others kept changing the case',
    advice: 'Read the case again and send the command once more.',
  },
  caseTooLong: {
    status: 409,
    title: 'The case holds as many events as a case can',
    advice: 'Close it, and go on in a new case that is linked to it.',
  },
  notProvable: {
    status: 409,
    title: 'This cannot be proven now',
    advice: '`detail` says why; `redress audit verify` says whether the log was touched.',
  },
  preconditionFailed: {
    status: 412,
    title: 'The case has changed since you read it',
    advice: 'Read it again, look at what changed, and send the new `ETag` in `If-Match`.',
  },
  bodyTooLarge: {
    status: 413,
    title: 'The body is too large',
    advice: 'Send less; files are attached by reference and checksum, never by content.',
  },
  unsupportedMediaType: {
    status: 415,
    title: 'The body has a media type that is not understood',
    advice: 'Send JSON, with `Content-Type: application/json`.',
  },
  keyReused: {
    status: 422,
    title: 'The idempotency key was used for something else',
    advice: 'Use a new `Idempotency-Key` for another request; the same key only to send the same body again.',
  },
  auditSessionNeeded: {
    status: 428,
    title: 'Looking into the record needs an audit session',
    advice:
      'Open one with `POST /v1/audit/sessions`, saying why, and send its id in `Audit-Session`; each look is recorded in it.',
  },
  tooManyRequests: {
    status: 429,
    title: 'Too many requests',
    advice: 'Wait as many seconds as `Retry-After` says.',
  },
  headersTooLarge: {
    status: 431,
    title: 'The headers are too large',
    advice: 'Send fewer or shorter headers, less than 16 KiB together.',
  },
  internal: {
    status: 500,
    title: 'Something broke on our side',
    advice: 'Try again; if it stays, give an administrator the `requestId`.',
  },
  storeUnavailable: {
    status: 503,
    title: 'The log cannot be written or read now',
    advice:
      'Send the same request again later, with the same `Idempotency-Key`; `/health/ready` says what is wrong.',
  },
  logUnreachable: {
    status: 503,
    title: 'The database of the log has no leader, or cannot be reached',
    advice:
      'Nothing that changes a case can be done for now; lists go on, and say by `Redress-Stale-Since` how old they may be. Send the same request again after `Retry-After` seconds, with the same `Idempotency-Key`.',
  },
  viewBehind: {
    status: 503,
    title: 'The views have not got there yet',
    advice: 'Ask again after `Retry-After` seconds, or without `after`; the command itself was accepted.',
  },
  upgradeNeeded: {
    status: 503,
    title: 'The case holds an event of a newer release',
    advice: 'Upgrade this service; until then the case can neither be shown nor changed by it.',
  },
  tooManyListeners: {
    status: 503,
    title: 'Too many clients listen already',
    advice: 'Try again later, or raise `REDRESS_LIVE_CLIENTS`.',
  },
  stopping: {
    status: 503,
    title: 'The service is stopping',
    advice: 'Try again in a moment.',
  },
} as const satisfies Record<string, ProblemDefinition>;

export interface ProblemDefinition {
  readonly status: number;
  readonly title: string;
  /** What to do about it; stands in `detail` unless something more exact is known. */
  readonly advice: string;
}

export type ProblemName = keyof typeof PROBLEMS;

/** One wrong field: where it is (a JSON pointer, `''` is the whole body) and what it should be. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
  /** Of a file that was sent as a text. */
  readonly line?: number;
}

export interface ProblemExtras {
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members: `reason`, `possible`, `needs`, … Never a personal value. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** Thrown by what answers a request; the error handler turns it into a problem document. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: ProblemName;
  readonly extras: ProblemExtras;
  constructor(problem: ProblemName, extras: ProblemExtras = {}) {
    super(extras.detail ?? PROBLEMS[problem].advice);
    this.problem = problem;
    this.extras = extras;
  }
}

/** `urn:redress:problem:invalid-fields` */
export function problemType(problem: ProblemName): string {
  return `urn:redress:problem:${kebab(problem)}`;
}

export function kebab(camelCase: string): string {
  return camelCase.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
}

/** The document of a problem, members in the order of RFC 9457. */
export function problemDocument(
  problem: ProblemName,
  requestId: string,
  extras: ProblemExtras = {},
): Record<string, unknown> {
  const { status, title, advice } = PROBLEMS[problem];
  return {
    type: problemType(problem),
    title,
    status,
    detail: extras.detail ?? advice,
    requestId,
    ...(extras.errors === undefined ? {} : { errors: extras.errors }),
    ...extras.members,
  };
}
