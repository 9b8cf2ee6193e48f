import type { Batch } from '@batchfeed/batcher';
import { Cutter } from './cutter.ts';
import type { Control, Deliverer } from './deliver.ts';
import type { Verdict } from './judge-exchange.ts';
import type { ClientOptions } from './options.ts';
import { type BulkProgress, Progress } from './progress.ts';
import { Puller, type Source } from './puller.ts';
import type { ResumedRequest, Row, RowOutcome, RowReason, RowResult } from './row.ts';
import { giveUp } from './settle-batch.ts';

/** The end of one row of a bulk run. */
export interface BulkRow {
  /** Position in the source, from 0. */
  readonly index: number;
  readonly request: ResumedRequest;
  readonly result: RowResult;
}

export interface BulkOptions {
  /** Told of every row once, as it ends. A promise holds the run up until it resolves; what it throws ends the run. */
  readonly onRow?: (row: BulkRow) => void | Promise<void>;
  /** Told of the run's progress after batches, at most every `progressEveryMs`, and at the end. */
  readonly onProgress?: (progress: BulkProgress) => void;
  /** Milliseconds. Default 250. */
  readonly progressEveryMs?: number;
  /** How many rows the source has, when that is known: gives `secondsLeft`. */
  readonly total?: number;
  /** Milliseconds a row waits at most for its batch to fill when the source is slow. Default 1,000. */
  readonly maxWaitMs?: number;
  /** Gives up at once: rows under way end `unknown` (GET: `failed`), the others that were read `unsent`. */
  readonly signal?: AbortSignal;
  /** Reads and sends nothing more, but waits for the answer to what is under way. */
  readonly stop?: AbortSignal;
  /** Awaited before rows go out, each time they do: the place for a journal. */
  readonly beforeSend?: (rows: readonly Pick<BulkRow, 'index' | 'request'>[]) => void | Promise<void>;
}

/** `rows` = the sum of the four outcomes, whatever happened. */
export interface BulkSummary extends Record<RowOutcome, number> {
  /** Rows read from the source. */
  readonly rows: number;
  readonly seconds: number;
  /** Why the source was not read to its end, unless the caller wanted it so. */
  readonly stopped?: { readonly reason: RowReason; readonly message: string };
}

/**
 * One bulk run: read, cut, deliver, report.
 *
 * Bounded memory: at most `maxInFlight` batches under way, as many sealed behind them, and one open.
 * Invariant: when `run` resolves or rejects, every row that was read has been reported, once.
 */
export class Bulk {
  readonly #cutter: Cutter;
  readonly #deliverer: Deliverer;
  readonly #control: Control;
  readonly #onRow: BulkOptions['onRow'];
  readonly #maxInFlight: number;
  readonly #progress: Progress;
  readonly #sealed: (readonly Row[])[] = [];
  /** Promises that `onRow` returned and nobody has waited for yet. */
  readonly #reports: Promise<void>[] = [];
  #underWay = 0;
  #stopped: Verdict | undefined;
  #failure: { readonly error: unknown } | undefined;
  #wake = () => {};

  constructor(options: ClientOptions, deliverer: Deliverer, given: BulkOptions) {
    const { signal, stop, beforeSend, onRow } = given;
    this.#deliverer = deliverer;
    this.#control = {
      signal,
      stop,
      beforeSend,
    };
    this.#onRow = onRow;
    this.#maxInFlight = options.maxInFlight;
    this.#progress = new Progress(Date.now(), given);
    this.#cutter = new Cutter(options, given.maxWaitMs ?? 1_000, (...end) => this.#report(...end));
  }

  async run(source: Source<ResumedRequest>): Promise<BulkSummary> {
    const puller = new Puller(source, [this.#control.signal, this.#control.stop]);
    try {
      await this.#read(puller);
    } catch (error) {
      this.#fail(error);
    } finally {
      puller.stop();
      this.#seal(this.#cutter.drain());
      while (this.#underWay > 0) await this.#change();
      await this.#reported();
    }
    this.#progress.tell(Date.now());
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#summary();
  }

  async #read(puller: Puller<ResumedRequest>): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onTime = () => {
      timer = undefined;
      this.#seal(this.#cutter.due(Date.now()));
      watch();
    };
    // One timer stands for every batch opened before it fires, so that a quick source costs next to none.
    const watch = () => {
      const dueAt = this.#cutter.nextDueAt;
      if (timer === undefined && dueAt !== undefined) timer = setTimeout(onTime, Math.max(1, dueAt - Date.now()));
    };
    try {
      for (let index = 0; !this.#isOver; index += 1) {
        const pulled = puller.pull();
        const item = pulled instanceof Promise ? await pulled : pulled;
        if (item === undefined) return;
        this.#progress.rows += 1;
        this.#seal(this.#cutter.add(item.value, index, Date.now()));
        while (this.#sealed.length >= this.#maxInFlight) await this.#change();
        if (this.#underWay === 0 || this.#reports.length >= MAX_REPORTS) await this.#reported();
        watch();
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #seal(batches: readonly Batch<Row>[]): void {
    for (const { lines } of batches) this.#sealed.push(lines);
    while (this.#sealed.length > 0 && (this.#underWay < this.#maxInFlight || this.#isOver)) {
      void this.#deliver(this.#sealed.shift() as readonly Row[]);
    }
  }

  async #deliver(rows: readonly Row[]): Promise<void> {
    if (this.#isOver) {
      for (const row of rows) giveUp(row, this.#stopped);
      return;
    }
    this.#underWay += 1;
    try {
      this.#stopped = (await this.#deliverer.deliver(rows, this.#control)) ?? this.#stopped;
      await this.#reported();
    } catch (error) {
      this.#fail(error);
    }
    this.#underWay -= 1;
    this.#progress.tellNowAndThen(Date.now());
    this.#seal([]);
    this.#wake();
  }

  #report(result: RowResult, index: number, request: ResumedRequest, bytes: number): void {
    this.#progress.count(result.outcome, bytes);
    try {
      const report = this.#onRow?.({ index, request, result });
      if (report instanceof Promise) this.#reports.push(report.catch((error) => this.#fail(error)));
    } catch (error) {
      this.#fail(error);
    }
  }

  async #reported(): Promise<void> {
    if (this.#reports.length > 0) await Promise.all(this.#reports.splice(0));
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
  }

  get #isOver(): boolean {
    return this.#stopped !== undefined || this.#failure !== undefined;
  }

  #summary(): BulkSummary {
    const { rows, succeeded, failed, unknown, unsent, seconds } = this.#progress.at(Date.now());
    const counts = { rows, succeeded, failed, unknown, unsent, seconds };
    if (this.#stopped === undefined || this.#stopped.kind === 'part') return counts;
    const { reason, message } = this.#stopped;
    return { ...counts, stopped: { reason, message } };
  }
}

/** While a batch is under way, its reports are waited for with it; those of rows that cannot be sent after this many. */
const MAX_REPORTS = 1_000;
