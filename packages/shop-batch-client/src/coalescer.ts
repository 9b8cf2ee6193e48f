import { Cutter } from './cutter.ts';
import type { Deliverer } from './deliver.ts';
import type { ClientOptions } from './options.ts';
import { isRow, makeRow, type Row, type RowResult, type ShopRequest } from './row.ts';
import { giveUp } from './settle-batch.ts';

export interface RequestOptions {
  /** Gives up on this request alone. Sent already, it ends `unknown` (GET: `failed`), otherwise `unsent`. */
  readonly signal?: AbortSignal;
  /** Gives up after this many milliseconds, likewise. */
  readonly deadlineMs?: number;
}

/**
 * Turns single requests into batches: whatever comes while a batch waits for company, or while an earlier one is under
 * way, travels together. A batch that is due stays open as long as none may be sent, so a busy client fills its batches.
 */
export class Coalescer {
  readonly #options: ClientOptions;
  readonly #deliverer: Deliverer;
  readonly #cutter: Cutter;
  readonly #sealed: (readonly Row[])[] = [];
  #underWay = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ClientOptions, deliverer: Deliverer) {
    this.#options = options;
    this.#deliverer = deliverer;
    this.#cutter = new Cutter(options, options.maxWaitMs, () => {});
  }

  add(request: ShopRequest, { signal, deadlineMs }: RequestOptions): Promise<RowResult> {
    return new Promise((resolve) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const settle = (result: RowResult) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', leave);
        resolve(result);
      };
      const made = makeRow(request, 0, this.#options.base, settle);
      const leave = () => isRow(made) && giveUp(made);
      if (!isRow(made)) return settle(made);
      if (signal?.aborted === true) return giveUp(made);
      signal?.addEventListener('abort', leave);
      if (deadlineMs !== undefined) timer = setTimeout(leave, deadlineMs);
      for (const { lines } of this.#cutter.addRow(made, Date.now())) this.#sealed.push(lines);
      this.#run();
    });
  }

  #run(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#underWay < this.#options.maxInFlight) {
      if (this.#sealed.length === 0) for (const { lines } of this.#cutter.due(Date.now())) this.#sealed.push(lines);
      const rows = this.#sealed.shift();
      if (rows === undefined) {
        this.#waitForDue();
        return;
      }
      this.#underWay += 1;
      void this.#deliverer.deliver(rows).finally(() => {
        this.#underWay -= 1;
        this.#run();
      });
    }
  }

  #waitForDue(): void {
    const dueAt = this.#cutter.nextDueAt;
    if (dueAt !== undefined) this.#timer = setTimeout(() => this.#run(), Math.max(1, dueAt - Date.now()));
  }
}
