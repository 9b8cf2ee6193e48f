import { Bulk, type BulkOptions, type BulkRow, type BulkSummary } from './bulk.ts';
import { Coalescer, type RequestOptions } from './coalescer.ts';
import { Cutter } from './cutter.ts';
import { Deliverer } from './deliver.ts';
import { Handover } from './handover.ts';
import type { Verdict } from './judge-exchange.ts';
import { type ClientOptions, readOptions, type ShopBatchClientOptions } from './options.ts';
import type { Source } from './puller.ts';
import type { ResumedRequest, RowResult, ShopRequest } from './row.ts';
import { giveUp } from './settle-batch.ts';

export interface BatchOptions {
  /** Gives up: rows not yet sent end `unsent`, those under way `unknown` (GET: `failed`). */
  readonly signal?: AbortSignal;
}

/**
 * A client of a shop's batch endpoint that accounts for every row.
 *
 * @throws ShopBatchError from the constructor: `OPTIONS_INVALID`, `PLAIN_HTTP_REFUSED`. Nothing a server does makes a
 *   method throw: it shows in the rows.
 */
export class ShopBatchClient {
  readonly #options: ClientOptions;
  readonly #deliverer: Deliverer;
  readonly #coalescer: Coalescer;

  constructor(options: ShopBatchClientOptions) {
    this.#options = readOptions(options);
    this.#deliverer = new Deliverer(this.#options);
    this.#coalescer = new Coalescer(this.#options, this.#deliverer);
  }

  /**
   * Sends the requests in order, in as few batches as the limits allow, and resolves with one row for each, in order.
   * Never rejects.
   */
  async batch(requests: readonly ShopRequest[], { signal }: BatchOptions = {}): Promise<{ rows: RowResult[] }> {
    const rows = new Array<RowResult>(requests.length);
    const cutter = new Cutter(this.#options, this.#options.maxWaitMs, (result, index) => {
      rows[index] = result;
    });
    const filled = requests.flatMap((request, index) => cutter.add(request, index, 0));
    let stopped: Verdict | undefined;
    for (const { lines } of [...filled, ...cutter.drain()]) {
      if (stopped === undefined) stopped = await this.#deliverer.deliver(lines, { signal });
      else for (const row of lines) giveUp(row, stopped);
    }
    return { rows };
  }

  /** Sends one request, in one batch with others made at about the same time. Never rejects. */
  request(request: ShopRequest, options: RequestOptions = {}): Promise<RowResult> {
    return this.#coalescer.add(request, options);
  }

  /**
   * Sends any number of requests with bounded memory: the source is read no faster than the shop answers.
   *
   * Rejects only with what the source, `onRow` or `beforeSend` threw; every row that was read is reported even then.
   */
  bulk(source: Source<ResumedRequest>, options: BulkOptions = {}): Promise<BulkSummary> {
    return new Bulk(this.#options, this.#deliverer, options).run(source);
  }

  /**
   * `bulk` as a sequence of rows, in the order in which they end, returning the summary. Rows are sent no faster than they
   * are taken; leaving the loop stops the run after what is under way.
   */
  async *bulkRows(
    source: Source<ResumedRequest>,
    options: Omit<BulkOptions, 'onRow'> = {},
  ): AsyncGenerator<BulkRow, BulkSummary> {
    const left = new AbortController();
    const stop = options.stop === undefined ? left.signal : AbortSignal.any([options.stop, left.signal]);
    const rows = new Handover<BulkRow>();
    const run = this.bulk(source, { ...options, stop, onRow: (row) => rows.put(row) }).finally(() => rows.close());
    // Its failure is thrown below, at the end of the rows; until then nobody else must take it for unhandled.
    run.catch(() => {});
    try {
      for (let row = await rows.take(); row !== undefined; row = await rows.take()) yield row;
      return await run;
    } finally {
      left.abort();
      rows.close();
      await run.catch(() => {});
    }
  }
}
