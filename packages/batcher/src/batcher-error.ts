/** What went wrong, for code to match on; messages are for people and may change. */
export type BatcherErrorCode = 'POLICY_INVALID' | 'LINE_INVALID' | 'LINE_TOO_LARGE';

/** Every error this package throws. Nothing has changed in the batcher when one is thrown. */
export class BatcherError extends Error {
  override readonly name = 'BatcherError';
  /** None of these passes by itself: the caller has to change the policy or the line. */
  readonly retryable = false;
  readonly code: BatcherErrorCode;

  constructor(code: BatcherErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
