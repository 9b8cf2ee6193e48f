import { shopLimits } from '@batchfeed/schemas';
import type { ShopAuth } from './auth.ts';
import { parseBaseUrl } from './base-url.ts';
import type { ClientEvent } from './client-event.ts';
import { ShopBatchError } from './shop-batch-error.ts';
import type { TransportOptions } from './transport.ts';

export interface ShopBatchClientOptions {
  /** The API's address, such as `https://shopname.api2.myshoprenter.hu/api/`. https, except on this machine. */
  readonly baseUrl: string;
  readonly auth: ShopAuth;
  /** Requests in a batch. Default 200, the documented recommendation; the ceiling is 1,000. */
  readonly maxRequests?: number;
  /** Bytes of a batch's body. Default and ceiling 33,554,432 (32 MB). */
  readonly maxBytes?: number;
  /** Milliseconds `request()` waits for company before its batch goes out. Default 20. */
  readonly maxWaitMs?: number;
  /** Batches under way at once. Default 1: the shop asks not to be called in parallel, and rows then keep their order. */
  readonly maxInFlight?: number;
  /** Batches per second. Default 3, the shop's limit; Infinity for a server without one. */
  readonly requestsPerSecond?: number;
  /** Failed tries after which a row ends. Default 5. */
  readonly maxAttempts?: number;
  /** Milliseconds to wait for the answer to one batch. Default 120,000. */
  readonly timeoutMs?: number;
  /** First and longest wait between attempts, milliseconds. Defaults 500 and 30,000. */
  readonly backoff?: { readonly baseMs?: number; readonly maxMs?: number };
  /** Longest wait a `Retry-After` may ask for, milliseconds. Default 300,000. */
  readonly maxRetryAfterMs?: number;
  /** Largest answer read, bytes. Default 268,435,456. */
  readonly maxAnswerBytes?: number;
  /** Told of batches, retries, cuts and answers that make no sense. What it throws is ignored. */
  readonly onEvent?: (event: ClientEvent) => void;
  /** Agents and proxy for the HTTP library (Node only). A server on this machine is never called through a proxy. */
  readonly transport?: TransportOptions;
}

export interface ClientOptions {
  readonly base: string;
  readonly baseUrl: URL;
  readonly auth: ShopAuth;
  readonly transport: TransportOptions | undefined;
  readonly onEvent: ((event: ClientEvent) => void) | undefined;
  readonly maxRequests: number;
  readonly maxBytes: number;
  readonly maxWaitMs: number;
  readonly maxInFlight: number;
  readonly requestsPerSecond: number;
  readonly maxAttempts: number;
  readonly timeoutMs: number;
  readonly backoff: { readonly baseMs: number; readonly maxMs: number };
  readonly maxRetryAfterMs: number;
  readonly maxAnswerBytes: number;
}

type Bound = readonly [value: number, min: number, max: number];

/** Fills in the defaults. @throws ShopBatchError `OPTIONS_INVALID`, `PLAIN_HTTP_REFUSED` */
export function readOptions(given: ShopBatchClientOptions): ClientOptions {
  const baseUrl = parseBaseUrl(given.baseUrl);
  const day = 86_400_000;
  const numbers = {
    maxRequests: [given.maxRequests ?? shopLimits.recommendedRequestsPerBatch, 1, shopLimits.maxRequestsPerBatch],
    maxBytes: [given.maxBytes ?? shopLimits.maxPostBytes, 64, shopLimits.maxPostBytes],
    maxWaitMs: [given.maxWaitMs ?? 20, 1, day],
    maxInFlight: [given.maxInFlight ?? 1, 1, 100],
    maxAttempts: [given.maxAttempts ?? 5, 1, 100],
    timeoutMs: [given.timeoutMs ?? 120_000, 1, day],
    maxRetryAfterMs: [given.maxRetryAfterMs ?? 300_000, 0, day],
    maxAnswerBytes: [given.maxAnswerBytes ?? 268_435_456, 1_024, Number.MAX_SAFE_INTEGER],
  } satisfies Record<string, Bound>;
  for (const [name, bound] of Object.entries(numbers)) checkWhole(name, bound as Bound);
  const backoff = { baseMs: given.backoff?.baseMs ?? 500, maxMs: given.backoff?.maxMs ?? 30_000 };
  checkWhole('backoff.baseMs', [backoff.baseMs, 1, day]);
  checkWhole('backoff.maxMs', [backoff.maxMs, backoff.baseMs, day]);
  const requestsPerSecond = given.requestsPerSecond ?? shopLimits.requestsPerSecond;
  if (!(requestsPerSecond > 0)) {
    throw new ShopBatchError('OPTIONS_INVALID', 'requestsPerSecond must be a number above 0, or Infinity');
  }
  const values = Object.fromEntries(Object.entries(numbers).map(([name, [value]]) => [name, value]));
  return {
    ...(values as Record<keyof typeof numbers, number>),
    base: baseUrl.href,
    baseUrl,
    auth: given.auth,
    transport: given.transport,
    onEvent: given.onEvent,
    backoff,
    requestsPerSecond,
  };
}

function checkWhole(name: string, [value, min, max]: Bound): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new ShopBatchError('OPTIONS_INVALID', `${name} must be a whole number from ${min} to ${max}`);
}
