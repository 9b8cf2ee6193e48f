import { type ShopErrorBody, type ShopErrorName, shopErrors } from '@batchfeed/schemas';

/** Refusals the documentation has no inner code for. */
const furtherErrors = {
  bodyTimeout: { status: 408, message: 'The request body did not arrive in time.' },
  requestTimeout: { status: 408, message: 'The request did not arrive in time.' },
  headersTooLarge: { status: 431, message: 'The headers of the request are too large.' },
  badGateway: { status: 502, message: 'The route gave no usable answer.' },
  notStarted: { status: 503, message: 'Not started.' },
  undone: { status: 503, message: 'Undone together with the rest of its batch.' },
  deadlineExceeded: { status: 504, message: 'No answer before the deadline; the request may have been carried out.' },
} as const satisfies Record<string, { status: number; message: string }>;

/** Every code a {@link ShopBatchError} can have. */
export type ShopBatchErrorCode = ShopErrorName | keyof typeof furtherErrors;

const errors: Record<ShopBatchErrorCode, { status: number; code?: number; message: string }> = {
  ...shopErrors,
  ...furtherErrors,
};

/** A refusal: of a whole batch (it becomes the answer) or of one of its requests (it becomes that part's answer). */
export class ShopBatchError extends Error {
  override readonly name = 'ShopBatchError';
  /** HTTP status of the answer. */
  readonly status: number;
  /** The documented inner code, such as 40001; `undefined` where the documentation has none. */
  readonly innerCode: number | undefined;
  /** Whether the same bytes may be accepted later. */
  readonly retryable: boolean;

  /**
   * @param code which refusal; see `shopErrors` of `@batchfeed/schemas` for the documented ones
   * @param detail what is wrong and where, appended to the documented text; it is sent to the caller
   * @param limit fills `{limit}` of the documented text, in bytes
   */
  constructor(
    readonly code: ShopBatchErrorCode,
    detail?: string,
    options: { limit?: number; cause?: unknown } = {},
  ) {
    const known = errors[code];
    const text = known.message.replace('{limit}', String(options.limit ?? ''));
    super(detail === undefined ? text : `${text} ${detail}`, { cause: options.cause });
    this.status = known.status;
    this.innerCode = known.code;
    this.retryable = known.status >= 500 || known.status === 408;
  }

  /** The error body of the protocol: `{error?, message}`. */
  get body(): ShopErrorBody {
    return this.innerCode === undefined ? { message: this.message } : { error: this.innerCode, message: this.message };
  }
}
