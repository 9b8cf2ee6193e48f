/** What went wrong, for code to match on; messages are for people and may change. */
export type PlatformErrorCode =
  /** The request is not what the route takes; the message names the field. */
  | 'INVALID'
  /** The credentials are missing or wrong. */
  | 'UNAUTHENTICATED'
  /** No such resource, or none that the caller may see. */
  | 'NOT_FOUND'
  /** The token's role does not allow this. */
  | 'FORBIDDEN'
  /** The resource is in a state that does not allow this. */
  | 'CONFLICT'
  /** Somebody changed the resource since the caller read it. */
  | 'CHANGED'
  /** The same `Idempotency-Key` was used for another request. */
  | 'KEY_REUSED'
  /** The request's body did not arrive in time. */
  | 'TOO_SLOW'
  /** Too many failed attempts to authenticate. */
  | 'TOO_MANY_FAILURES'
  /** The plugin did not answer, or not in time. */
  | 'PLUGIN_UNREACHABLE'
  /** The plugin answered that it cannot, or answered what it must not. */
  | 'PLUGIN_REFUSED'
  /** The platform is shutting down or its store is full. */
  | 'UNAVAILABLE'
  /** A feed has as much on disk as it may: its plugin takes nothing, or too little. */
  | 'BACKLOG_FULL'
  /** The disk of the data folder has less free space than it must have. */
  | 'DISK_LOW'
  /** Later lines of the users of dead letters were accepted since: their replay has to be confirmed. */
  | 'REPLAY_OVERTAKEN'
  /** Another platform is running on the data folder. */
  | 'DATA_FOLDER_IN_USE'
  /** The data folder cannot be created, read or written. */
  | 'DATA_FOLDER_UNUSABLE'
  /** The data folder was written by a newer version. */
  | 'DATA_FOLDER_NEWER'
  /** The data folder was written by an earlier release that kept lines differently. */
  | 'DATA_FOLDER_OLDER'
  /** The address cannot be listened on. */
  | 'ADDRESS_UNUSABLE';

/** How each code is answered over HTTP, and whether the same call may succeed later with nothing changed. */
const FACTS: Record<PlatformErrorCode, { status: number; retryable: boolean }> = {
  INVALID: { status: 400, retryable: false },
  UNAUTHENTICATED: { status: 401, retryable: false },
  NOT_FOUND: { status: 404, retryable: false },
  FORBIDDEN: { status: 403, retryable: false },
  CONFLICT: { status: 409, retryable: false },
  CHANGED: { status: 412, retryable: false },
  KEY_REUSED: { status: 422, retryable: false },
  TOO_SLOW: { status: 408, retryable: true },
  TOO_MANY_FAILURES: { status: 429, retryable: true },
  PLUGIN_UNREACHABLE: { status: 502, retryable: true },
  PLUGIN_REFUSED: { status: 502, retryable: true },
  UNAVAILABLE: { status: 503, retryable: true },
  BACKLOG_FULL: { status: 503, retryable: true },
  DISK_LOW: { status: 507, retryable: true },
  REPLAY_OVERTAKEN: { status: 409, retryable: false },
  DATA_FOLDER_IN_USE: { status: 500, retryable: true },
  DATA_FOLDER_UNUSABLE: { status: 500, retryable: false },
  DATA_FOLDER_NEWER: { status: 500, retryable: false },
  DATA_FOLDER_OLDER: { status: 500, retryable: false },
  ADDRESS_UNUSABLE: { status: 500, retryable: false },
};

/** What an error says beside its sentence, for programs. */
export interface ErrorFacts {
  /** Seconds after which it is worth trying again. */
  readonly retryAfterS?: number;
  /** Of an upload that was stopped: updates that are on disk, and lines before its end that were no valid update. */
  readonly accepted?: number;
  readonly rejected?: number;
  /** Of a replay: dead letters with later lines of their users, and the first of them. */
  readonly overtaken?: number;
  readonly overtakenIds?: readonly string[];
}

/** Every error this package throws on purpose. Its message may be shown to whoever made the request. */
export class PlatformError extends Error {
  override readonly name = 'PlatformError';
  readonly code: PlatformErrorCode;
  readonly retryable: boolean;
  /** The HTTP status it is answered with. */
  readonly statusCode: number;
  readonly facts: ErrorFacts;

  constructor(code: PlatformErrorCode, message: string, options?: { cause?: unknown; facts?: ErrorFacts }) {
    super(message, options);
    this.code = code;
    this.facts = options?.facts ?? {};
    this.retryable = FACTS[code].retryable;
    this.statusCode = FACTS[code].status;
  }
}

export function isPlatformError(error: unknown): error is PlatformError {
  return error instanceof Error && error.name === 'PlatformError';
}

/** The value, or `NOT_FOUND` saying what is missing. */
export function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new PlatformError('NOT_FOUND', `There is no ${what}.`);
  return value;
}
