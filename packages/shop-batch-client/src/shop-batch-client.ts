import { Batcher, BatcherError, type Policy } from '@batchfeed/batcher';
import { CLOSING, Deliverer, giveUp, OPENING } from './deliver.ts';
import type { Verdict } from './judge-exchange.ts';
import { type ClientOptions, readOptions, type ShopBatchClientOptions } from './options.ts';
import { makeRow, type Row, type RowResult, type ShopRequest } from './row.ts';

/** The batches are cut as the shop counts them: requests, and bytes of the whole body. */
export const batchPolicy = (options: ClientOptions): Policy => ({
  maxLines: options.maxRequests,
  maxBytes: options.maxBytes,
  maxAgeMs: options.maxWaitMs,
  envelopeBytes: OPENING.length + CLOSING.length,
  separatorBytes: 1,
});

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

  constructor(options: ShopBatchClientOptions) {
    this.#options = readOptions(options);
    this.#deliverer = new Deliverer(this.#options);
  }

  /**
   * Sends the requests in order, in as few batches as the limits allow, and resolves with one row for each, in order.
   * Never rejects.
   */
  async batch(requests: readonly ShopRequest[], { signal }: BatchOptions = {}): Promise<{ rows: RowResult[] }> {
    const rows = new Array<RowResult>(requests.length);
    const settle = (result: RowResult, row: Row) => {
      rows[row.index] = result;
    };
    const batcher = new Batcher<Row>({ policy: batchPolicy(this.#options) });
    const sealed = requests.flatMap((request, index) => {
      const row = makeRow(request, index, this.#options.base, settle);
      if (typeof row === 'string') {
        rows[index] = { outcome: 'failed', reason: 'REQUEST_INVALID', message: row, attempts: 0 };
        return [];
      }
      try {
        return batcher.add(row, 0);
      } catch (error) {
        if (!(error instanceof BatcherError) || error.code !== 'LINE_TOO_LARGE') throw error;
        rows[index] = { outcome: 'failed', reason: 'ROW_TOO_LARGE', message: error.message, attempts: 0 };
        return [];
      }
    });
    let stopped: Verdict | undefined;
    for (const { lines } of [...sealed, ...batcher.drain()]) {
      if (stopped === undefined) stopped = await this.#deliverer.deliver(lines, signal);
      else for (const row of lines) giveUp(row, stopped);
    }
    return { rows };
  }
}
