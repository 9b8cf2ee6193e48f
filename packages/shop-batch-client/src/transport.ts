import axios, { type AxiosInstance, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import { isLoopback } from './base-url.ts';
import type { Exchange } from './exchange.ts';

/** What a caller may tell the HTTP library: agents (for a private certificate authority) and proxy. */
export type TransportOptions = Pick<AxiosRequestConfig, 'httpAgent' | 'httpsAgent' | 'proxy'>;

interface Post {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** Sends a body and says what came of it; never throws. */
export type Send = (post: Post) => Promise<Exchange>;

type Adapter = 'http' | 'fetch';

/** Node's own where there is one. In browsers fetch, not XMLHttpRequest: only it can refuse to follow a redirect. */
const ADAPTERS: readonly Adapter[] = ['http', 'fetch'];

/** The HTTP library, stripped of everything that would read, follow, retry or re-write. */
export function createTransport(options: TransportOptions = {}, adapters: readonly Adapter[] = ADAPTERS): Send {
  const http: AxiosInstance = axios.create({
    ...options,
    adapter: [...adapters],
    method: 'POST',
    maxRedirects: 0,
    maxBodyLength: Number.POSITIVE_INFINITY,
    responseType: 'text',
    transformRequest: [(body) => body],
    transformResponse: [(body) => body],
    validateStatus: () => true,
  });
  return async ({ url, body, headers, timeoutMs, maxAnswerBytes, signal }) => {
    // The library's own time-out begins anew with every byte, so an answer that trickles in would never end.
    const deadline = new AbortController();
    const giveUp = () => deadline.abort();
    const timer = setTimeout(giveUp, timeoutMs);
    signal?.addEventListener('abort', giveUp);
    if (signal?.aborted === true) giveUp();
    try {
      const answer = await http.request({
        url,
        data: body,
        headers: { ...headers },
        signal: deadline.signal,
        maxContentLength: maxAnswerBytes,
        ...(isLoopback(new URL(url)) ? { proxy: false } : {}),
      });
      // Browsers hide a refused redirect behind status 0.
      const status = answer.status === 0 ? 308 : answer.status;
      const retryAfter: unknown = answer.headers['retry-after'];
      return { kind: 'answered', status, retryAfter, text: takeText(answer) };
    } catch (error) {
      return explain(error, timeoutMs, signal);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    }
  };
}

/**
 * The text of an answer, taken out of it. The library's objects of one request hang on to those of the next, and so
 * outlive their use by many requests: they should do so without the two bodies, or memory grows by them.
 */
function takeText(answer: AxiosResponse<unknown>): string {
  const { data, request } = answer;
  answer.data = undefined;
  answer.config.data = undefined;
  if (typeof request === 'object' && request !== null && 'res' in request) request.res = undefined;
  return typeof data === 'string' ? data : '';
}

/** System calls that come before the first byte of a request. */
const BEFORE_SENDING: ReadonlySet<unknown> = new Set(['connect', 'getaddrinfo']);
const TLS = /CERT|^ERR_TLS_|^ERR_SSL_|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/;

// The library's error holds the request with its headers, so nothing of it goes on but its code.
function explain(error: unknown, timeoutMs: number, signal: AbortSignal | undefined): Exchange {
  const { code, syscall } = errorFields(error);
  if (signal?.aborted === true) {
    return { kind: 'lost', reason: 'ABORTED', message: 'The caller gave up waiting for the answer', retryable: false };
  }
  if (code !== undefined && TLS.test(code)) {
    const message = `The server's certificate was refused (${code})`;
    return { kind: 'not_sent', reason: 'NOT_CONNECTED', message, retryable: false };
  }
  if (BEFORE_SENDING.has(syscall)) {
    const message = `No connection to the server (${code ?? 'no code'})`;
    return { kind: 'not_sent', reason: 'NOT_CONNECTED', message, retryable: true };
  }
  const message =
    code === 'ERR_CANCELED' || code === 'ETIMEDOUT'
      ? `No answer within ${timeoutMs} ms`
      : `The connection broke before the answer was complete (${code ?? 'no code'})`;
  return { kind: 'lost', reason: 'ANSWER_LOST', message, retryable: true };
}

/** The library's code, and the system call that failed, wherever in the chain of causes it is named. */
function errorFields(error: unknown): { code?: string; syscall?: unknown } {
  let code: string | undefined;
  let link = error as { code?: unknown; syscall?: unknown; cause?: unknown; errors?: unknown } | undefined;
  for (let depth = 0; depth < 5 && typeof link === 'object' && link !== null; depth += 1) {
    // fetch names only "a network error" itself; what happened is in its cause.
    if (typeof link.code === 'string' && (code === undefined || code === 'ERR_NETWORK')) code = link.code;
    // Several addresses tried in vain make an AggregateError whose members name the system call.
    const first = Array.isArray(link.errors) ? (link.errors[0] as { syscall?: unknown }) : undefined;
    const syscall = link.syscall ?? first?.syscall;
    if (syscall !== undefined) return { ...(code === undefined ? {} : { code }), syscall };
    link = link.cause as typeof link;
  }
  return code === undefined ? {} : { code };
}
