import { isUtf8 } from 'node:buffer';
import type { Dispatcher } from 'undici';
import { type PluginAnswer, requestedDelayMs } from './plugin-answer.ts';

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
  UND_ERR_DESTROYED: 'the platform is closing',
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

/** How a call ends when its connection does. */
const LOST = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

export interface CallHandlerOptions {
  /** From the call's turn on its connection to the last byte of its answer. */
  readonly timeoutMs: number;
  /** Bytes of an answer at most. */
  readonly maxBytes: number;
  readonly settle: (answer: PluginAnswer) => void;
}

/** Collects one answer. */
export class CallHandler implements Dispatcher.DispatchHandler {
  readonly #options: CallHandlerOptions;
  /** Told when the call is over. */
  onEnd: (answered: boolean) => void = () => {};
  /** Told when it is no longer on its connection, which ended, or is ended, because of a call before it: it has to be sent again. */
  onLost: () => void = () => {};
  /** Told when it is sent on another connection by undici, for the same reason. */
  onRepeated: () => void = () => {};
  /** When its turn began: it is the first on its connection, so that the plugin's time runs. */
  turnAt = Number.POSITIVE_INFINITY;
  /** Whether another call was on its connection when it was sent. */
  followed = false;
  #controller: Dispatcher.DispatchController | undefined;
  #withdrawn = false;
  #settled = false;
  #status = 0;
  #delayMs: number | undefined;
  #bytes = 0;
  /** Most answers come in one piece. */
  #first: Buffer | undefined;
  #rest: Buffer[] | undefined;

  constructor(options: CallHandlerOptions) {
    this.#options = options;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#controller !== undefined) this.onRepeated();
    this.#controller = controller;
    // It ran out of time while its connection was being made.
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
    const { maxBytes } = this.#options;
    this.#bytes += chunk.length;
    if (this.#bytes > maxBytes) {
      this.#fail(`the answer is longer than ${maxBytes} bytes`, { outage: false });
      controller.abort(new Error('too long'));
    } else if (this.#first === undefined) this.#first = chunk;
    else {
      this.#rest ??= [];
      this.#rest.push(chunk);
    }
  }

  onResponseEnd(): void {
    const first = this.#first ?? NOTHING;
    const bytes = this.#rest === undefined ? first : Buffer.concat([first, ...this.#rest]);
    if (!isUtf8(bytes)) this.#fail('the answer is not UTF-8', { outage: false });
    else this.#finish({ kind: 'answer', status: this.#status, text: bytes.toString('utf8'), delayMs: this.#delayMs });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error & { code?: string }): void {
    const code = error.code ?? '';
    const isLost = this.#withdrawn || (this.followed && this.#status === 0 && LOST.has(code));
    if (isLost && !this.#settled) {
      this.#withdrawn = false;
      this.#controller = undefined;
      this.onLost();
      return;
    }
    const garbage = code.startsWith('HPE_') ? 'the answer is not HTTP' : undefined;
    const reason = REASONS[code] ?? (code === 'FORBIDDEN_ADDRESS' ? error.message : garbage);
    this.#fail(reason ?? `the call failed (${code || error.name})`, { unreachable: UNREACHABLE.has(code) });
  }

  isOverdue(now: number): boolean {
    return this.turnAt + this.#options.timeoutMs <= now;
  }

  /** Ends it because its time is up; its connection ends with it. */
  expire(): void {
    this.#fail('the plugin did not answer in time');
    this.#controller?.abort(new Error('out of time'));
  }

  /** Takes it from its connection, for it to be sent again. */
  withdraw(): void {
    if (this.#settled || this.#controller === undefined) return;
    this.#withdrawn = true;
    this.#controller.abort(new Error('withdrawn'));
  }

  /** Ends it before it was sent. */
  drop(): void {
    this.#fail(REASONS.UND_ERR_DESTROYED as string);
  }

  #fail(reason: string, { unreachable = false, outage = true } = {}): void {
    this.#finish({ kind: 'none', reason, unreachable, outage });
  }

  #finish(answer: PluginAnswer): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#first = undefined;
    this.#rest = undefined;
    this.onEnd(answer.kind === 'answer');
    this.#options.settle(answer);
  }
}

const NOTHING = Buffer.alloc(0);
