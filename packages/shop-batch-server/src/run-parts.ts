import { setImmediate as othersTurn } from 'node:timers/promises';
import type { PartAnswer } from './dispatch.ts';
import { ShopBatchError } from './shop-batch-error.ts';

/**
 * Carries out the parts of a batch one after the other.
 *
 * Each part is *answered*, *timed out* (504, may have been carried out) or *not started* (503), and the result list has
 * one entry per part, in order. A part starts only when its predecessor is answered or timed out; once the signal is
 * aborted, the batch's deadline has passed, the answers are larger than agreed, or a part failed under `stopOnFailure`,
 * no further part starts.
 */
export interface RunOptions {
  /** Milliseconds one part may take. */
  partTimeoutMs: number;
  /** Milliseconds all parts together may take. */
  batchTimeoutMs: number;
  /** Bytes of answers after which no further part starts. */
  maxAnswerBytes: number;
  stopOnFailure: boolean;
  /** Aborted when the caller hangs up. */
  signal: AbortSignal;
}

/** Carries out the part at `index`; a throw of `ShopBatchError` becomes the part's answer. */
export type RunPart = (index: number, signal: AbortSignal) => Promise<PartAnswer>;

const errorAnswer = (error: ShopBatchError): PartAnswer => ({ statusCode: error.status, body: error.body });

const attempt = async (run: RunPart, index: number, signal: AbortSignal): Promise<PartAnswer> => {
  try {
    return await run(index, signal);
  } catch (error) {
    if (error instanceof ShopBatchError) return errorAnswer(error);
    // What went wrong inside is for the server's log, which the route's own hooks write; never for the caller.
    return errorAnswer(new ShopBatchError('badGateway', undefined, { cause: error }));
  }
};

/**
 * One timer and one abort controller for a whole batch, wound up again for every part: most parts take microseconds, and
 * a timer each would cost more than the part.
 */
class PartDeadline {
  #controller = new AbortController();
  #expire: ((answer: PartAnswer) => void) | undefined;
  readonly #partTimer: NodeJS.Timeout;
  readonly #batchTimer: NodeJS.Timeout;
  readonly #outer: AbortSignal;
  readonly #relay = () => this.#controller.abort();

  readonly #onTimeout = () => {
    this.#controller.abort();
    this.#controller = new AbortController();
    this.#expire?.(errorAnswer(new ShopBatchError('deadlineExceeded')));
  };

  /** Whether the time of the whole batch is up. */
  passed = false;

  constructor({ partTimeoutMs, batchTimeoutMs, signal }: RunOptions) {
    this.#outer = signal;
    signal.addEventListener('abort', this.#relay, { once: true });
    this.#partTimer = setTimeout(this.#onTimeout, partTimeoutMs);
    this.#batchTimer = setTimeout(() => {
      this.passed = true;
      this.#onTimeout();
    }, batchTimeoutMs);
  }

  async run(run: RunPart, index: number): Promise<PartAnswer> {
    this.#partTimer.refresh();
    const { signal } = this.#controller;
    return new Promise((resolve) => {
      this.#expire = resolve;
      void attempt(run, index, signal).then(resolve);
    });
  }

  end(): void {
    clearTimeout(this.#partTimer);
    clearTimeout(this.#batchTimer);
    this.#outer.removeEventListener('abort', this.#relay);
  }
}

const isFailure = ({ statusCode }: PartAnswer) => statusCode >= 400;

// Parts of fast routes follow each other without ever letting timers, sockets and other callers have their turn.
const turnMs = 5;

/** @returns one answer per part, in order */
export const runParts = async (count: number, run: RunPart, options: RunOptions): Promise<PartAnswer[]> => {
  const { maxAnswerBytes, stopOnFailure, signal } = options;
  const answers: PartAnswer[] = [];
  const deadline = new PartDeadline(options);
  let turnEndsAt = performance.now() + turnMs;
  let stopped: string | undefined;
  let bytes = 0;
  for (let index = 0; index < count; index++) {
    if (performance.now() >= turnEndsAt) {
      await othersTurn();
      turnEndsAt = performance.now() + turnMs;
    }
    if (signal.aborted) stopped ??= 'The caller hung up.';
    else if (deadline.passed) stopped ??= 'The deadline of the batch has passed.';
    if (stopped !== undefined) {
      answers.push(errorAnswer(new ShopBatchError('notStarted', stopped)));
      continue;
    }
    const answer = await deadline.run(run, index);
    answers.push(answer);
    bytes += answer.bytes ?? 0;
    if (bytes > maxAnswerBytes) stopped ??= `The answers before it are longer than ${maxAnswerBytes} bytes.`;
    if (stopOnFailure && isFailure(answer)) stopped = `Request ${index} failed.`;
  }
  deadline.end();
  return answers;
};
