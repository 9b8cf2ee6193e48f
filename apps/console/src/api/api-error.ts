/** What kind of failure: the platform refused (`REFUSED`), nothing answered, or the answer was not understood. */
export type ApiErrorCode = 'REFUSED' | 'NO_ANSWER' | 'UNEXPECTED_ANSWER';

/** A request that failed. `message` is a sentence for the reader; `errorId` is what the platform's log says more under. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  /** HTTP status; undefined when nothing answered. */
  readonly status: number | undefined;
  readonly errorId: string | undefined;

  constructor(
    code: ApiErrorCode,
    message: string,
    { status, errorId, cause }: { status?: number; errorId?: string; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.errorId = errorId;
  }

  /** Whether asking the same again can help: nothing answered, or the platform was busy or broken. */
  get retryable(): boolean {
    return this.code === 'NO_ANSWER' || (this.status !== undefined && (this.status >= 500 || this.status === 429));
  }
}

export const isApiError = (error: unknown): error is ApiError => error instanceof ApiError;

/** Whether the platform answered with that status. */
export const hasStatus = (error: unknown, status: number): boolean => isApiError(error) && error.status === status;
