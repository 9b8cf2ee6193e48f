/** What went wrong, for code to match on; messages are for people and may change. */
export type DeliveryErrorCode =
  /** A line, key, destination or option is not acceptable; the message says which and why. */
  | 'INVALID'
  /** A line cannot fit a batch of its policy alone. */
  | 'LINE_TOO_LARGE'
  /** The engine is closed or closing. */
  | 'CLOSED'
  /** Another owner has taken the lane: this one can write no more. */
  | 'FENCED'
  /** The store has no room left. Nothing was written; what was acknowledged is safe. */
  | 'STORE_FULL'
  /** The store cannot be written (read-only file or folder). */
  | 'STORE_READ_ONLY'
  /** Another process owns the store. */
  | 'STORE_LOCKED'
  /** The store's data is damaged. */
  | 'STORE_CORRUPT'
  /** The store was written by a newer version. */
  | 'STORE_NEWER'
  /** The store was written by an earlier release that kept lines differently. */
  | 'STORE_OLDER'
  /** Any other failure of the store; `cause` has it. */
  | 'STORE_FAILED'
  /** No dead letter has that id. */
  | 'NOT_FOUND'
  /**
   * A later line of a subject of the dead letter was accepted since: a replay has to be confirmed.
   */
  | 'OVERTAKEN'
  /** The destination's lane belongs to another process now. */
  | 'NOT_OWNER';

const RETRYABLE: ReadonlySet<DeliveryErrorCode> = new Set(['STORE_FULL', 'NOT_OWNER']);

/** Every error this package and its stores throw. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly code: DeliveryErrorCode;
  /** Whether the same call may succeed later without anything being changed. */
  readonly retryable: boolean;

  constructor(code: DeliveryErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.retryable = RETRYABLE.has(code);
  }
}

/** A store's failure as a typed error, whatever the store threw. */
export function storeError(error: unknown): DeliveryError {
  if (error instanceof Error && error.name === 'DeliveryError') return error as DeliveryError;
  const message = error instanceof Error ? error.message : String(error);
  return new DeliveryError('STORE_FAILED', `The store failed: ${message}`, { cause: error });
}
