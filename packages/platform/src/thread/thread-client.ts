import { Worker } from 'node:worker_threads';
import type { CallsOf, ThreadAnswer } from './serve-calls.ts';

interface Pending {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

export interface ThreadOptions {
  /** `import.meta.url` of the caller, beside which the thread's file stands. */
  readonly beside: string;
  /** Name of that file, without its extension. */
  readonly file: string;
  /** Of what the thread is, in the words of its errors: "history". */
  readonly of: string;
}

/** Calls into a thread of the platform's own. An idle one does not keep the process alive. */
export class ThreadClient<Calls extends CallsOf<Calls>> {
  readonly #of: string;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #gone: Error | undefined;

  constructor({ beside, file, of }: ThreadOptions) {
    this.#of = of;
    // The source when run from source, otherwise the built one of the same kind.
    const extension = /\.(ts|cjs|js)$/.exec(beside)?.[0] ?? '.js';
    // Flags of the main script (`--input-type`, a test runner's loader) are not the thread's.
    this.#worker = new Worker(new URL(`./${file}${extension}`, beside), {
      execArgv: [],
      // What passes through is garbage a moment later: more room would only be memory that is not given back.
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    this.#worker.on('message', (answer: ThreadAnswer) => this.#settle(answer));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error(`The thread of the ${of} ended.`)));
    this.#worker.unref();
  }

  /** Rejects with what the thread threw, by `code` and `message`, or because the thread is gone. */
  call<Name extends keyof Calls & string>(
    name: Name,
    args: Calls[Name]['takes'],
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Calls[Name]['gives']> {
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
    this.#gone = new Error(`The ${this.#of} is closed.`);
    await this.#worker.terminate();
  }

  #settle(answer: ThreadAnswer): void {
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
