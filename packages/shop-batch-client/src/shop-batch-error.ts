/** What went wrong, for code to match on; messages are for people and may change. */
export type ShopBatchErrorCode =
  /** The options are impossible; `message` names the one. */
  | 'OPTIONS_INVALID'
  /** The base URL is plain http to a host that is not this machine. */
  | 'PLAIN_HTTP_REFUSED'
  /** No access token could be had; the shop's or the token endpoint's status is in the message. */
  | 'AUTH_FAILED';

/**
 * Every error this package throws. It never carries a credential: neither in the message nor in `cause`, which is a
 * plain error with a code, not the HTTP library's own error with its headers.
 */
export class ShopBatchError extends Error {
  override readonly name = 'ShopBatchError';
  readonly code: ShopBatchErrorCode;
  /** Whether the same call may succeed later without a change by the caller. */
  readonly retryable: boolean;

  constructor(code: ShopBatchErrorCode, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}
