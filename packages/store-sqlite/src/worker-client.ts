import { Worker } from 'node:worker_threads';
import { DeliveryError } from '@batchfeed/delivery';
import type { AnswerMessage, CallName, Calls } from './protocol.ts';

interface Pending {
  readonly resolve: (result: never) => void;
  readonly reject: (error: DeliveryError) => void;
}

/** Calls into the store's thread. An idle store does not keep the process alive. */
export class WorkerClient {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #gone: DeliveryError | undefined;

  constructor() {
    // Beside this file: `worker.ts` when run from source, otherwise the built one of the same kind.
    const extension = /\.(ts|cjs|js)$/.exec(import.meta.url)?.[0] ?? '.js';
    this.#worker = new Worker(new URL(`./worker${extension}`, import.meta.url), {
      // Flags of the main script (`--input-type`, a test runner's loader) are not the thread's.
      execArgv: [],
      // What passes through the thread is garbage a moment later; as much room as the main thread's
      // would only be memory that is never used again.
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    this.#worker.on('message', (answer: AnswerMessage) => this.#settle(answer));
    this.#worker.on('error', (error) => this.#fail(`The store's thread failed: ${error.message}`, error));
    this.#worker.on('exit', () => this.#fail("The store's thread ended."));
    this.#worker.unref();
  }

  call<N extends CallName>(
    name: N,
    args: Calls[N]['takes'],
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Calls[N]['gives']> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    this.#lastId += 1;
    const id = this.#lastId;
    if (this.#pending.size === 0) this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ id, name, args }, transfer as ArrayBuffer[]);
    });
  }

  async end(): Promise<void> {
    this.#gone = new DeliveryError('CLOSED', 'The store is closed.');
    await this.#worker.terminate();
  }

  #settle(answer: AnswerMessage): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (this.#pending.size === 0) this.#worker.unref();
    if ('error' in answer) {
      pending?.reject(new DeliveryError(answer.error.code, answer.error.message));
    } else pending?.resolve(answer.result as never);
  }

  #fail(message: string, cause?: unknown): void {
    this.#gone ??= new DeliveryError('STORE_FAILED', message, { cause });
    for (const { reject } of this.#pending.values()) reject(this.#gone);
    this.#pending.clear();
  }
}
