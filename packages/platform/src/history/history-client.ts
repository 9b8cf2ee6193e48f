import { Worker } from 'node:worker_threads';
import type { HistoryAnswer, HistoryCall, HistoryCalls } from './history-protocol.ts';

interface Pending {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

/** Calls into the history's thread. An idle one does not keep the process alive. */
export class HistoryClient {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #gone: Error | undefined;

  constructor() {
    // Beside this file: the source when run from source, otherwise the built one of the same kind.
    const extension = /\.(ts|cjs|js)$/.exec(import.meta.url)?.[0] ?? '.js';
    // Flags of the main script (`--input-type`, a test runner's loader) are not the thread's.
    this.#worker = new Worker(new URL(`./history-worker${extension}`, import.meta.url), {
      execArgv: [],
      // It handles long rows, not many objects: more room would only be memory that is not given back.
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    this.#worker.on('message', (answer: HistoryAnswer) => this.#settle(answer));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error("The history's thread ended.")));
    this.#worker.unref();
  }

  call<Name extends HistoryCall>(
    name: Name,
    args: HistoryCalls[Name]['takes'],
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<HistoryCalls[Name]['gives']> {
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
    this.#gone = new Error('The history is closed.');
    await this.#worker.terminate();
  }

  #settle(answer: HistoryAnswer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (this.#pending.size === 0) this.#worker.unref();
    if ('error' in answer) {
      const { code, message } = answer.error;
      pending?.reject(Object.assign(new Error(message), { code }));
    } else pending?.resolve(answer.result as never);
  }

  #fail(error: Error): void {
    this.#gone ??= error;
    for (const { reject } of this.#pending.values()) reject(this.#gone);
    this.#pending.clear();
  }
}
