/**
 * The one place that talks HTTP to the gateway. Its options and errors have the shape the official SDK's transport has
 * (`request-promise`), because plugins' tests put their own function in its place and look at what it is called with.
 */
export interface TransportOptions {
  method: string;
  /** The full URL, without the query. */
  uri: string;
  auth?: { user: string; pass: string; sendImmediately: boolean };
  headers?: Record<string, string>;
  /** Sent as JSON where `json` is true, as it is otherwise. */
  body?: unknown;
  /** Query parameters. */
  qs?: unknown;
  json?: boolean;
  /** null asks for the bytes of the answer. */
  encoding?: null | undefined;
  /** Never one: the environment's proxy settings are not for the gateway. */
  proxy?: false;
  /** Milliseconds the call may take. */
  timeout?: number;
  signal?: AbortSignal;
}

/** Resolves to the answer's body. Throws a `StatusCodeError` for anything but 2xx. */
// biome-ignore lint/suspicious/noExplicitAny: any function may stand in, a stub without types included.
export type Transport = (options: any) => any;

/** What an HTTP failure looks like: a plain object, told by its name. */
export interface StatusCodeError {
  name: 'StatusCodeError';
  response: { statusCode: number; statusMessage: string; body: unknown };
}

export const isStatusCodeError = (error: unknown): error is StatusCodeError =>
  typeof error === 'object' &&
  error !== null &&
  (error as StatusCodeError).name === 'StatusCodeError' &&
  typeof (error as StatusCodeError).response?.statusCode === 'number';
