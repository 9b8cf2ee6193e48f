import { isUtf8 } from 'node:buffer';
import { type Dispatcher, Pool } from 'undici';
import { AddressGuard, portOf } from './address-guard.ts';
import { type PluginAnswer, requestedDelayMs } from './plugin-answer.ts';

export interface PluginCall {
  /** Where the plugin listens. */
  readonly baseUrl: string;
  /** Like `/v1/user_segment_update`. */
  readonly endpoint: string;
  /** JSON text. Without one it is a GET. */
  readonly body?: string;
  /** Header names and values, in turn, beside the content type. */
  readonly headers?: readonly string[];
  /** For the whole call, from now to the last byte of the answer. Default 30 s. */
  readonly timeoutMs?: number | undefined;
}

export interface PluginCallerOptions {
  /** Connections to one plugin at most. Default 64. */
  readonly connections?: number;
  /** Calls sent on one connection before the first is answered. Default 1. */
  readonly pipelining?: number;
  /** Bytes of an answer at most; a longer one is cut off and counts as none. Default 16 MiB. */
  readonly maxAnswerBytes?: number;
}

interface Callee {
  readonly pool: Pool;
  /** Path of the base URL. */
  readonly prefix: string;
  readonly url: URL;
}

const DEFAULT_TIMEOUT_MS = 30_000;
/** How often overdue calls are looked for: one timer for all of them, where a timer each would cost as much as the call. */
const SWEEP_MS = 25;
const CONTENT_TYPE = ['content-type', 'application/json'];

/** Why a call failed, by undici's or the system's code, in words that name no address. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the plugin refuses connections',
  ENOTFOUND: "the plugin's host name is unknown",
  EAI_AGAIN: "the plugin's host name cannot be looked up now",
  EHOSTUNREACH: "the plugin's host cannot be reached",
  ENETUNREACH: "the plugin's network cannot be reached",
  ETIMEDOUT: 'the connection to the plugin timed out',
  UND_ERR_CONNECT_TIMEOUT: 'the connection to the plugin timed out',
  ECONNRESET: 'the plugin reset the connection',
  EPIPE: 'the plugin closed the connection',
  UND_ERR_SOCKET: 'the plugin closed the connection before its answer was complete',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer is not as long as its headers say',
  UND_ERR_HEADERS_OVERFLOW: 'the headers of the answer are too long',
};
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'FORBIDDEN_ADDRESS',
]);

/**
 * Calls plugins over keep-alive connections, a pool for each base URL. Never throws for what a plugin does: whatever
 * happens is a `PluginAnswer`.
 */
export class PluginCaller {
  readonly #callees = new Map<string, Callee>();
  readonly #guard: AddressGuard;
  readonly #underWay = new Set<CallHandler>();
  readonly #options: Required<PluginCallerOptions>;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(options: PluginCallerOptions = {}, guard = new AddressGuard()) {
    this.#guard = guard;
    this.#options = { connections: 64, pipelining: 1, maxAnswerBytes: 16 * 1024 * 1024, ...options };
  }

  call({ baseUrl, endpoint, body, headers, timeoutMs = DEFAULT_TIMEOUT_MS }: PluginCall): Promise<PluginAnswer> {
    const { pool, prefix, url } = this.#calleeOf(baseUrl);
    // Names are looked at when they are looked up; an address is never looked up.
    const reason = this.#guard.objectionTo(url);
    if (reason !== undefined) return Promise.resolve({ kind: 'none', reason, unreachable: true, outage: true });
    return new Promise((resolve) => {
      const settle = (answer: PluginAnswer) => {
        this.#underWay.delete(handler);
        resolve(answer);
      };
      const handler = new CallHandler(settle, performance.now() + timeoutMs, this.#options.maxAnswerBytes);
      this.#underWay.add(handler);
      this.#sweeper ??= this.#startSweeping();
      // Idempotent: plugins get every call at least once anyway, and undici pipelines nothing else.
      pool.dispatch(
        {
          path: prefix + endpoint,
          method: body === undefined ? 'GET' : 'POST',
          headers: headers === undefined ? CONTENT_TYPE : [...CONTENT_TYPE, ...headers],
          body: body ?? null,
          idempotent: true,
          blocking: false,
        },
        handler,
      );
    });
  }

  /** Ends idle connections, and calls under way too: each of them is answered with `none`. */
  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
    const callees = [...this.#callees.values()];
    this.#callees.clear();
    await Promise.all(callees.map(({ pool }) => pool.destroy()));
  }

  #calleeOf(baseUrl: string): Callee {
    let callee = this.#callees.get(baseUrl);
    if (callee === undefined) {
      const url = new URL(baseUrl);
      const { connections, pipelining } = this.#options;
      // The sweeper keeps the time of whole calls; undici's own timeouts would only watch the gaps.
      const pool = new Pool(url.origin, {
        connections,
        pipelining,
        headersTimeout: 0,
        bodyTimeout: 0,
        connect: { lookup: this.#guard.lookupFor(portOf(url)) },
      });
      callee = { pool, prefix: url.pathname.replace(/\/+$/, ''), url };
      this.#callees.set(baseUrl, callee);
    }
    return callee;
  }

  #startSweeping(): NodeJS.Timeout {
    const sweep = () => {
      const now = performance.now();
      for (const call of this.#underWay) {
        if (call.deadline <= now) call.expire();
      }
      if (this.#underWay.size > 0) return;
      clearInterval(this.#sweeper);
      this.#sweeper = undefined;
    };
    return setInterval(sweep, SWEEP_MS);
  }
}

/** Collects one answer. */
class CallHandler implements Dispatcher.DispatchHandler {
  readonly deadline: number;
  readonly #settle: (answer: PluginAnswer) => void;
  readonly #maxBytes: number;
  #controller: Dispatcher.DispatchController | undefined;
  #settled = false;
  #status = 0;
  #delayMs: number | undefined;
  #bytes = 0;
  #chunks: Buffer[] = [];

  constructor(settle: (answer: PluginAnswer) => void, deadline: number, maxBytes: number) {
    this.#settle = settle;
    this.deadline = deadline;
    this.#maxBytes = maxBytes;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It ran out of time while it waited for a connection.
    if (this.#settled) controller.abort(new Error('out of time'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.#status = status;
    this.#delayMs = requestedDelayMs(headers, Date.now());
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) {
      this.#fail(`the answer is longer than ${this.#maxBytes} bytes`, { outage: false });
      controller.abort(new Error('too long'));
    } else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const bytes = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
    if (!isUtf8(bytes)) this.#fail('the answer is not UTF-8', { outage: false });
    else {
      this.#finish({ kind: 'answer', status: this.#status, text: bytes.toString('utf8'), delayMs: this.#delayMs });
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error & { code?: string }): void {
    const code = error.code ?? '';
    const garbage = code.startsWith('HPE_') ? 'the answer is not HTTP' : undefined;
    const reason = REASONS[code] ?? (code === 'FORBIDDEN_ADDRESS' ? error.message : garbage);
    this.#fail(reason ?? `the call failed (${code || error.name})`, { unreachable: UNREACHABLE.has(code) });
  }

  expire(): void {
    this.#fail('the plugin did not answer in time');
    this.#controller?.abort(new Error('out of time'));
  }

  #fail(reason: string, { unreachable = false, outage = true } = {}): void {
    this.#finish({ kind: 'none', reason, unreachable, outage });
  }

  #finish(answer: PluginAnswer): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#chunks = [];
    this.#settle(answer);
  }
}
